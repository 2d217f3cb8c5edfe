package apache

import (
	"errors"
	"fmt"
	"reflect"
	"unicode/utf8"

	hessian "github.com/apache/dubbo-go-hessian2"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

// encoder appends values to one body. It implements hessian2.Encoder. Each value that
// the library wrote is walked over: it writes nothing at all, and no error, for some.
type encoder struct {
	s     *Serializer
	lib   *hessian.Encoder
	taken int // bytes of the library's buffer that are in out
	out   []byte
	begin int // of the body in out
	check hessian2.Scanner
	err   error // ends the body
}

func newEncoder(s *Serializer, dst []byte) *encoder {
	e := &encoder{s: s, lib: hessian.NewEncoder(), out: dst, begin: len(dst), err: s.err}
	e.check.Reset(hessian2.V2, nil, s.limits)
	return e
}

// Null implements hessian2.Encoder.
func (e *encoder) Null() { _ = e.write(nil) }

// Int implements hessian2.Encoder.
func (e *encoder) Int(v int32) { _ = e.write(v) }

// String implements hessian2.Encoder.
func (e *encoder) String(s string) error {
	if !utf8.ValidString(s) {
		return errors.New("apache: the string is not valid UTF-8: send bytes as []byte")
	}
	return e.write(s)
}

// write lets the library append v.
func (e *encoder) write(v any) error {
	if e.err != nil {
		return e.err
	}
	err := guarded(func() error { return e.lib.Encode(v) })
	if err == nil {
		e.take(0)
		e.check.Extend(e.out[e.begin:])
		if e.check.Rest() == 0 {
			err = errors.New("dubbo-go-hessian2 writes nothing for it")
		} else if err = e.check.Skip(); err == nil && e.check.Rest() > 0 {
			err = errors.New("dubbo-go-hessian2 writes more than one value for it")
		}
	}
	if err != nil {
		e.err = fmt.Errorf("apache: a %T cannot be written: %w", v, err)
	}
	return e.err
}

// take appends what the library wrote, but for the last bytes.
func (e *encoder) take(but int) {
	b := e.lib.Buffer()
	e.out = append(e.out, b[e.taken:len(b)-but]...)
	e.taken = len(b)
}

// Value implements hessian2.Encoder.
func (e *encoder) Value(v any, javaType string) error {
	switch x := v.(type) {
	case string:
		if javaType != "" && !may(reflect.ValueOf(v), javaType) {
			return fmt.Errorf("apache: a string, and the signature declares %s", quote(javaType))
		}
		return e.String(x)
	case *hessian2.Exception:
		return e.exception(x)
	}
	if t := reflect.TypeOf(v); t != nil && raw(t).PkgPath() == reflect.TypeFor[hessian2.Object]().PkgPath() {
		return fmt.Errorf("apache: a %T is for the engine of package hessian2: dubbo-go-hessian2 has a type of its own for it", v)
	}
	if javaType != "" {
		var err error
		if v, err = declared(v, javaType); err != nil {
			return err
		}
	}
	return e.write(v)
}

// BeginMap implements hessian2.Encoder. The library counts a map of its own, so that
// later references have the right number.
func (e *encoder) BeginMap() {
	if e.err != nil {
		return
	}
	if e.err = e.index(); e.err == nil {
		e.out = append(e.out, 'H')
		e.check.Extend(e.out[e.begin:])
		_, e.err = e.check.BeginMap()
	}
}

// index lets the library count a map, and drops the map.
func (e *encoder) index() error {
	err := guarded(func() error { return e.lib.Encode(map[any]any{}) })
	e.taken = len(e.lib.Buffer())
	return err
}

// EndMap implements hessian2.Encoder.
func (e *encoder) EndMap() {
	if e.err == nil {
		e.out = append(e.out, 'Z')
		e.check.Extend(e.out[e.begin:])
		e.check.EndMap()
	}
}

// Close implements hessian2.Encoder.
func (e *encoder) Close() []byte {
	out := e.out
	*e = encoder{s: e.s, err: errors.New("apache: the Encoder is closed")}
	return out
}
