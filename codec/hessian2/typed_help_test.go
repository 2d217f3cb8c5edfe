package hessian2_test

import (
	"testing"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

// both runs a test for each dialect.
func both(t *testing.T, test func(t *testing.T, s *hessian2.Serializer), opts ...hessian2.Option) {
	t.Helper()
	for _, s := range []*hessian2.Serializer{hessian2.New(opts...), hessian2.NewDraft(opts...)} {
		t.Run(s.Name(), func(t *testing.T) {
			if err := s.Check(); err != nil {
				t.Fatal(err)
			}
			test(t, s)
		})
	}
}

// written returns the body of values that share tables.
func written(t *testing.T, s *hessian2.Serializer, vs ...any) []byte {
	t.Helper()
	e := s.Encoder(nil)
	for _, v := range vs {
		if err := e.Value(v, ""); err != nil {
			t.Fatalf("%#v: %v", v, err)
		}
	}
	return e.Close()
}

// as writes v and reads it as a T.
func as[T any](t *testing.T, s *hessian2.Serializer, v any) (out T) {
	t.Helper()
	if err := s.Decode(written(t, s, v), &out); err != nil {
		t.Fatalf("%#v into %T: %v", v, out, err)
	}
	return out
}

// refused reports the error of reading v as a T.
func refused[T any](t *testing.T, s *hessian2.Serializer, v any) error {
	t.Helper()
	var out T
	err := s.Decode(written(t, s, v), &out)
	if err == nil {
		t.Errorf("%#v was read into a %T: %#v", v, out, out)
	}
	return err
}

func want[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %#v, want %#v", what, got, want)
	}
}

// object is one of a class of whatever name, as a peer writes it.
func object(class string, namesAndValues ...any) *hessian2.Object {
	o := &hessian2.Object{Class: class}
	for i := 0; i < len(namesAndValues); i += 2 {
		o.Fields = append(o.Fields, hessian2.Field{Name: namesAndValues[i].(string), Value: namesAndValues[i+1]})
	}
	return o
}

func list(items ...any) *hessian2.List { return &hessian2.List{Items: items} }
