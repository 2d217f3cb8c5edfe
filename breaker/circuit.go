package breaker

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/policy"
)

// Circuit is a circuit breaker. It opens when too many of the latest calls
// failed, or too many in a row; refuses calls for the cool-down; then admits a
// few probes, and closes when they succeed in a row or opens again when one fails.
//
// Outcome.Failed says what a failure is. Everything else that the peer answered
// is a success, business errors included. What never left this process (origin
// Local) and what the caller gave up (Canceled) counts as neither; such a probe
// leaves its place to another one.
//
// While it is closed, Allow is one atomic load and the Done of a success one
// atomic add: no lock, no allocation. Its methods may run at the same time.
type Circuit struct {
	phase atomic.Pointer[phase]
	// streak counts failures in a row. A success writes it only when it is not 0.
	streak atomic.Int32

	name    string
	changes changes

	// mu is held by failures, probes and changes of state or policy: for all that
	// enters the machine. The fields below belong to it.
	mu      sync.Mutex
	machine *machine
	at      time.Time // of the failure that the machine is being told of
	last    failure   // that the machine was told of
}

var _ Breaker = (*Circuit)(nil)

// New returns a closed circuit. The name is for errors. Zero fields of cfg get
// the defaults of a service's breaker (policy.Breaker); a cfg that policy refuses
// is a programming error, because policies are checked when they are loaded, and
// New panics with the field's path.
func New(name string, cfg policy.Breaker, opts ...Option) *Circuit {
	cfg, err := resolve(cfg)
	if err != nil {
		panic("breaker: circuit " + name + ": " + err.Error())
	}
	c := &Circuit{name: name}
	for _, opt := range opts {
		opt(c)
	}
	c.machine = c.newMachine(cfg.Probes)
	c.phase.Store(&phase{generation: 1, cfg: cfg, window: newWindow(cfg.Window, time.Now())})
	return c
}

func resolve(cfg policy.Breaker) (policy.Breaker, error) {
	s, err := (&policy.Service{ServiceBreaker: cfg}).Resolve()
	return s.ServiceBreaker, err
}

// Allow implements Breaker. The error's RetryAfter is the time until a probe is
// admitted, and its cause an *OpenError.
func (c *Circuit) Allow() (Ticket, error) {
	p := c.phase.Load()
	if p.state == Closed || p.cfg.Disabled {
		return Ticket{generation: p.generation}, nil
	}
	return c.allowProbe(p)
}

// allowProbe refuses calls during the cool-down without a lock, and asks the
// machine afterwards.
func (c *Circuit) allowProbe(p *phase) (Ticket, error) {
	if p.state == Open {
		if left := time.Until(p.until); left > 0 {
			return Ticket{}, c.refuse(p, left)
		}
	}
	defer c.changes.deliver()
	c.mu.Lock()
	defer c.mu.Unlock()
	p = c.phase.Load()
	if p.state == Closed || p.cfg.Disabled {
		return Ticket{generation: p.generation}, nil
	}
	if left := time.Until(p.until); p.state == Open && left > 0 {
		return Ticket{}, c.refuse(p, left)
	}
	done, err := c.machine.Allow()
	p = c.phase.Load() // the machine may have moved to half-open
	if err != nil {
		return Ticket{}, c.refuse(p, 0)
	}
	return Ticket{generation: p.generation, probe: done}, nil
}

// Done implements Breaker. A ticket that was given out in another state than the
// present one does not count. When o.At is zero, Done asks the clock.
func (c *Circuit) Done(t Ticket, o onramp.Outcome) {
	p := c.phase.Load()
	if p.generation != t.generation || p.cfg.Disabled {
		return
	}
	if t.probe != nil {
		c.probed(t, o)
		return
	}
	if silent(o) {
		return
	}
	at := o.At
	if at.IsZero() {
		at = time.Now()
	}
	if o.Failed() {
		c.failed(t, o, at)
		return
	}
	p.window.success(at)
	if c.streak.Load() != 0 {
		c.streak.Store(0)
	}
}

// silent reports whether an outcome says nothing about the peer.
func silent(o onramp.Outcome) bool {
	return o.Origin == onramp.Local || o.Code == onramp.Canceled
}

// failed counts a failure while closed and lets the machine decide.
func (c *Circuit) failed(t Ticket, o onramp.Outcome, at time.Time) {
	defer c.changes.deliver()
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.phase.Load()
	if p.generation != t.generation || p.cfg.Disabled {
		return
	}
	p.window.failure(at)
	c.streak.Add(1)
	c.at, c.last = at, failure{o.Code, o.Origin}
	c.machine.fail()
}

// probed takes the outcome of a call that was admitted while half-open.
func (c *Circuit) probed(t Ticket, o onramp.Outcome) {
	defer c.changes.deliver()
	c.mu.Lock()
	defer c.mu.Unlock()
	if p := c.phase.Load(); p.generation != t.generation || p.cfg.Disabled {
		return
	}
	switch {
	case silent(o):
		t.probe(errNothing)
	case o.Failed():
		c.last = failure{o.Code, o.Origin}
		t.probe(errFailure)
	default:
		t.probe(nil)
	}
}
