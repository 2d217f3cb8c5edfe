package retry

import (
	"math/rand/v2"
	"sync"
	"time"
)

// jitter draws back-offs. Only failed attempts come here.
type jitter struct {
	mu     sync.Mutex
	seeded *rand.Rand
}

func newJitter(seed uint64) *jitter {
	if seed == 0 {
		return &jitter{}
	}
	return &jitter{seeded: rand.New(rand.NewPCG(seed, seed))}
}

// backOff returns a delay that is uniform in 0 .. 2 x base x 2^(made-1), and in
// 0..most when that is less.
func (j *jitter) backOff(base, most time.Duration, made int) time.Duration {
	span := most
	if made < 20 && base<<made < most { // 2 x base x 2^(made-1); a base of a minute does not overflow
		span = base << made
	}
	if span <= 0 {
		return 0
	}
	return time.Duration(j.int64n(int64(span) + 1))
}

func (j *jitter) int64n(n int64) int64 {
	if j.seeded == nil {
		return rand.Int64N(n)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.seeded.Int64N(n)
}
