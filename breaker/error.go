package breaker

import (
	"fmt"
	"time"

	"github.com/onrampmesh/onramp"
)

// OpenError is why a circuit refused a call: the cause inside the *onramp.Error
// that Allow returns. errors.As finds it.
type OpenError struct {
	// Name is the circuit's name.
	Name string
	// State is Open, or HalfOpen when all probes are under way.
	State State
	// Since is when the circuit left Closed.
	Since time.Time
	// Left is the time until a probe is admitted; 0 when half-open.
	Left time.Duration

	cause cause
}

// Error says which circuit it is, since when it is open and why.
func (e *OpenError) Error() string {
	next := fmt.Sprintf("the next probe is admitted in %v", e.Left)
	if e.State == HalfOpen {
		next = "its probes are under way"
	}
	return fmt.Sprintf("circuit %q is %v since %s because %v; %s", e.Name, e.State, e.Since.UTC().Format("2006-01-02T15:04:05.000Z"), e.cause, next)
}

// cause is why a circuit opened.
type cause struct {
	streak          int // when it was failures in a row
	failures, calls int
	window          time.Duration
	probe           bool // a probe has failed since
	last            failure
}

// failure is what a failed call ended with.
type failure struct {
	code   onramp.Code
	origin onramp.Origin
}

func (c cause) String() string {
	s := fmt.Sprintf("%d of %d calls in %v failed (%.0f %%)", c.failures, c.calls, c.window, 100*float64(c.failures)/float64(max(c.calls, 1)))
	if c.streak > 0 {
		s = fmt.Sprintf("%d calls in a row failed (%s)", c.streak, s)
	}
	if c.probe {
		s += " and the latest probe failed too"
	}
	if c.last.code != onramp.OK {
		s += fmt.Sprintf(", the last one with %v (%v)", c.last.code, c.last.origin)
	}
	return s
}

// refusal is the error and its cause in one allocation: an open circuit refuses
// every call of a service.
type refusal struct {
	outer onramp.Error
	inner OpenError
}

func (c *Circuit) refuse(p *phase, left time.Duration) error {
	r := &refusal{inner: OpenError{Name: c.name, State: p.state, Since: p.since, Left: left, cause: p.cause}}
	r.outer = onramp.Error{Code: onramp.Unavailable, Origin: onramp.Local, RetryAfter: left, Err: &r.inner}
	return &r.outer
}
