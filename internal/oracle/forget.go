package oracle

import (
	"runtime"
	"testing"
)

const (
	// inputs is how many different inputs Forgets gives to a decoder, in each round.
	inputs = 4000
	// kept is how much more may live after a round than before it: half of the 16
	// bytes that the smallest string of each input takes, without the map around it.
	kept = 8 * inputs
)

// Forgets gives decode thousands of different inputs, and fails t when they stay
// in memory: nothing may be kept by what came from a wire. Whatever decode holds
// on purpose, such as a bounded table, is full after the first round.
func Forgets(t testing.TB, input func(i int) []byte, decode func(src []byte)) {
	t.Helper()
	var grew int64
	for try := range tries + 1 {
		before := live()
		for i := range inputs {
			decode(input(try*inputs + i))
		}
		if grew = live() - before; try > 0 && grew <= kept {
			return
		}
	}
	t.Fatalf("%d different inputs left %d bytes in memory", inputs, grew)
}

// live returns how many bytes are in use after a garbage collection.
func live() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what pools hold goes with the second
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
