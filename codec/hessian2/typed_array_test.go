package hessian2_test

import (
	"testing"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

func TestArraysThatAreSharedAreReadWhereTheyAreReferredTo(t *testing.T) {
	type two struct {
		A, B *[2]int32
		C, D [2]int32
	}
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		a := &[2]int32{1, 2}
		got := as[two](t, s, two{A: a, B: a, C: *a, D: [2]int32{3, 4}})
		want(t, "the array", *got.A, *a)
		want(t, "the same", got.B, got.A)
		want(t, "a copy", got.C, *a)
		want(t, "another", got.D, [2]int32{3, 4})

		items := list(int32(5), int32(6))
		values := as[[][2]int32](t, s, list(items, items, nil))
		want(t, "the second", values[1], [2]int32{5, 6})
		want(t, "null", values[2], [2]int32{})
	})
}
