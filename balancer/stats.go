package balancer

import (
	"math"
	"sync/atomic"
	"time"

	"github.com/onrampmesh/onramp"
)

const (
	// memory is how long an estimate counts that nothing confirmed since: it
	// fades linearly and is gone after this time. For estimates that are
	// confirmed often this is an exponential average with this time constant.
	memory = 10 * time.Second
	// failedMemory is the same for a node whose latest attempts failed: what made
	// them fail (a restart, a freeze) may be over soon, and the few calls that
	// find out are repeated elsewhere.
	failedMemory = 2 * time.Second
	// One failure moves the failing estimate an eighth of the way to 1, one
	// answer a sixteenth of the way to 0: bad news counts at once, as with latency.
	failureGain = 1.0 / 8
	answerGain  = 1.0 / 16
)

// epoch is what time stamps are counted from; never changed. Being made by
// time.Now it carries a monotonic reading, so a clock that is set does not matter.
var epoch = time.Now()

func sinceEpoch(t time.Time) int64 { return int64(t.Sub(epoch)) }

// stats is what a node knows about itself. in-flight is exact. The estimates are
// plain loads and stores: when two calls end at the same moment one of the two
// samples may be lost, which an average survives.
type stats struct {
	inflight atomic.Int64
	latency  atomicFloat  // nanoseconds, peak-sensitive average; 0 is unknown
	failing  atomicFloat  // 0..1
	stamp    atomic.Int64 // when the estimates were confirmed last, since epoch
	fade     atomicFloat  // 1/memory or 1/failedMemory, per nanosecond
	_        [24]byte     // a cache line
}

// learn takes the outcome of an attempt that ended at now.
func (s *stats) learn(o onramp.Outcome, now int64) {
	sample, known := float64(o.Latency), s.latency.load()
	switch {
	case o.Failed() || unreachable(o):
		f := s.failing.load() * s.trust(now)
		f += (1 - f) * failureGain
		s.failing.store(f)
		if f > 1.5*failureGain { // not a single one
			s.fade.store(1 / float64(failedMemory))
		}
		// A failure is never a reason to look faster.
		s.latency.store(max(known, sample))
	case o.Origin == onramp.Local || o.Code == onramp.Canceled:
		// Nobody answered: at most we know that it takes longer than this.
		if sample <= known {
			return
		}
		s.latency.store(sample)
	default:
		s.answered(sample, known, s.trust(now))
	}
	s.stamp.Store(now)
}

// answered takes an answer: a slower one counts at once, a faster one by the time
// that passed since the last.
func (s *stats) answered(sample, known, trust float64) {
	if f := s.failing.load(); f != 0 {
		f *= trust
		s.failing.store(settle(f - f*answerGain))
		s.fade.store(1 / float64(memory))
	}
	if sample <= 0 {
		return
	}
	if sample < known {
		sample += (known - sample) * trust
	}
	s.latency.store(sample)
}

// forgive makes the estimates unknown.
func (s *stats) forgive() {
	s.latency.store(0)
	s.failing.store(0)
	s.fade.store(1 / float64(memory))
}

// trust returns how much the estimates still count at now, 1..0.
func (s *stats) trust(now int64) float64 {
	idle := float64(max(now-s.stamp.Load(), 0))
	return 1 - min(idle*s.fade.load(), 1)
}

// unreachable reports whether the attempt never left because of this endpoint:
// it could not be dialled, or its connections are full. That does not speak
// against the peer's health, but another endpoint would have done better.
func unreachable(o onramp.Outcome) bool {
	return o.Origin == onramp.Local && (o.Code == onramp.Unavailable || o.Code == onramp.ResourceExhausted)
}

// settle makes a share that no longer matters zero, so that it is not computed for ever.
func settle(f float64) float64 {
	if f < 1e-3 {
		return 0
	}
	return f
}

// atomicFloat is a float64 that is loaded and stored whole.
type atomicFloat struct{ bits atomic.Uint64 }

func (f *atomicFloat) load() float64   { return math.Float64frombits(f.bits.Load()) }
func (f *atomicFloat) store(v float64) { f.bits.Store(math.Float64bits(v)) }
