package breaker

import (
	"math/bits"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"time"
)

const (
	// buckets is how many parts a window is divided into: it counts what ended in
	// the current part and the nine before.
	buckets = 10
	// slots is the length of the ring that the buckets lie in, a power of two.
	slots = 16
	// maxStripes bounds the memory of a window: 128 bytes a stripe.
	maxStripes = 8
)

// window counts the outcomes of the latest time. Successes, which are many, are
// counted in one of several rings without a lock; failures by whoever holds the
// circuit's lock.
type window struct {
	start    time.Time // what ticks are counted from; carries a monotonic reading
	width    time.Duration
	stripes  []ring
	failures ring
}

// ring holds counters by time: each the tick it counts for, in the upper half,
// and the number. 128 bytes, two cache lines.
type ring [slots]atomic.Uint64

func newWindow(length time.Duration, start time.Time) *window {
	n := 1 << bits.Len(uint(min(runtime.GOMAXPROCS(0), maxStripes)-1))
	return &window{start: start, width: length / buckets, stripes: make([]ring, n)}
}

// tick is the number of the bucket that at falls into, modulo 1<<32.
func (w *window) tick(at time.Time) uint32 {
	return uint32(max(0, at.Sub(w.start)) / w.width)
}

// success counts one. It takes no lock.
func (w *window) success(at time.Time) {
	stripe := 0
	if n := uint32(len(w.stripes)); n > 1 {
		stripe = int(rand.Uint32() & (n - 1))
	}
	w.stripes[stripe].add(w.tick(at), 1)
}

// failure counts one.
func (w *window) failure(at time.Time) { w.failures.add(w.tick(at), 1) }

// sums returns what is in the window at at.
func (w *window) sums(at time.Time) (successes, failures int) {
	tick := w.tick(at)
	for i := range w.stripes {
		successes += w.stripes[i].sum(tick)
	}
	return successes, w.failures.sum(tick)
}

// resized returns a window of another length with the same counts, as of now: each
// bucket is moved to where its middle falls. Outcomes that are being counted
// meanwhile may be lost.
func (w *window) resized(length time.Duration, now time.Time) *window {
	to := &window{start: w.start, width: length / buckets, stripes: make([]ring, len(w.stripes))}
	tick := w.tick(now)
	for age := range uint32(buckets) {
		if age > tick {
			break
		}
		at := w.start.Add(time.Duration(tick-age)*w.width + w.width/2)
		if at.After(now) {
			at = now
		}
		for i := range w.stripes {
			to.stripes[i].add(to.tick(at), w.stripes[i].at(tick-age))
		}
		to.failures.add(to.tick(at), w.failures.at(tick-age))
	}
	return to
}

// add counts n at a tick. What is older than all that the ring holds is dropped.
func (r *ring) add(tick, n uint32) {
	slot := &r[tick%slots]
	for {
		old := slot.Load()
		switch age := int32(tick - uint32(old>>32)); {
		case age == 0:
			slot.Add(uint64(n))
			return
		case age < 0:
			return
		case slot.CompareAndSwap(old, uint64(tick)<<32|uint64(n)):
			return
		}
	}
}

// at returns the number counted at a tick.
func (r *ring) at(tick uint32) uint32 {
	if v := r[tick%slots].Load(); v>>32 == uint64(tick) {
		return uint32(v)
	}
	return 0
}

// sum returns the number counted at a tick and the nine before.
func (r *ring) sum(tick uint32) (n int) {
	for i := range r {
		if v := r[i].Load(); tick-uint32(v>>32) < buckets {
			n += int(uint32(v))
		}
	}
	return n
}
