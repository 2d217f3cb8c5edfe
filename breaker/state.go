package breaker

import (
	"time"

	"github.com/onrampmesh/onramp/policy"
)

// State is what a circuit does with calls.
type State uint8

const (
	// Closed admits calls. It is the zero value.
	Closed State = iota
	// Open refuses them until the cool-down is over.
	Open
	// HalfOpen admits a few probes, which decide.
	HalfOpen
)

// String returns the state as gobreaker and Envoy's documentation spell it.
func (s State) String() string {
	return [...]string{"closed", "open", "half-open", "?"}[s&3]
}

// phase is all that an admission needs to know, in one immutable value behind
// one atomic load.
type phase struct {
	state State
	// generation changes with the state: a ticket of another generation does not
	// count any more.
	generation uint64
	cfg        policy.Breaker // resolved
	window     *window

	since  time.Time // when the circuit opened, kept until it closes; zero when closed
	opened time.Time // when it opened the last time, a probe's failure included
	until  time.Time // when the cool-down is over
	cause  cause     // why it opened
}

// visible is the state that others see: a disabled circuit is closed.
func (p *phase) visible() State {
	if p.cfg.Disabled {
		return Closed
	}
	return p.state
}

// trips reports whether the window, or failures in a row, ask for opening at at.
func (p *phase) trips(streak int32, at time.Time) (cause, bool) {
	s, f := p.window.sums(at)
	c := cause{failures: f, calls: s + f, window: p.cfg.Window}
	if n := p.cfg.Consecutive; n > 0 && int(streak) >= n {
		c.streak = int(streak)
		return c, true
	}
	return c, c.calls >= p.cfg.MinCalls && 100*float64(f) >= p.cfg.FailurePercent*float64(c.calls)
}
