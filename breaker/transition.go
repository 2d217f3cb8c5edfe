package breaker

import "time"

// newMachine makes a closed machine that works for c as long as it is c.machine.
func (c *Circuit) newMachine(probes int) *machine {
	var m *machine
	m = newMachine(c.name, probes, func() bool { return m != c.machine || c.ready() }, func(to State) {
		if m == c.machine {
			c.move(to)
		}
	})
	return m
}

// ready answers the machine's question whether a failure opens the circuit.
func (c *Circuit) ready() bool {
	_, trips := c.phase.Load().trips(c.streak.Load(), c.at)
	return trips
}

// move publishes the state that the machine has moved to. The lock is held.
func (c *Circuit) move(to State) {
	old := c.phase.Load()
	p := *old
	p.state = to
	p.generation++
	switch now := time.Now(); to {
	case Open:
		p.opened, p.until = now, now.Add(p.cfg.CoolDown)
		if old.state == HalfOpen {
			p.cause.probe = true
		} else {
			p.since = now
			p.cause, _ = old.trips(c.streak.Load(), c.at)
		}
		p.cause.last = c.last
	case Closed:
		p.window = newWindow(p.cfg.Window, now) // what failed before must not open it again
		p.since, p.opened, p.until, p.cause = time.Time{}, time.Time{}, time.Time{}, cause{}
		c.streak.Store(0)
	}
	c.publish(&p)
}

// publish makes p the circuit's phase, with a machine that fits. The lock is held.
func (c *Circuit) publish(p *phase) {
	if p.state != HalfOpen && c.machine.probes != p.cfg.Probes {
		c.replace(p)
	}
	from := c.phase.Swap(p).visible()
	c.changes.add(from, p.visible())
}

// replace makes a new machine in the state of p, which is not half-open: a
// machine cannot change the number of its probes.
func (c *Circuit) replace(p *phase) {
	m := c.newMachine(p.cfg.Probes)
	if p.state == Open {
		m.fail() // opens at once: it is not c.machine yet
		if ready := time.Now().Add(2 * machineTimeout); ready.After(p.until) {
			p.until = ready
		}
	}
	c.machine = m
}
