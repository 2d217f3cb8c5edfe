package client

import (
	"math/rand/v2"
	"sync/atomic"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/feature"
)

// hashes draws the number that decides a call's share, once for each call.
type hashes struct {
	seeded bool
	state  atomic.Uint64
}

func newHashes(seed uint64) *hashes {
	h := &hashes{seeded: seed != 0}
	h.state.Store(seed)
	return h
}

// draw returns 0..9999: the same for all calls of one trace, else for all calls
// with one key, else random.
func (h *hashes) draw(req *onramp.Request) uint16 {
	if x, ok := traceHash(&req.Header); ok {
		return share(x)
	}
	if req.Route.Key != "" {
		return share(hashOf(req.Route.Key))
	}
	if h.seeded {
		return share(mix(h.state.Add(0x9E3779B97F4A7C15)))
	}
	return share(rand.Uint64())
}

// share maps 64 even bits to 0..9999.
func share(x uint64) uint16 { return uint16(x >> 32 * feature.Scale >> 32) }

// traceHash hashes the trace id of a W3C traceparent: version-traceid-parent-flags.
func traceHash(h *onramp.Header) (uint64, bool) {
	const name, begin, end, length = "traceparent", 3, 35, 55
	if _, _, received := h.Block(); received { // a view: Peek does not copy
		if v, ok := h.Peek(name); ok && len(v) >= length && v[begin-1] == '-' && v[end] == '-' {
			return hashOf(v[begin:end]), true
		}
		return 0, false
	}
	if v, ok := h.Lookup(name); ok && len(v) >= length && v[begin-1] == '-' && v[end] == '-' {
		return hashOf(v[begin:end]), true
	}
	return 0, false
}

// hashOf is FNV-1a, mixed: the same in every process, so that a key is on the
// same side of a split everywhere.
func hashOf[T string | []byte](s T) uint64 {
	x := uint64(14695981039346656037)
	for i := range len(s) {
		x = (x ^ uint64(s[i])) * 1099511628211
	}
	return mix(x)
}

// mix spreads the entropy of x over all its bits.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}
