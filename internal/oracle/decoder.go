package oracle

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
)

// ErrNoForm is what Encode returns for a value that may be read and is never
// written: a name that this side refuses, or what lies over a limit when it is
// written in full.
var ErrNoForm = errors.New("oracle: this value is read and not written")

// Decoder is what an oracle must know of a decoder. It is a value without state.
type Decoder[T any] struct {
	// K is Frame, Typed or Generic.
	K int
	// Decode decodes src. It does not call the test.
	Decode func(src []byte) (T, error)
	// Encode is its inverse, or nil. It appends nothing to what it was given.
	Encode func(v T) ([]byte, error)
	// Same compares two values; nil is reflect.DeepEqual.
	Same func(a, b T) bool
	// Errors are the limits of an error's text; zero is the default.
	Errors Text
}

// Check decodes src, which it leaves as it is, and fails t when a rule is broken.
// It returns what was decoded, which views a copy of src.
func (d Decoder[T]) Check(t testing.TB, src []byte) (T, error) {
	t.Helper()
	exact := newPlace(src, 0, 0)
	var v T
	var err error
	For(d.K, len(src)).Check(t, func() { v, err = d.Decode(exact.input()) })
	if why := exact.written(src); why != "" {
		t.Fatal(why)
	}
	for _, p := range [...]*place{newPlace(src, 0, 0), newPlace(src, room, 0), newPlace(src, room, 0xff)} {
		if why := d.differs(p, src, v, err); why != "" {
			t.Fatal(why)
		}
	}
	if err != nil {
		if why := d.Errors.Judge(err, src); why != "" {
			t.Fatal(why)
		}
		return v, err
	}
	d.Keeps(t, v)
	return v, nil
}

// differs decodes src once more at another place, and says what is not as before.
func (d Decoder[T]) differs(p *place, src []byte, v T, err error) string {
	var again T
	var problem error
	c := measure(func() { again, problem = d.Decode(p.input()) }, false)
	if why := c.broken(); why != "" {
		return why
	}
	if why := p.written(src); why != "" {
		return why
	}
	what := "the same bytes, decoded again,"
	if len(p.whole) > p.n {
		what = fmt.Sprintf("the same bytes, with %#02x behind them,", p.tail)
	}
	switch {
	case text(err) != text(problem):
		return fmt.Sprintf("%s fail with %v, and failed with %v", what, problem, err)
	case err == nil && !d.same(v, again):
		return fmt.Sprintf("%s are %+v, and were %+v", what, again, v)
	}
	return ""
}

// Keeps encodes v, decodes that, and fails t when it is another value. Without
// Encode it does nothing.
func (d Decoder[T]) Keeps(t testing.TB, v T) {
	t.Helper()
	if d.Encode == nil {
		return
	}
	out, err := d.Encode(v)
	if errors.Is(err, ErrNoForm) {
		return
	}
	if err != nil {
		t.Fatalf("%+v cannot be encoded: %v", v, err)
	}
	back, err := d.Decode(out)
	if err != nil {
		t.Fatalf("%+v was encoded as %q, which does not decode: %v", v, out, err)
	}
	if !d.same(v, back) {
		t.Fatalf("%+v was encoded as %q, which is %+v", v, out, back)
	}
}

func (d Decoder[T]) same(a, b T) bool {
	if d.Same != nil {
		return d.Same(a, b)
	}
	return reflect.DeepEqual(a, b)
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return "error: " + err.Error()
}
