package hessian2

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unsafe"
)

// special are the plans of the general forms: what references to them are told by.
type special struct{ list, mapping, object, exception, strings *plan }

func encList(e *encoder, at unsafe.Pointer) error {
	l := (*List)(at)
	if e.shared(at, 0, e.s.special.list) {
		return nil
	}
	if err := e.enter(); err != nil {
		return err
	}
	e.array = ""
	end, err := e.listHead(l.Type, len(l.Items))
	if err != nil {
		return err
	}
	for i, v := range l.Items {
		if err := e.any(v); err != nil {
			return fmt.Errorf("[%d]: %w", i, err)
		}
	}
	if end {
		e.end()
	}
	e.leave()
	return nil
}

func decList(d *decoder, at unsafe.Pointer) error {
	l := (*List)(at)
	switch d.kind() {
	case KindNull:
		d.pos++
		*l = List{}
		return nil
	case KindRef:
		return d.assign(d.s.special.list, at)
	case KindList:
	default:
		return d.bad("a list")
	}
	begin := d.pos
	h, err := d.listHead()
	if err != nil {
		return err
	}
	*l = List{Type: string(h.typ)}
	return d.list(l, &h, begin)
}

func encMap(e *encoder, at unsafe.Pointer) error {
	m := (*Map)(at)
	if e.shared(at, 0, e.s.special.mapping) {
		return nil
	}
	if e.realize {
		if o := e.s.realized(m); o != nil {
			return e.object(o)
		}
	}
	e.array = ""
	if err := e.enter(); err != nil {
		return err
	}
	typ := m.Type
	if typ == "" && len(m.Entries) > 0 {
		typ = e.unclear(reflect.ValueOf(m.Entries[0].Key))
	}
	if err := e.mapHead(typ); err != nil {
		return err
	}
	for i := range m.Entries {
		if err := e.any(m.Entries[i].Key); err != nil {
			return fmt.Errorf("key %d: %w", i, err)
		}
		if err := e.any(m.Entries[i].Value); err != nil {
			return fmt.Errorf("value %d: %w", i, err)
		}
	}
	e.end()
	e.leave()
	return nil
}

func decMap(d *decoder, at unsafe.Pointer) error {
	m := (*Map)(at)
	switch d.kind() {
	case KindNull:
		d.pos++
		*m = Map{}
		return nil
	case KindRef:
		return d.assign(d.s.special.mapping, at)
	case KindMap:
	default:
		return d.bad("a map")
	}
	begin := d.pos
	typ, err := d.mapHead()
	if err != nil {
		return err
	}
	*m = Map{Type: string(typ)}
	return d.mapEntries(m, begin)
}

func encObject(e *encoder, at unsafe.Pointer) error {
	if e.shared(at, 0, e.s.special.object) {
		return nil
	}
	return e.object((*Object)(at))
}

// object writes an Object that has its index.
func (e *encoder) object(o *Object) error {
	e.array = ""
	if err := e.enter(); err != nil {
		return err
	}
	keyed := e.generic && !strings.HasPrefix(o.Class, "java.")
	if keyed {
		_ = e.mapHead("")
		if err := errors.Join(e.String("class"), e.String(o.Class)); err != nil {
			return err
		}
	} else if err := e.instanceOf(o); err != nil {
		return err
	}
	for i := range o.Fields {
		f := &o.Fields[i]
		if keyed {
			if err := e.String(f.Name); err != nil {
				return err
			}
		}
		if f.Name == fieldStackTrace {
			e.array = stackTraceType
		}
		if err := e.any(f.Value); err != nil {
			return fmt.Errorf("%s.%s: %w", o.Class, f.Name, err)
		}
		e.array = ""
	}
	if keyed {
		e.end()
	}
	e.leave()
	return nil
}

// instanceOf writes the class definition of o, if it is not there yet, and the
// beginning of an object of it.
func (e *encoder) instanceOf(o *Object) error {
	for i := range e.classes {
		if other := e.classes[i].object; other != nil && sameClass(other, o) {
			e.objectHead(i)
			return nil
		}
	}
	if o.Class == "" || len(o.Class) > maxTypeName || len(o.Fields) > e.s.limits.Fields {
		return fmt.Errorf("hessian2: an Object of class %.64q with %d fields: want a class of 1 to %d bytes and at most %d fields", o.Class, len(o.Fields), maxTypeName, e.s.limits.Fields)
	}
	names := make([]string, len(o.Fields))
	for i := range o.Fields {
		names[i] = o.Fields[i].Name
	}
	e.classes = append(e.classes, writtenClass{object: o})
	e.buf = append(e.buf, classHead(e.s.dialect, o.Class, names)...)
	e.objectHead(len(e.classes) - 1)
	return nil
}

func sameClass(a, b *Object) bool {
	if a.Class != b.Class || len(a.Fields) != len(b.Fields) {
		return false
	}
	for i := range a.Fields {
		if a.Fields[i].Name != b.Fields[i].Name {
			return false
		}
	}
	return true
}

func decObject(d *decoder, at unsafe.Pointer) error {
	o := (*Object)(at)
	switch d.kind() {
	case KindNull:
		d.pos++
		*o = Object{}
		return nil
	case KindRef:
		return d.assign(d.s.special.object, at)
	case KindObject:
	default:
		return d.bad("an object")
	}
	if err := d.classDefs(); err != nil {
		return err
	}
	begin := d.pos
	c, err := d.objectHead()
	if err != nil {
		return err
	}
	return d.objectFields(o, c, begin)
}
