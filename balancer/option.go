package balancer

import (
	"math/rand/v2"
	"sync/atomic"
)

// Option changes a policy.
type Option func(*options)

type options struct{ random *source }

// Seed makes a policy's choices repeatable, for tests: the same seed and the same
// sequence of builds and picks give the same nodes. Without it every process
// chooses differently. Seeded pickers share one counter and are slower on many cores.
func Seed(seed uint64) Option {
	return func(o *options) {
		o.random = &source{seeded: true}
		o.random.state.Store(seed)
	}
}

func configure(opts []Option) options {
	o := options{random: &source{}}
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

// source is where choices come from. It may be used by many goroutines.
type source struct {
	seeded bool
	state  atomic.Uint64
}

// next returns 64 random bits: the runtime's own per-thread generator, or, when
// seeded, SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
func (s *source) next() uint64 {
	if !s.seeded {
		return rand.Uint64()
	}
	return mix(s.state.Add(0x9e3779b97f4a7c15) - 0x9e3779b97f4a7c15)
}

// mix makes other random bits of random bits, cheaper than the generator.
func mix(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below maps 32 random bits to 0..n-1.
func below(bits uint32, n int) int { return int(uint64(bits) * uint64(n) >> 32) }
