package hessian2_test

import (
	"bytes"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

// edges are the numbers at which a form of Hessian, or a type of Go or Java, ends.
func edges() (out []int64) {
	for _, n := range []int64{0, 8, 15, 16, 47, 127, 128, 255, 256, 2047, 2048, 32767, 32768, 65535, 65536, 262143, 262144, math.MaxInt32, math.MaxUint32, 1 << 53, math.MaxInt64 - 1} {
		for d := int64(-1); d <= 1; d++ {
			out = append(out, n+d, -(n + d))
		}
	}
	return append(out, math.MinInt64)
}

func TestIntegersAreReadIntoWhatHoldsThem(t *testing.T) {
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		for _, n := range edges() {
			body := written(t, s, n)
			for _, target := range []any{new(int8), new(int16), new(int32), new(int64), new(int), new(uint8), new(uint16), new(uint32), new(uint64), new(uint), new(uintptr)} {
				v := reflect.ValueOf(target).Elem()
				fits := v.CanInt() && !v.OverflowInt(n) || v.CanUint() && n >= 0 && !v.OverflowUint(uint64(n))
				err := s.Decode(body, target)
				var got int64
				if v.CanInt() {
					got = v.Int()
				} else {
					got = int64(v.Uint())
				}
				if fits != (err == nil) || fits && got != n {
					t.Errorf("%d into %T is %d, %v", n, target, got, err)
				}
			}
			want(t, "a double", as[float64](t, s, n), float64(n))
			want(t, "any", as[any](t, s, n), any(n))
			if n == int64(int32(n)) {
				want(t, "an int", as[any](t, s, int32(n)), any(int32(n)))
				want(t, "an int as int64", as[int64](t, s, int32(n)), n)
			}
		}
	})
}

func TestAllIntegersOfGoAreWritten(t *testing.T) {
	type all struct {
		A int8
		B int16
		C int32
		D int64
		E int
		F uint8
		G uint16
		H uint32
		I uint64
		J uint
	}
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		for _, v := range []all{
			{math.MaxInt8, math.MaxInt16, math.MaxInt32, math.MaxInt64, math.MaxInt, math.MaxUint8, math.MaxUint16, math.MaxUint32, math.MaxInt64, math.MaxInt},
			{math.MinInt8, math.MinInt16, math.MinInt32, math.MinInt64, math.MinInt, 0, 0, 0, 0, 0},
		} {
			want(t, "all", as[all](t, s, v), v)
		}
		for _, v := range []any{uint64(math.MaxUint64), []uint64{1 << 63}, all{I: 1 << 63}} {
			if _, err := s.Append(nil, v); err == nil {
				t.Errorf("%v was written", v)
			}
		}
		refused[int32](t, s, 1.5)
		refused[int32](t, s, "1")
		refused[bool](t, s, int32(1))
		refused[string](t, s, int32(1))
	})
}

func TestDoublesKeepTheirBits(t *testing.T) {
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		for _, f := range []float64{0, 1, -1, 127, 128, -128, -129, 32767, 32768, -32768, -32769, 0.001, 0.1, 1.5, 12.345, 2147483.647, 2147483.648, -2147483.648, math.Pi, 1e308, math.SmallestNonzeroFloat64, math.MaxFloat32, math.Inf(1), math.Inf(-1), 1 << 53, 1.1} {
			want(t, "a double", as[float64](t, s, f), f)
			want(t, "any", as[any](t, s, f), any(f))
		}
		if f := as[float64](t, s, math.NaN()); !math.IsNaN(f) {
			t.Errorf("NaN is %v", f)
		}
		if f := as[float64](t, s, math.Copysign(0, -1)); f != 0 || math.Signbit(f) { // as Java writes it
			t.Errorf("-0 is %v", f)
		}
		for _, f := range []float32{0.1, 1.1, math.MaxFloat32, math.SmallestNonzeroFloat32} {
			want(t, "a float", as[float32](t, s, f), f)
		}
		refused[map[float64]int](t, s, &hessian2.Map{Entries: []hessian2.Entry{{Key: math.NaN(), Value: int32(1)}}})
	})
}

func TestTextsOfEveryLength(t *testing.T) {
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		for _, piece := range []string{"a", "é", "中", "😀", "a😀"} {
			for _, n := range []int{0, 1, 15, 16, 31, 32, 33, 1023, 1024, 16384, 32767, 32768, 32769, 65537} {
				if n > 2000 && piece != "a" && piece != "a😀" {
					continue
				}
				v := strings.Repeat(piece, n)
				if got := as[string](t, s, v); got != v {
					t.Fatalf("%d times %q is %d bytes", n, piece, len(got))
				}
				if got := as[any](t, s, []string{v, "b"}); !hessian2.Equal(got, list(v, "b")) {
					t.Fatalf("%d times %q in a list", n, piece)
				}
				b := []byte(v)
				if got := string(as[[]byte](t, s, b)); got != v {
					t.Fatalf("%d bytes are %d", len(b), len(got))
				}
			}
		}
		for _, v := range []string{"\x00", "a\x00b", "\x7f", "\ufffd", "\uffff", "\U0010ffff"} {
			want(t, "text", as[string](t, s, v), v)
		}
		for _, v := range []any{"\xff", "a\xed\xa0\x80", map[string]string{"\xff": ""}, map[string]string{"": "\xc0\x80"}, []string{"\xf0"}} {
			if _, err := s.Append(nil, v); err == nil {
				t.Errorf("%q was written", v)
			}
		}
	})
}

func TestDatesAreMilliseconds(t *testing.T) {
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		for _, ms := range []int64{0, 1, -1, 59999, 60000, -60000, 60001, 1e12, 1234567890123, math.MaxInt32 * 60000, (math.MaxInt32 + 1) * 60000, math.MinInt32 * 60000, (math.MinInt32 - 1) * 60000, -1e15} {
			in := time.UnixMilli(ms)
			got := as[time.Time](t, s, in)
			if !got.Equal(in) || got.Location() != time.UTC {
				t.Errorf("%v is %v", in, got)
			}
			if a, ok := as[any](t, s, in).(time.Time); !ok || !a.Equal(in) {
				t.Errorf("%v is %v", in, a)
			}
		}
		cut := as[time.Time](t, s, time.Unix(1, 1999999))
		want(t, "what a millisecond holds", cut.UnixNano(), int64(1001000000))
	})
}

func TestDialectsAreNotReadAsEachOther(t *testing.T) {
	v2, draft := hessian2.New(), hessian2.NewDraft()
	for _, v := range []any{int64(1 << 30), 1.5, time.Now(), []string{"a"}, map[string]string{"a": "b"}, &person{}, strings.Repeat("a", 50)} {
		a, b := written(t, v2, v), written(t, draft, v)
		if bytes.Equal(a, b) {
			t.Errorf("%T is the same in both", v)
		}
	}
}
