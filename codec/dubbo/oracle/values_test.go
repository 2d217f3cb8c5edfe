package oracle

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/codec/hessian2"
	"pgregory.net/rapid"
)

// A value is the same for both libraries when it is one of these: null, bool, int32,
// int64, float64, string, []byte, time.Time, []any, map[any]any, arrays and *Car.

// values are one of each kind.
func values() []any {
	return []any{
		nil, true, false, int32(0), int32(-1), int32(math.MinInt32), int64(8), int64(math.MaxInt64), 0.5, 1e300, "", "naïve 你好", "\U0001f600",
		strings.Repeat("x", 70000), []byte{}, []byte("bytes"), time.UnixMilli(1_700_000_000_123), time.UnixMilli(1_700_000_040_000),
		[]any{}, []any{int32(1), "two", nil, []any{true}}, map[any]any{"a": int32(1), int64(2): "b"},
		[]int32{1, -1}, []int64{1, math.MinInt64}, []float64{0.5}, []bool{true, false}, []string{"a", ""},
		&Car{}, &Car{Color: "red", Mileage: 7, Weight: 1 << 40, Price: 12.25, Sold: true, Tags: []string{"fast"}, Next: &Car{Color: "blue"}},
	}
}

// anyValue draws a value.
func anyValue(depth int) *rapid.Generator[any] {
	simple := []*rapid.Generator[any]{
		rapid.Just[any](nil), rapid.Bool().AsAny(), rapid.Int32().AsAny(), rapid.Int64().AsAny(),
		rapid.Float64Range(-1e9, 1e9).AsAny(), rapid.StringN(0, 40, -1).AsAny(),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 40), func(b []byte) any { return append([]byte{}, b...) }),
		rapid.Map(rapid.Int64Range(1, 4e12), func(ms int64) any { return time.UnixMilli(ms) }),
		rapid.Map(rapid.SliceOfN(rapid.Int32(), 0, 9), func(v []int32) any { return append([]int32{}, v...) }),
		rapid.Map(rapid.StringN(0, 40, -1), func(s string) any { return &Car{Color: s, Tags: []string{s}} }),
	}
	if depth == 0 {
		return rapid.OneOf(simple...)
	}
	inner := anyValue(depth - 1)
	return rapid.OneOf(append(simple,
		// The other library does not count what is empty.
		rapid.Map(rapid.SliceOfN(inner, 1, 9), func(v []any) any { return v }),
		rapid.Map(rapid.MapOfN(rapid.StringN(0, 9, -1), inner, 1, 9), func(m map[string]any) any {
			out := map[any]any{}
			for k, v := range m {
				out[k] = v
			}
			return out
		}),
	)...)
}

// arrays brings a value into the form in which our side writes Java's arrays: a plain
// slice is a list there.
func arrays(v any) any {
	switch v := v.(type) {
	case []int32:
		return hessian2.Ints(v)
	case []int64:
		return hessian2.Longs(v)
	case []float64:
		return hessian2.Doubles(v)
	case []bool:
		return hessian2.Bools(v)
	case []string:
		return hessian2.Strings(v)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = arrays(v[i])
		}
		return out
	case map[any]any:
		out := map[any]any{}
		for key, value := range v {
			out[key] = arrays(value)
		}
		return out
	}
	return v
}

// generic brings a value that our side decoded without a type into the form that the
// other library has.
func generic(v any) any {
	switch v := v.(type) {
	case time.Time:
		return v.UnixMilli()
	case *hessian2.List:
		return generic(v.Items)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = generic(v[i])
		}
		return out
	case *hessian2.Map:
		out := map[any]any{}
		for _, e := range v.Entries {
			out[generic(e.Key)] = generic(e.Value)
		}
		return out
	case map[any]any:
		out := map[any]any{}
		for key, value := range v {
			out[generic(key)] = generic(value)
		}
		return out
	case hessian2.Ints:
		return []int32(v)
	case hessian2.Longs:
		return []int64(v)
	case hessian2.Doubles:
		return []float64(v)
	case hessian2.Bools:
		return []bool(v)
	case hessian2.Strings:
		return []string(v)
	}
	return v
}

// same says whether both values are one.
func same(got, want any) error {
	g, w := generic(got), generic(want)
	if !reflect.DeepEqual(g, w) {
		return fmt.Errorf("got %T %.300s, want %T %.300s", got, fmt.Sprint(g), want, fmt.Sprint(w))
	}
	return nil
}

// each runs a test for each kind of value, and for many that are drawn.
func each(t *testing.T, test func(t testing.TB, v any)) {
	t.Helper()
	for i, v := range values() {
		t.Run(fmt.Sprintf("%d:%T", i, v), func(t *testing.T) { test(t, v) })
	}
	if t.Failed() {
		return
	}
	rapid.Check(t, func(r *rapid.T) { test(tb{t, r}, anyValue(3).Draw(r, "value")) })
}

// tb is a testing.TB whose failures are those of the drawn value.
type tb struct {
	*testing.T
	r *rapid.T
}

func (b tb) Helper()                      {}
func (b tb) Fatal(args ...any)            { b.r.Fatal(args...) }
func (b tb) Fatalf(text string, a ...any) { b.r.Fatalf(text, a...) }
func (b tb) Error(args ...any)            { b.r.Error(args...) }
func (b tb) Errorf(text string, a ...any) { b.r.Errorf(text, a...) }
