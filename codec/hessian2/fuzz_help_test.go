package hessian2_test

import (
	"errors"
	"strings"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec/hessian2"
	"github.com/onrampmesh/onramp/internal/oracle"
)

func signature(types ...string) (o onramp.MethodOptions) {
	hessian2.Signature(types...)(&o)
	return o
}

// typed decodes into T, which is written again and must stay.
func typed[T any](s *hessian2.Serializer, k int) oracle.Decoder[T] {
	return oracle.Decoder[T]{
		K: k,
		Decode: func(src []byte) (v T, err error) {
			err = s.Decode(src, &v)
			return v, err
		},
		Encode: func(v T) ([]byte, error) { return form(s.Append(nil, v)) },
		Same:   func(a, b T) bool { return hessian2.Equal(a, b) || shared(a) },
	}
}

// general decodes all values of a body in their general form.
func general(s *hessian2.Serializer) oracle.Decoder[[]any] {
	return oracle.Decoder[[]any]{
		K:      oracle.Generic,
		Decode: func(src []byte) ([]any, error) { return values(s, src) },
		Encode: func(all []any) ([]byte, error) { return body(s, all) },
		Same:   func(a, b []any) bool { return hessian2.Equal(a, b) || shared(a) },
	}
}

// form takes what is too deep once it is written in full for what has no form: what was
// a reference to an open container may nest.
func form(b []byte, err error) ([]byte, error) {
	if err != nil && strings.Contains(err.Error(), "Limits.Depth") {
		return nil, oracle.ErrNoForm
	}
	return b, err
}

// most is how many values a body may have here: the slice of them is no decoder's.
const most = 500

var errMany = errors.New("too many values")

// values reads all of a body.
func values(s *hessian2.Serializer, src []byte) (all []any, err error) {
	d := s.Decoder(src)
	defer d.Close()
	for d.Rest() > 0 {
		var v any
		if err := d.Value(&v); err != nil {
			return nil, err
		}
		if len(all) == most {
			return nil, errMany
		}
		all = append(all, v)
	}
	return all, nil
}

func body(s *hessian2.Serializer, all []any) ([]byte, error) {
	e := s.Encoder(nil)
	var errs []error
	for _, v := range all {
		errs = append(errs, e.Value(v, ""))
	}
	return form(e.Close(), errors.Join(errs...))
}

// shared reports whether a value refers to the stack trace of an exception, or to what
// it suppressed: there are Go's slices, and they are lists when they are written first.
func shared(v any) bool { return hasSlices(v, map[any]bool{}) }

func hasSlices(v any, seen map[any]bool) bool {
	switch v := v.(type) {
	case *hessian2.List, *hessian2.Map, *hessian2.Object, *hessian2.Exception:
		if seen[v] {
			return false
		}
		seen[v] = true
	}
	all := func(vs ...any) bool {
		for _, v := range vs {
			switch v.(type) {
			case []any, []hessian2.StackTraceElement:
				return true
			}
			if hasSlices(v, seen) {
				return true
			}
		}
		return false
	}
	switch v := v.(type) {
	case []any:
		return all(v...)
	case *hessian2.List:
		return all(v.Items...)
	case *hessian2.Map:
		for _, e := range v.Entries {
			if all(e.Key, e.Value) {
				return true
			}
		}
	case *hessian2.Object:
		return fieldsShared(v.Fields, all)
	case *hessian2.Exception:
		return all(v.Cause) || all(v.Suppressed...) || fieldsShared(v.Fields, all)
	}
	return false
}

func fieldsShared(fields []hessian2.Field, all func(...any) bool) bool {
	for _, f := range fields {
		if all(f.Value) {
			return true
		}
	}
	return false
}
