package hessian2

import (
	"fmt"
	"math"
	"reflect"
	"time"
	"unsafe"
)

// integer is a number of Go that Java has as int or long.
type integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr
}

// number fills the plan of a bool or a number.
func number(p *plan, k reflect.Kind) {
	switch k {
	case reflect.Bool:
		p.java, p.enc, p.dec = "boolean", encBool, decBool
	case reflect.Int8:
		p.java, p.enc, p.dec = "int", encInt[int8], decInt[int8]
	case reflect.Int16:
		p.java, p.enc, p.dec = "int", encInt[int16], decInt[int16]
	case reflect.Int32:
		p.java, p.enc, p.dec = "int", encInt[int32], decInt[int32]
	case reflect.Uint8:
		p.java, p.enc, p.dec = "int", encInt[uint8], decInt[uint8]
	case reflect.Uint16:
		p.java, p.enc, p.dec = "int", encInt[uint16], decInt[uint16]
	case reflect.Int:
		p.java, p.enc, p.dec = "long", encLong[int], decInt[int]
	case reflect.Int64:
		p.java, p.enc, p.dec = "long", encLong[int64], decInt[int64]
	case reflect.Uint:
		p.java, p.enc, p.dec = "long", encLong[uint], decInt[uint]
	case reflect.Uint32:
		p.java, p.enc, p.dec = "long", encLong[uint32], decInt[uint32]
	case reflect.Uint64:
		p.java, p.enc, p.dec = "long", encLong[uint64], decInt[uint64]
	case reflect.Uintptr:
		p.java, p.enc, p.dec = "long", encLong[uintptr], decInt[uintptr]
	case reflect.Float32:
		p.java, p.enc, p.dec = "float", encFloat[float32], decFloat[float32]
	default:
		p.java, p.enc, p.dec = "double", encFloat[float64], decFloat[float64]
	}
}

func encBool(e *encoder, p unsafe.Pointer) error {
	e.buf = appendBool(e.buf, *(*bool)(p))
	return nil
}

func decBool(d *decoder, p unsafe.Pointer) error {
	switch d.peek() {
	case tagTrue:
		*(*bool)(p) = true
	case tagFalse, tagNull:
		*(*bool)(p) = false
	default:
		return d.bad("a boolean")
	}
	d.pos++
	return nil
}

func encInt[T integer](e *encoder, p unsafe.Pointer) error {
	e.buf = appendInt(e.buf, int32(*(*T)(p)))
	return nil
}

func encLong[T integer](e *encoder, p unsafe.Pointer) error {
	v := *(*T)(p)
	if uint64(v) > math.MaxInt64 && v > 0 {
		return fmt.Errorf("hessian2: %d is more than a long of Java holds", v)
	}
	e.buf = appendLong(e.buf, e.s.dialect, int64(v))
	return nil
}

// decInt reads an int or a long into an integer that holds it.
func decInt[T integer](d *decoder, p unsafe.Pointer) error {
	v, err := d.integer()
	if err != nil {
		return err
	}
	t := T(v)
	if int64(t) != v || (t < 0) != (v < 0) {
		return fmt.Errorf("%d does not fit into a %T", v, t)
	}
	*(*T)(p) = t
	return nil
}

// integer reads an int, a long, or null, which is zero.
func (d *decoder) integer() (int64, error) {
	if v, ok, err := d.ifInt(); ok {
		return int64(v), err
	}
	if v, ok, err := d.ifLong(); ok {
		return v, err
	}
	if d.peek() == tagNull {
		d.pos++
		return 0, nil
	}
	return 0, d.bad("an int or a long")
}

func encFloat[T ~float32 | ~float64](e *encoder, p unsafe.Pointer) error {
	e.buf = appendDouble(e.buf, e.s.dialect, float64(*(*T)(p)))
	return nil
}

// decFloat reads a double, or a number that Java widens to one.
func decFloat[T ~float32 | ~float64](d *decoder, p unsafe.Pointer) error {
	if v, ok, err := d.ifDouble(); ok {
		*(*T)(p) = T(v)
		return err
	}
	if d.kind() == KindInt || d.kind() == KindLong || d.peek() == tagNull {
		v, err := d.integer()
		*(*T)(p) = T(v)
		return err
	}
	return d.bad("a double")
}

func encString(e *encoder, p unsafe.Pointer) (err error) {
	e.buf, err = appendString(e.buf, e.s.dialect, *(*string)(p))
	return err
}

func decString(d *decoder, p unsafe.Pointer) (err error) {
	if d.peek() == tagNull {
		d.pos++
		*(*string)(p) = ""
		return nil
	}
	*(*string)(p), err = d.string()
	return err
}

// encTime writes a date. The zero time is one too, of the year 1.
func encTime(e *encoder, p unsafe.Pointer) error {
	e.buf = appendDate(e.buf, e.s.dialect, *(*time.Time)(p))
	return nil
}

// decTime reads a date, or an object of java.time that is a point in time.
func decTime(d *decoder, p unsafe.Pointer) error {
	if t, ok, err := d.ifDate(); ok {
		*(*time.Time)(p) = t
		return err
	}
	if d.peek() == tagNull {
		d.pos++
		*(*time.Time)(p) = time.Time{}
		return nil
	}
	if k := d.kind(); k != KindObject && k != KindRef {
		return d.bad("a date")
	}
	v, err := d.any()
	if err != nil {
		return err
	}
	t, ok := pointInTime(v)
	if !ok {
		return fmt.Errorf("a %T is no point in time", v)
	}
	*(*time.Time)(p) = t
	return nil
}
