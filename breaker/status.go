package breaker

import "time"

// Name returns the circuit's name.
func (c *Circuit) Name() string { return c.name }

// State returns what the circuit does now. It stays Open after the cool-down until
// a call asks for admission; Closed is also the state of a disabled circuit.
func (c *Circuit) State() State { return c.phase.Load().visible() }

// RetryAfter returns the time until a probe is admitted: 0 unless the circuit is open.
func (c *Circuit) RetryAfter() time.Duration {
	p := c.phase.Load()
	if p.visible() != Open {
		return 0
	}
	return max(0, time.Until(p.until))
}

// Counts is what a circuit knows, for status pages and metrics.
type Counts struct {
	// Successes and Failures are the outcomes in the window. They begin at 0 when
	// the circuit closes, and stand still while it is not closed, but for what
	// leaves the window.
	Successes, Failures int
	// Consecutive is the failures in a row.
	Consecutive int
	// Since is when the circuit opened, zero when it is closed.
	Since time.Time
}

// Counts returns the circuit's counts as of now.
func (c *Circuit) Counts() Counts {
	p := c.phase.Load()
	s, f := p.window.sums(time.Now())
	return Counts{Successes: s, Failures: f, Consecutive: int(c.streak.Load()), Since: p.since}
}
