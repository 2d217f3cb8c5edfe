package hessian2

import (
	"fmt"
	"reflect"
	"unsafe"
)

// zero makes what at points to the zero value.
func (p *plan) zero(at unsafe.Pointer) { reflect.NewAt(p.typ, at).Elem().SetZero() }

// encInterface writes what an interface holds.
func encInterface(t reflect.Type) func(*encoder, unsafe.Pointer) error {
	if t.NumMethod() == 0 {
		return func(e *encoder, at unsafe.Pointer) error { return e.any(*(*any)(at)) }
	}
	return func(e *encoder, at unsafe.Pointer) error {
		v := reflect.NewAt(t, at).Elem()
		if v.IsNil() {
			e.Null()
			return nil
		}
		return e.any(v.Elem().Interface())
	}
}

// decInterface reads the general form of a value into an interface that it has.
func decInterface(t reflect.Type) func(*decoder, unsafe.Pointer) error {
	if t.NumMethod() == 0 {
		return func(d *decoder, at unsafe.Pointer) (err error) {
			*(*any)(at), err = d.any()
			return err
		}
	}
	return func(d *decoder, at unsafe.Pointer) error {
		v, err := d.any()
		if err != nil {
			return err
		}
		to := reflect.NewAt(t, at).Elem()
		if v == nil {
			to.SetZero()
			return nil
		}
		if !reflect.TypeOf(v).Implements(t) {
			return fmt.Errorf("a %T is no %v: register the type of its class", v, t)
		}
		to.Set(reflect.ValueOf(v))
		return nil
	}
}
