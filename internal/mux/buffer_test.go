package mux

import (
	"testing"

	"github.com/onrampmesh/onramp"
)

func TestABufferThatIsReleasedTwiceHasOneNextOwner(t *testing.T) {
	for range 100 {
		b := NewBuffer(100)
		body := onramp.Received(b.B, 0, nil)
		body.Own(b)
		again := body // a copy does not know that the other one was released
		body.Release()
		again.Release()
		if x, y := NewBuffer(100), NewBuffer(100); x == y {
			t.Fatal("two owners have one buffer")
		}
	}
}

func TestBuffersHaveTheLengthThatIsAskedFor(t *testing.T) {
	for _, n := range []int{0, 1, 511, 512, 513, 2048, 2049, 8192, 8193, 32 << 10, 128<<10 + 1, 2 << 20, 2<<20 + 1, 9 << 20} {
		b := NewBuffer(n)
		if len(b.B) != n || cap(b.B) > max(512, 4*n) {
			t.Errorf("asked for %d, got %d of %d", n, len(b.B), cap(b.B))
		}
		b.Release()
	}
}
