package hessian2

import (
	"fmt"
	"reflect"
	"unsafe"
)

// Value implements Decoder.
func (d *decoder) Value(into any) error {
	if d.s.err != nil {
		return d.s.err
	}
	if err := d.sound(); err != nil {
		return err
	}
	return d.fail(d.value(into))
}

// largeBody is from how many bytes on a body is read over before its values are built:
// what is wrong with it is then found before memory is taken for it.
const largeBody = 32 << 10

// sound returns the error of a large body, when it is in the value that begins here.
func (d *decoder) sound() error {
	if len(d.src) < largeBody {
		return nil
	}
	d.checkOnce()
	if d.wrong != nil && d.pos >= d.wrongAt {
		return d.wrong
	}
	return nil
}

// checkOnce reads over all values.
func (d *decoder) checkOnce() {
	if d.checked {
		return
	}
	d.checked = true
	if d.scan == nil {
		d.scan = new(Scanner)
	}
	d.scan.Reset(d.dialect, d.src, d.limits)
	for d.scan.Rest() > 0 && d.wrong == nil {
		d.wrongAt = d.scan.Offset()
		d.wrong = d.scan.Skip()
	}
	d.containers = d.scan.d.next
	d.scan.Reset(d.dialect, nil, d.limits)
}

func (d *decoder) value(into any) (err error) {
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return fmt.Errorf("decode into %T: want a pointer that is not nil", into)
	}
	switch v := into.(type) {
	case *string:
		return decString(d, unsafe.Pointer(v))
	case *any:
		*v, err = d.any()
		return err
	case *[]byte:
		return decBytes(d, unsafe.Pointer(v))
	case *int32:
		return decInt[int32](d, unsafe.Pointer(v))
	case *int64:
		return decInt[int64](d, unsafe.Pointer(v))
	}
	p, err := d.s.planOf(v.Type().Elem())
	if err != nil {
		return err
	}
	return p.dec(d, v.UnsafePointer())
}

// Skip implements Decoder.
func (d *decoder) Skip() error {
	if err := d.sound(); err != nil {
		return err
	}
	return d.fail(d.skip())
}

// BeginObject implements Decoder.
func (d *decoder) BeginObject() (class []byte, fields [][]byte, err error) {
	if err := d.sound(); err != nil {
		return nil, nil, err
	}
	return d.beginObject()
}

// Rest implements Decoder.
func (d *decoder) Rest() int { return len(d.src) - d.pos }

// Close implements Decoder.
func (d *decoder) Close() {
	if !d.open { // twice would give one decoder to two bodies
		return
	}
	s := d.s
	d.open = false
	d.reset()
	s.decoders.Put(d)
}

// Value implements Encoder.
func (e *encoder) Value(v any, javaType string) error {
	if e.s.err != nil {
		return e.s.err
	}
	if javaType != "" {
		if done, err := e.declared(v, javaType); done || err != nil {
			return err
		}
	}
	err := e.any(v)
	e.array = ""
	return err
}
