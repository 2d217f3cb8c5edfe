package cluster

import (
	"sync/atomic"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/breaker"
	"github.com/onrampmesh/onramp/internal/pool"
)

// member is what the cluster keeps of one endpoint as long as it is in the set,
// whatever else discovery says of it. It is the Handle of its node.
type member struct {
	name string // the endpoint's key
	addr string
	pool *pool.Pool
	gate *breaker.Circuit

	failing atomic.Bool // the latest dial failed

	// out says that the log knows of an open gate. It belongs to the goroutine
	// that builds views.
	out bool
}

// newMember makes the state of an endpoint that was not in the set.
func (c *Cluster) newMember(ep *onramp.Endpoint) *member {
	m := &member{name: ep.Key(), addr: ep.Addr}
	cfg := c.cfg.Pool
	if cfg.Seed != 0 { // each endpoint its own jitter
		cfg.Seed = mix(cfg.Seed, ep.Addr)
	}
	m.pool = pool.New(pool.Backend{Addr: ep.Addr, Codec: c.cfg.Codec, Dial: c.cfg.Dial, OnDial: func(err error) { c.dialed(m, err) }}, cfg)
	m.gate = breaker.New(ep.Addr, c.set.policy, breaker.OnChange(func(_, _ breaker.State) { c.poke() }))
	return m
}

// mix makes a seed of a seed and a text (FNV-1a).
func mix(seed uint64, text string) uint64 {
	for i := range len(text) {
		seed = (seed ^ uint64(text[i])) * 1099511628211
	}
	return seed
}

// state returns what the gate does now. An open gate whose cool-down is over
// waits for a probe, which is HalfOpen here; left is the rest of the cool-down.
func (m *member) state() (s breaker.State, left time.Duration) {
	if s = m.gate.State(); s == breaker.Open {
		if left = m.gate.RetryAfter(); left == 0 {
			s = breaker.HalfOpen
		}
	}
	return s, left
}

// dialed hears of the end of a dial. A dial that failed speaks against the
// endpoint as a call that found nobody would; the callers' own error is of origin
// Local, which no breaker counts.
func (c *Cluster) dialed(m *member, err error) {
	if m.failing.Swap(err != nil) != (err != nil) {
		if err != nil {
			c.cfg.Logger.Warn("endpoint cannot be dialed", "endpoint", m.addr, "error", err)
		} else {
			c.cfg.Logger.Info("endpoint can be dialed again", "endpoint", m.addr)
		}
	}
	if err != nil {
		m.report(onramp.Outcome{Code: onramp.Unavailable, Origin: onramp.Wire, At: time.Now()})
	}
}

// report gives the gate an outcome that no ticket was taken for.
func (m *member) report(o onramp.Outcome) {
	if t, err := m.gate.Allow(); err == nil {
		m.gate.Done(t, o)
	}
}
