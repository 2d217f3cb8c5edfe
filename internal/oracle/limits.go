package oracle

import (
	"fmt"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/internal/leak"
)

// How many bytes a decoder may allocate for each byte of its input.
const (
	// Frame is for frames and headers, which are views.
	Frame = 2
	// Typed is for bodies that are decoded into a Go type.
	Typed = 16
	// Generic is for bodies that are decoded into whatever they say they are.
	Generic = 64
)

const (
	// base is what any input may allocate.
	base = 64 << 10
	// tries is how often a limit must be passed in a row: a garbage collection or a
	// process that stood still passes one once.
	tries = 3
)

// Limits are what one piece of work may cost. A zero limit is none.
type Limits struct {
	// Bytes is the most that is allocated, over the whole process.
	Bytes uint64
	// Time is the goal; more than five times as much fails.
	Time time.Duration
}

// For returns the limits of decoding n bytes at k bytes each.
func For(k, n int) Limits {
	return Limits{Bytes: base + uint64(k)*uint64(n), Time: time.Millisecond + time.Duration(n)*time.Second/5e6}
}

// Check runs work, which must be repeatable, and fails t when it panics, leaves a
// goroutine behind, or passes a limit three times in a row.
func (l Limits) Check(t testing.TB, work func()) {
	t.Helper()
	for try := range tries {
		c := measure(work, try > 0)
		why := c.broken()
		if why != "" {
			t.Fatal(why)
		}
		if why = l.passed(&c); why == "" {
			return
		}
		if try == tries-1 {
			t.Fatalf("%s, %d times in a row", why, tries)
		}
	}
}

// passed says which limit c passes, or nothing.
func (l Limits) passed(c *cost) string {
	slow := 5 * l.Time
	if leak.Race {
		slow *= 10
	}
	switch {
	case l.Bytes > 0 && c.bytes > l.Bytes:
		return fmt.Sprintf("%d bytes were allocated, at most %d are allowed", c.bytes, l.Bytes)
	case l.Time > 0 && c.took > slow:
		return fmt.Sprintf("it took %v, the goal is %v", c.took, l.Time)
	}
	return ""
}
