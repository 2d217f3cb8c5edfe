package oracle

import (
	"reflect"
	"testing"

	"github.com/onrampmesh/onramp/codec"
)

// Protocol judges the Framer and the Body of a framed protocol.
type Protocol struct {
	codec.Framer
	Body codec.Body
	// Most is the most that Size may say; 0 is no bound.
	Most int
	// Version is what is written for a service without one.
	Version string
	// Words are the limits of the errors that a response carries: they are the
	// peer's own words. Zero is 1400 bytes.
	Words Text
}

// prefixes is how many prefixes of an input are tried.
const prefixes = 80

// Check takes src for what arrived on a connection: it is cut, decoded, opened,
// and encoded again. It returns the first frame, or nil when there is none.
func (p Protocol) Check(t testing.TB, src []byte) *codec.Frame {
	t.Helper()
	n, err := Decoder[int]{K: Frame, Decode: p.Size}.Check(t, src)
	if n < 0 || p.Most > 0 && n > p.Most {
		t.Fatalf("Size is %d", n)
	}
	p.split(t, src, n, err)
	if err != nil || n == 0 || n > len(src) {
		return nil
	}
	frame := src[:n:n]
	d := Decoder[codec.Frame]{K: Frame, Decode: p.decode, Encode: p.encode, Same: sameFrame}
	f, err := d.Check(t, frame)
	if err != nil {
		return nil
	}
	p.correlate(t, frame, &f)
	p.open(t, frame, &f)
	return &f
}

// split tries what arrived so far: it is too short to tell, or tells the same.
func (p Protocol) split(t testing.TB, src []byte, n int, err error) {
	t.Helper()
	for i := range min(len(src), prefixes) {
		early, problem := p.Size(src[:i:i])
		if err == nil && n > 0 && (problem != nil || early != 0 && early != n) {
			t.Fatalf("Size is %d, and %d, %v for the first %d bytes", n, early, problem, i)
		}
		if problem == nil && p.Match(src[:i:i]) == codec.Yes && p.Match(src) != codec.Yes {
			t.Fatalf("Match takes the first %d bytes, and not all", i)
		}
	}
}

func (p Protocol) decode(src []byte) (f codec.Frame, err error) {
	err = p.Decode(src, &f)
	return f, err
}

// encode writes a frame that was read. What lies over a limit when it is written
// in full has no form.
func (p Protocol) encode(f codec.Frame) ([]byte, error) {
	out, err := p.Append(nil, &f)
	if err != nil {
		return nil, err
	}
	if p.Seal(out, &f) != nil {
		return nil, ErrNoForm
	}
	return out, nil
}

// sameFrame compares all but the bytes that the frames were decoded from.
func sameFrame(a, b codec.Frame) bool {
	a.Raw, b.Raw = nil, nil
	for _, s := range [...]*[]byte{&a.Class, &a.Header, &a.Content, &b.Class, &b.Header, &b.Content} {
		if len(*s) == 0 {
			*s = nil
		}
	}
	return reflect.DeepEqual(a, b)
}

// correlate compares the short way to a frame's kind and ID with the long one.
func (p Protocol) correlate(t testing.TB, frame []byte, f *codec.Frame) {
	t.Helper()
	c, ok := p.Framer.(codec.Correlator)
	if !ok {
		return
	}
	if kind, id := c.Correlate(frame); kind != f.Kind || id != f.ID {
		t.Fatalf("Correlate says kind %d and ID %d, Decode %d and %d", kind, id, f.Kind, f.ID)
	}
	other := newPlace(frame, 0, 0)
	c.Renumber(other.input(), f.ID^1)
	g, err := p.decode(other.input())
	if g.ID ^= 1; err != nil || !sameFrame(g, *f) {
		t.Fatalf("Renumber made of %+v %+v, %v", f, g, err)
	}
}
