package hessian2

import (
	"fmt"
	"reflect"
	"unsafe"
)

// refer makes the pointer at point to value i of the body, whose type is elem's.
func (d *decoder) refer(i int, elem *plan, at unsafe.Pointer, size int) error {
	if elem.typ.Kind() == reflect.Pointer { // what it points to is shared, and it is not
		if err := d.charge(size); err != nil {
			return err
		}
		ptr := reflect.New(elem.typ).UnsafePointer()
		*(*unsafe.Pointer)(at) = ptr
		return d.refer(i, elem.elem, ptr, int(elem.elem.typ.Size()))
	}
	if err := d.whole(i, elem); err != nil {
		return err
	}
	r := &d.refs[i]
	if r.plan == elem && !r.moves {
		*(*unsafe.Pointer)(at) = r.ptr
		return nil
	}
	if err := d.charge(size); err != nil {
		return err
	}
	ptr := reflect.New(elem.typ).UnsafePointer()
	*(*unsafe.Pointer)(at) = ptr
	return d.fromRef(i, elem, ptr)
}

// assign reads a reference into a value of p's type.
func (d *decoder) assign(p *plan, at unsafe.Pointer) error {
	i, ok, err := d.refIndex()
	if err != nil {
		return err
	}
	if !ok {
		return d.bad("a reference")
	}
	if err := d.whole(i, p); err != nil {
		return err
	}
	return d.fromRef(i, p, at)
}

// whole reads a value that was skipped, because it is asked for after all.
func (d *decoder) whole(i int, p *plan) error {
	if d.refs[i].state != refSkipped {
		return nil
	}
	pos, next, promised, replaying, unstable := d.pos, d.next, d.promised, d.replaying, d.unstable
	d.pos, d.next, d.promised, d.replaying, d.unstable = d.refs[i].at, i, 0, true, false
	err := d.charge(int(p.typ.Size()))
	if err == nil {
		err = p.dec(d, reflect.New(p.typ).UnsafePointer())
	}
	d.pos, d.next, d.promised, d.replaying, d.unstable = pos, next, promised, replaying, unstable
	if err == nil && d.refs[i].state == refSkipped {
		err = fmt.Errorf("value %d cannot be read as a %v", i, p.typ)
	}
	return err
}

// fromRef copies value i of the body into a value of p's type.
func (d *decoder) fromRef(i int, p *plan, at unsafe.Pointer) error {
	r := &d.refs[i]
	if r.plan != p {
		return fmt.Errorf("value %d of the body was read as a %v and is asked for as a %v: one of the two must be the other, or any", i, r.plan.typ, p.typ)
	}
	if r.state == refOpen {
		return fmt.Errorf("a %v would contain itself: ask for a pointer, or any", p.typ)
	}
	p.copy(at, r.ptr)
	return nil
}

// anyRef returns value i of the body in its general form.
func (d *decoder) anyRef(i int) (any, error) {
	if d.refs[i].state == refSkipped {
		v, err := d.replayAny(i)
		if err != nil || d.refs[i].state == refSkipped {
			return v, err
		}
	}
	r := &d.refs[i]
	if r.state == refDone && (r.plan == d.s.anys || r.plan == d.s.traces) {
		return d.listOf(r)
	}
	switch {
	case r.plan.general == byPointer && !r.moves:
		return r.plan.value(r.ptr), nil
	case r.state == refOpen:
		return nil, fmt.Errorf("a %v would contain itself: ask for a pointer, or any", r.plan.typ)
	case r.plan.general == byPointer:
		if err := d.charge(int(r.plan.typ.Size())); err != nil {
			return nil, err
		}
		own := reflect.New(r.plan.typ).UnsafePointer()
		r.plan.copy(own, r.ptr)
		return r.plan.value(own), nil
	}
	return r.plan.value(r.ptr), nil
}

func (d *decoder) replayAny(i int) (any, error) {
	pos, next, promised, replaying, unstable := d.pos, d.next, d.promised, d.replaying, d.unstable
	d.pos, d.next, d.promised, d.replaying, d.unstable = d.refs[i].at, i, 0, true, false
	v, err := d.any()
	d.pos, d.next, d.promised, d.replaying, d.unstable = pos, next, promised, replaying, unstable
	return v, err
}

// again reads over the container that is next in a replay, when it was built before: as
// a p that may be pointed to, or in whatever general form when p is nil. It returns its
// index.
func (d *decoder) again(p *plan) (i int, ok bool, err error) {
	if !d.replaying || d.next >= len(d.refs) {
		return 0, false, nil
	}
	r := &d.refs[d.next]
	if r.state == refSkipped || r.moves || r.plan != p && (p != nil || r.plan.general != byPointer) {
		return 0, false, nil
	}
	if k := d.kind(); k != KindList && k != KindMap && k != KindObject {
		return 0, false, nil
	}
	i = d.next
	return i, true, d.skip()
}

// listOf returns a list of an exception, which is a Go slice there, in its general form.
func (d *decoder) listOf(r *ref) (any, error) {
	v := reflect.NewAt(r.plan.typ, r.ptr).Elem()
	if err := d.charge(48 + (16+int(v.Type().Elem().Size()))*v.Len()); err != nil {
		return nil, err
	}
	l := &List{Items: make([]any, v.Len())}
	for i := range l.Items {
		l.Items[i] = v.Index(i).Interface()
	}
	return l, nil
}
