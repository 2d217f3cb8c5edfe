package hessian2

import (
	"fmt"
	"reflect"
	"unsafe"
)

// pointer fills the plan of a pointer: null, or the value.
func (b *builder) pointer(p *plan, t reflect.Type) error {
	to := t.Elem()
	for levels := 0; to.Kind() == reflect.Pointer; levels++ {
		if to = to.Elem(); levels == 8 {
			return fmt.Errorf("hessian2: %v is a pointer to a pointer without end", t)
		}
	}
	elem, err := b.plan(t.Elem())
	if err != nil {
		return err
	}
	p.elem = elem
	if p.java = boxedOf(t.Elem().Kind()); p.java == "" {
		p.java = elem.java
	}
	size := int(t.Elem().Size())
	p.enc = func(e *encoder, at unsafe.Pointer) error { return e.pointer(elem, at) }
	p.dec = func(d *decoder, at unsafe.Pointer) error { return d.pointer(elem, at, size) }
	return nil
}

func boxedOf(k reflect.Kind) string {
	switch k {
	case reflect.Bool:
		return "java.lang.Boolean"
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Uint8, reflect.Uint16:
		return "java.lang.Integer"
	case reflect.Int, reflect.Int64, reflect.Uint, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return "java.lang.Long"
	case reflect.Float32:
		return "java.lang.Float"
	case reflect.Float64:
		return "java.lang.Double"
	}
	return ""
}

func (e *encoder) pointer(elem *plan, at unsafe.Pointer) error {
	ptr := *(*unsafe.Pointer)(at)
	if ptr == nil {
		e.Null()
		return nil
	}
	if elem.fields == nil {
		return elem.enc(e, ptr)
	}
	if e.shared(ptr, 0, elem) {
		return nil
	}
	return e.fieldsOf(elem, ptr)
}

func (d *decoder) pointer(elem *plan, at unsafe.Pointer, size int) error {
	if d.peek() == tagNull {
		d.pos++
		*(*unsafe.Pointer)(at) = nil
		return nil
	}
	if i, ok, err := d.refIndex(); ok {
		if err != nil {
			return err
		}
		return d.refer(i, elem, at, size)
	}
	if i, ok, err := d.again(elem); ok {
		if err != nil {
			return err
		}
		return d.refer(i, elem, at, size)
	}
	if err := d.charge(size); err != nil {
		return err
	}
	ptr := reflect.New(elem.typ).UnsafePointer()
	*(*unsafe.Pointer)(at) = ptr
	unstable := d.unstable
	d.unstable = false
	err := elem.dec(d, ptr)
	d.unstable = unstable
	return err
}
