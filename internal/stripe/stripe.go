// Package stripe spreads counters that every call writes over several cache
// lines, so that calls on different cores do not fight for one.
//
// The client's in-flight counts and the retry budget use it.
package stripe

import (
	"unsafe"

	"github.com/onrampmesh/onramp"
)

// N is the number of stripes, a power of two.
const N = 8

// Of returns the stripe of a request, in 0..N-1: the same as long as the
// request lives. Requests come from pools that are kept per core, so that the
// address of a request says well enough which core writes.
func Of(req *onramp.Request) uint32 {
	return uint32(uint64(uintptr(unsafe.Pointer(req))) * 0x9E3779B97F4A7C15 >> 61)
}
