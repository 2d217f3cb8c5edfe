package hessian2_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

// spy counts the calls of methods that libraries like to call.
type spy struct {
	Name  string
	Next  *spy
	By    map[spyKey]*spy
	Value any
}

type spyKey string

var called atomic.Int32

func (*spy) JavaClassName() string         { return "com.acme.Spy" }
func (*spy) String() string                { called.Add(1); return "" }
func (*spy) Error() string                 { called.Add(1); return "" }
func (*spy) GoString() string              { called.Add(1); return "" }
func (*spy) Format(fmt.State, rune)        { called.Add(1) }
func (*spy) UnmarshalText([]byte) error    { called.Add(1); return nil }
func (*spy) UnmarshalJSON([]byte) error    { called.Add(1); return nil }
func (*spy) UnmarshalBinary([]byte) error  { called.Add(1); return nil }
func (*spyKey) UnmarshalText([]byte) error { called.Add(1); return nil }
func (spyKey) String() string              { called.Add(1); return "" }
func (*spy) Equal(any) bool                { called.Add(1); return true }
func (*spy) Scan(any) error                { called.Add(1); return nil }

func TestDecodingRunsNoMethodOfAUser(t *testing.T) {
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		in := &spy{Name: "a"}
		in.Next, in.By, in.Value = in, map[spyKey]*spy{"k": in}, []any{in}
		body := written(t, s, in)
		before := called.Load()
		var typed *spy
		var general any
		if err := s.Decode(body, &typed); err != nil || typed.By["k"] != typed {
			t.Fatal(err)
		}
		if err := s.Decode(body, &general); err != nil {
			t.Fatal(err)
		}
		for cut := range body { // and on half of a value
			_ = s.Decode(body[:cut], &typed)
			_ = s.Decode(body[:cut], &general)
		}
		if n := called.Load() - before; n > 0 {
			t.Errorf("%d calls", n)
		}
	}, hessian2.Register(&spy{}))
}

func TestWhatIsReadDoesNotAliasTheBody(t *testing.T) {
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		body := written(t, s, sample(), sample())
		read := func(body []byte) (v any, p *tree) {
			d := s.Decoder(body)
			defer d.Close()
			if err := d.Value(&v); err != nil {
				t.Fatal(err)
			}
			if err := d.Value(&p); err != nil {
				t.Fatal(err)
			}
			return v, p
		}
		v, p := read(body)
		other := append([]byte(nil), body...)
		w, q := read(other)
		for i := range other {
			other[i] = 0xff
		}
		if !hessian2.Equal(v, w) || !hessian2.Equal(p, q) {
			t.Error("a value changed with the bytes that it was read from")
		}
	}, registered()...)
}

func TestEveryCutOfABodyIsAnError(t *testing.T) {
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		body := written(t, s, sample())
		for cut := range body {
			var v any
			var p *tree
			if s.Decode(body[:cut], &v) == nil || s.Decode(body[:cut], &p) == nil {
				t.Fatalf("%d of %d bytes are read", cut, len(body))
			}
		}
		if s.Decode(append(body, 0x90), new(any)) == nil {
			t.Error("a value behind the value")
		}
	}, registered()...)
}

func TestManyGoroutinesUseOneSerializer(t *testing.T) {
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		var all sync.WaitGroup
		for g := range 8 {
			all.Go(func() {
				for i := range 50 {
					in := sample()
					in.N = int32(g*1000 + i)
					body, err := s.Append(nil, in)
					var typed *tree
					var general any
					if err == nil {
						err = s.Decode(body, &typed)
					}
					if err == nil {
						err = s.Decode(body, &general)
					}
					if err != nil || typed.N != in.N || general.(*tree).N != in.N {
						t.Errorf("%v", err)
						return
					}
					_ = s.Decode(body[:len(body)/2], &typed)
					_, _ = s.Append(nil, []any{in, make(chan int)})
				}
			})
		}
		all.Wait()
	}, registered()...)
}
