package breaker

import (
	"time"

	"github.com/onrampmesh/onramp/policy"
)

// Reconfigure makes cfg the circuit's policy. State, window and failures in a row
// stay as they are; a cool-down that is running ends by the new CoolDown from when
// it began; a new number of probes counts from the next time it opens half.
//
// A circuit that is disabled admits everything and counts nothing; when it is
// enabled again it goes on in the state it was in, where one that was half-open
// probes anew.
//
// Zero fields get the defaults as in New. A cfg that policy refuses is returned as
// an error with the field's path, and the circuit keeps what it had.
func (c *Circuit) Reconfigure(cfg policy.Breaker) error {
	cfg, err := resolve(cfg)
	if err != nil {
		return err
	}
	defer c.changes.deliver()
	c.mu.Lock()
	defer c.mu.Unlock()
	old := c.phase.Load()
	if cfg == old.cfg {
		return nil
	}
	p := *old
	p.cfg = cfg
	if cfg.Window != old.cfg.Window {
		p.window = old.window.resized(cfg.Window, time.Now())
	}
	if p.state == Open {
		p.until = p.opened.Add(cfg.CoolDown)
	}
	if cfg.Disabled != old.cfg.Disabled {
		c.toggle(&p)
	}
	c.publish(&p)
	return nil
}

// toggle starts a generation, so that calls which end on the other side of the
// switch do not count. Probes under way will not report: the circuit is open, with
// its cool-down over, instead of half-open.
func (c *Circuit) toggle(p *phase) {
	p.generation++
	if p.state == HalfOpen {
		p.state, p.until = Open, time.Now()
		c.replace(p)
	}
}
