package hessian2

import (
	"fmt"
	"reflect"
	"unsafe"
)

// slice fills the plan of a slice: a list, or a byte[].
func (b *builder) slice(p *plan, t reflect.Type) error {
	if t.Elem().Kind() == reflect.Uint8 && p.class == "" {
		p.java, p.enc, p.dec = "[B", encBytes, decBytes
		return nil
	}
	elem, err := b.plan(t.Elem())
	if err != nil {
		return err
	}
	p.elem, p.takesRef = elem, true
	p.java = listJava(p.class)
	p.empty = *(*header)(reflectedEmpty(t))
	if t.Elem().Kind() == reflect.Pointer && t.Elem().Elem().Kind() == reflect.Struct && t.Elem().Elem().Size() > 0 {
		p.slabs = reflect.SliceOf(t.Elem().Elem())
	}
	p.enc = func(e *encoder, at unsafe.Pointer) error { return e.slice(p, at) }
	p.dec = func(d *decoder, at unsafe.Pointer) error { return d.slice(p, at) }
	return nil
}

// reflectedEmpty returns where a slice stands that is empty and not nil.
func reflectedEmpty(t reflect.Type) unsafe.Pointer {
	at := reflect.New(t)
	at.Elem().Set(reflect.MakeSlice(t, 0, 0))
	return at.UnsafePointer()
}

// listJava returns the type in a signature of a list of this type.
func listJava(class string) string {
	if class == "" {
		return "java.util.List"
	}
	if class[0] != '[' {
		return class
	}
	return arrayJava(class)
}

// header is a slice.
type header struct {
	data unsafe.Pointer
	len  int
	cap  int
}

func (e *encoder) slice(p *plan, at unsafe.Pointer) error {
	h := (*header)(at)
	if h.data == nil {
		e.Null()
		e.array = ""
		return nil
	}
	typ := e.array
	e.array = ""
	if typ == "" {
		typ = p.class
	}
	if h.len > 0 && e.shared(h.data, h.len, p) {
		return nil
	}
	if h.len == 0 {
		e.next++
	}
	if err := e.enter(); err != nil {
		return err
	}
	end, err := e.listHead(typ, h.len)
	if err != nil {
		return err
	}
	inner := innerArray(typ)
	size := p.elem.typ.Size()
	for i := range h.len {
		e.array = inner
		if err := p.elem.enc(e, unsafe.Add(h.data, uintptr(i)*size)); err != nil {
			return fmt.Errorf("[%d]: %w", i, err)
		}
	}
	e.array = ""
	if end {
		e.end()
	}
	e.leave()
	return nil
}

// innerArray returns the type of the arrays in an array of arrays, or "".
func innerArray(typ string) string {
	if len(typ) > 2 && typ[0] == '[' && typ[1] == '[' {
		return typ[1:]
	}
	return ""
}

func (d *decoder) slice(p *plan, at unsafe.Pointer) error {
	h := (*header)(at)
	switch d.kind() {
	case KindNull:
		d.pos++
		*h = header{}
		return nil
	case KindRef:
		return d.assign(p, at)
	case KindList:
	default:
		return d.bad("a list")
	}
	begin := d.pos
	head, err := d.listHead()
	if err != nil {
		return err
	}
	i, err := d.newRef(p, at, begin)
	if err != nil {
		return err
	}
	if err := d.enter(head.n); err != nil {
		return err
	}
	if head.n >= 0 {
		err = d.fixedSlice(p, at, head.n)
	} else {
		err = d.openSlice(p, at)
	}
	if err != nil {
		return err
	}
	d.leave()
	d.done(i)
	return d.listEnd(&head)
}

// fixedSlice reads n elements, for which the body has bytes.
func (d *decoder) fixedSlice(p *plan, at unsafe.Pointer, n int) error {
	size := int(p.elem.typ.Size())
	if err := d.chargeAll(n, size); err != nil {
		return err
	}
	*(*header)(at) = p.empty
	out := reflect.NewAt(p.typ, at).Elem()
	out.Grow(n)
	out.SetLen(n)
	data, unstable := (*header)(at).data, d.unstable
	d.unstable = false // it stays where it is
	s := d.spare(p)
	for i := range n {
		d.promised--
		if p.slabs != nil && p.elem.elem.fields != nil && d.kind() == KindObject && !d.replaying {
			err := s.next(d, p, unsafe.Add(data, i*size), n-i)
			if err != nil {
				return fmt.Errorf("[%d]: %w", i, err)
			}
		} else if err := p.elem.dec(d, unsafe.Add(data, i*size)); err != nil {
			return fmt.Errorf("[%d]: %w", i, err)
		}
	}
	d.unstable = unstable
	d.keep(s)
	return nil
}

// openSlice reads elements until the end of the list.
func (d *decoder) openSlice(p *plan, at unsafe.Pointer) error {
	size := int(p.elem.typ.Size())
	out := reflect.NewAt(p.typ, at).Elem()
	*(*header)(at) = p.empty
	unstable := d.unstable
	d.unstable = true // it moves when it grows
	defer func() { d.unstable = unstable }()
	for !d.atEnd() {
		n := out.Len()
		if n == out.Cap() {
			room, each := 2*n, size
			if n == 0 {
				room, each = 1, size+64
			}
			if err := d.chargeAll(room, each); err != nil {
				return err
			}
			out.Grow(max(1, min(4, 64/max(size, 1))-n))
		}
		out.SetLen(n + 1)
		h := (*header)(at)
		if err := p.elem.dec(d, unsafe.Add(h.data, n*size)); err != nil {
			return fmt.Errorf("[%d]: %w", n, err)
		}
	}
	return nil
}

// array fills the plan of an array, which is a list of that length.
func (b *builder) array(p *plan, t reflect.Type) error {
	elem, err := b.plan(t.Elem())
	if err != nil {
		return err
	}
	if t.Len() > 1<<16 {
		return fmt.Errorf("hessian2: %v is too long: use a slice", t)
	}
	slice, err := b.plan(reflect.SliceOf(t.Elem()))
	if err != nil {
		return err
	}
	p.elem, p.takesRef, p.inPlace, p.java = elem, true, true, listJava(p.class)
	n := t.Len()
	p.enc = func(e *encoder, at unsafe.Pointer) error {
		h := header{data: at, len: n, cap: n}
		e.array = p.class
		return slice.enc(e, unsafe.Pointer(&h))
	}
	p.dec = func(d *decoder, at unsafe.Pointer) error { return d.array(p, slice, at, n) }
	return nil
}

// array reads a list of n elements as a slice, and copies it. References to it are to
// the array.
func (d *decoder) array(p, slice *plan, at unsafe.Pointer, n int) error {
	kind, self := d.kind(), d.next
	if kind == KindRef {
		return d.assign(p, at)
	}
	if err := d.charge(int(unsafe.Sizeof(header{}))); err != nil {
		return err
	}
	h := new(header)
	if err := slice.dec(d, unsafe.Pointer(h)); err != nil {
		return err
	}
	got, to := reflect.NewAt(slice.typ, unsafe.Pointer(h)).Elem(), reflect.NewAt(p.typ, at).Elem()
	if got.Len() != n && !got.IsNil() {
		return fmt.Errorf("a list of %d elements, want %d", got.Len(), n)
	}
	to.SetZero()
	reflect.Copy(to, got)
	if kind == KindList && slice.takesRef {
		d.refs[self].plan, d.refs[self].ptr = p, at
	}
	return nil
}
