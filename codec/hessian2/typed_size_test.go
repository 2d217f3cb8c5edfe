package hessian2_test

import (
	"bytes"
	"testing"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

func TestSizesDoNotOverflow(t *testing.T) {
	type page struct{ Room [1 << 16]int64 }
	s := hessian2.New()
	for _, n := range []int{1 << 13, 1<<13 + 1, 1 << 14, 1<<14 + 1, 40000} { // times 512 KiB: 2^32 and more
		body := append([]byte{'X', 'I', 0, 0, byte(n >> 8), byte(n)}, bytes.Repeat([]byte{'N'}, n)...)
		var out []page
		if err := s.Decode(body, &out); err == nil {
			t.Errorf("%d pages of 512 KiB are read", n)
		}
		var m []*page
		if err := s.Decode(append([]byte{'X', 'I', 0, 0, byte(n >> 8), byte(n), 'C', 1, 'a', 0x90}, bytes.Repeat([]byte{0x60}, n)...), &m); err == nil {
			t.Errorf("%d pages of 512 KiB are read", n)
		}
	}
}
