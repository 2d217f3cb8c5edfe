package hessian2

import (
	"fmt"
	"reflect"
	"unsafe"
)

// any reads the next value in its general form.
func (d *decoder) any() (any, error) {
	switch d.kind() {
	case KindNull:
		d.pos++
		return nil, nil
	case KindBool:
		d.pos++
		return d.src[d.pos-1] == tagTrue, nil
	case KindInt:
		v, err := d.int()
		return v, err
	case KindLong:
		v, _, err := d.ifLong()
		return v, err
	case KindDouble:
		v, _, err := d.ifDouble()
		return v, err
	case KindDate:
		v, _, err := d.ifDate()
		return v, err
	case KindString:
		if err := d.charge(16); err != nil {
			return nil, err
		}
		v, err := d.string()
		return v, err
	case KindBinary:
		if err := d.charge(24); err != nil {
			return nil, err
		}
		v, err := d.binary()
		return v, err
	case KindRef:
		i, _, err := d.refIndex()
		if err != nil {
			return nil, err
		}
		return d.anyRef(i)
	case KindList, KindMap, KindObject:
		if i, ok, err := d.again(nil); ok {
			if err != nil {
				return nil, err
			}
			return d.anyRef(i)
		}
		unstable := d.unstable
		d.unstable = false // it is made apart
		v, err := d.container()
		d.unstable = unstable
		return v, err
	case Invalid:
	}
	return nil, d.bad("a value")
}

func (d *decoder) container() (any, error) {
	switch d.kind() {
	case KindList:
		return d.anyList()
	case KindMap:
		return d.anyMap()
	}
	return d.anyObject()
}

// made reads the next value into a new one of p's type and returns it.
func (d *decoder) made(p *plan) (any, error) {
	size := int(p.typ.Size())
	if p.general == byValue {
		size *= 2 // that in the any is a copy
	}
	if err := d.charge(size); err != nil {
		return nil, err
	}
	at := reflect.New(p.typ).UnsafePointer()
	if err := p.dec(d, at); err != nil {
		return nil, err
	}
	return p.value(at), nil
}

// anyList reads a list: into the Go type that was registered for its type, one of
// Java's arrays, or a *List.
func (d *decoder) anyList() (any, error) {
	begin := d.pos
	types := len(d.types)
	h, err := d.listHead()
	if err != nil {
		return nil, err
	}
	if len(h.typ) > 0 {
		if p := d.s.lists[string(h.typ)]; p != nil {
			d.pos = begin // p reads the head as well, and names the type once
			if !d.replaying {
				d.types = d.types[:types]
			}
			return d.made(p)
		}
	}
	l := &List{Type: string(h.typ)}
	if err := d.charge(48 + len(h.typ)); err != nil {
		return nil, err
	}
	self := d.next
	if err := d.list(l, &h, begin); err != nil {
		return nil, err
	}
	if l.Type == "[string" || l.Type == "[java.lang.String" {
		return d.strings(l, self)
	}
	return l, nil
}

// strings returns a String[] as Strings, unless it has a null.
func (d *decoder) strings(l *List, self int) (any, error) {
	out := make(Strings, len(l.Items))
	for i, v := range l.Items {
		s, ok := v.(string)
		if !ok {
			return l, nil
		}
		out[i] = s
	}
	if err := d.charge(16 * len(out)); err != nil {
		return nil, err
	}
	d.refs[self].plan, d.refs[self].ptr = d.s.special.strings, unsafe.Pointer(&out)
	return out, nil
}

// list reads the elements of l.
func (d *decoder) list(l *List, h *listHead, begin int) error {
	i, err := d.newRef(d.s.special.list, unsafe.Pointer(l), begin)
	if err != nil {
		return err
	}
	if err := d.enter(h.n); err != nil {
		return err
	}
	if h.n >= 0 {
		err = d.items(l, h.n)
	} else {
		err = d.openItems(l)
	}
	if err != nil {
		return err
	}
	d.leave()
	d.done(i)
	return d.listEnd(h)
}

func (d *decoder) items(l *List, n int) (err error) {
	if err := d.charge(16 * n); err != nil {
		return err
	}
	l.Items = make([]any, n)
	for k := range l.Items {
		d.promised--
		if l.Items[k], err = d.any(); err != nil {
			return fmt.Errorf("[%d]: %w", k, err)
		}
	}
	return nil
}

func (d *decoder) openItems(l *List) error {
	for !d.atEnd() {
		if n := len(l.Items); n == cap(l.Items) {
			if err := d.charge(32*n + 64); err != nil {
				return err
			}
		}
		v, err := d.any()
		if err != nil {
			return fmt.Errorf("[%d]: %w", len(l.Items), err)
		}
		l.Items = append(l.Items, v)
	}
	return nil
}

func (d *decoder) anyMap() (any, error) {
	begin := d.pos
	types := len(d.types)
	typ, err := d.mapHead()
	if err != nil {
		return nil, err
	}
	if p := d.s.maps[string(typ)]; p != nil && len(typ) > 0 {
		d.pos = begin
		if !d.replaying {
			d.types = d.types[:types]
		}
		return d.made(p)
	}
	if exceptionName(typ) {
		return nil, fmt.Errorf("a map of type %s: an exception is an object", quote(typ))
	}
	m := &Map{Type: string(typ)}
	if err := d.charge(48 + len(typ)); err != nil {
		return nil, err
	}
	return m, d.mapEntries(m, begin)
}

func (d *decoder) mapEntries(m *Map, begin int) error {
	i, err := d.newRef(d.s.special.mapping, unsafe.Pointer(m), begin)
	if err != nil {
		return err
	}
	if err := d.enter(-1); err != nil {
		return err
	}
	for !d.atEnd() {
		if n := len(m.Entries); n == cap(m.Entries) {
			if err := d.charge(64*n + 32); err != nil {
				return err
			}
		}
		var e Entry
		if k := d.kind(); k == KindList || k == KindMap {
			return fmt.Errorf("a %s as the key of a map", k)
		}
		if e.Key, err = d.any(); err != nil {
			return fmt.Errorf("a key: %w", err)
		}
		if e.Value, err = d.any(); err != nil {
			return fmt.Errorf("a value: %w", err)
		}
		m.Entries = append(m.Entries, e)
	}
	d.pos++
	d.leave()
	d.done(i)
	return nil
}
