package cluster

import (
	"slices"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/balancer"
	"github.com/onrampmesh/onramp/breaker"
)

// view is what calls see of the cluster. It is immutable.
type view struct {
	// picker chooses for a call; nil when there is no endpoint.
	picker balancer.Picker
	// steady chooses among the endpoints whose gates are closed, for a call that
	// another gate refused.
	steady balancer.Picker
	// panicking: too many endpoints are out to believe it; gates refuse nobody.
	panicking bool
	closed    bool
	// changed is closed when another view takes over.
	changed chan struct{}

	parts   []part
	names   map[string]*member
	foreign string // why there are none, when they speak other protocols
	// What the pickers were built of.
	all, calm nodes
	// probing are those that wait for a call to try them.
	probing nodes
}

// nodes is a list of nodes in the set's order.
type nodes []*balancer.Node

// publish swaps in a view of the set, when there is a difference to see, and
// returns when the next one is due by time, zero for never.
func (c *Cluster) publish() (next time.Duration) {
	e := elect(c.set.parts)
	c.tell(e.panicking)
	c.mu.Lock()
	defer c.mu.Unlock()
	old := c.view.Load()
	if c.ctx.Err() != nil {
		return 0
	}
	v := &view{
		picker: old.picker, steady: old.steady, panicking: e.panicking, changed: make(chan struct{}),
		parts: c.set.parts, names: c.set.names, foreign: c.set.strangers(c.cfg.Codec.Name()),
		all: e.in, calm: e.calm, probing: e.probing,
	}
	if !c.pickers(v, old) && e.panicking == old.panicking && slices.Equal(old.probing, v.probing) && slices.Equal(old.parts, v.parts) && old.foreign == v.foreign {
		return e.next
	}
	c.view.Store(v)
	close(old.changed)
	return e.next
}

// pickers builds the pickers of v that differ from those of old, and reports
// whether there was one.
func (c *Cluster) pickers(v, old *view) bool {
	same := slices.Equal(v.all, old.all)
	switch {
	case same && slices.Equal(v.calm, old.calm):
		return false
	case len(v.all) == 0:
		v.picker, v.steady = nil, nil
		return true
	case !same:
		v.picker = c.cfg.Balancer.Build(slices.Clone(v.all))
	}
	v.steady = v.picker
	if len(v.calm) < len(v.all) {
		v.steady = c.cfg.Balancer.Build(slices.Clone(v.calm))
	}
	return true
}

// election says which endpoints are in the picker.
type election struct {
	in nodes
	// calm are those of in that are not probing, and all of them under panic.
	calm      nodes
	probing   nodes // in, but not calm
	panicking bool
	// next is the least rest of a cool-down, zero when there is none.
	next time.Duration
}

// elect decides who is in. Draining endpoints are left out while there are
// others. Of the rest, unhealthy ones and those with an open gate are out; when
// more than half of the rest would be out or probing, the signal is not believed
// and all of it is in.
func elect(parts []part) (e election) {
	all := make(nodes, 0, len(parts))
	lost := 0
	alone := !slices.ContainsFunc(parts, func(p part) bool { return p.node.Endpoint.Health != onramp.Draining })
	for _, p := range parts {
		if p.node.Endpoint.Health == onramp.Draining && !alone {
			continue
		}
		all = append(all, p.node)
		s, left := p.member.state()
		if left > 0 && (e.next == 0 || left < e.next) {
			e.next = left
		}
		if s != breaker.Closed || p.node.Endpoint.Health == onramp.Unhealthy {
			lost++
		}
		if s == breaker.Open || p.node.Endpoint.Health == onramp.Unhealthy {
			continue
		}
		e.in = append(e.in, p.node)
		if s == breaker.Closed {
			e.calm = append(e.calm, p.node)
		} else {
			e.probing = append(e.probing, p.node)
		}
	}
	if 2*lost > len(all) {
		e.in, e.calm, e.probing, e.panicking = all, all, nil, true
	}
	return e
}

// tell logs whose gate opened and whose closed again, and when the panic rule
// begins and ends.
func (c *Cluster) tell(panicking bool) {
	log := c.cfg.Logger
	for _, p := range c.set.parts {
		m := p.member
		switch s, left := m.state(); {
		case s == breaker.Open && !m.out:
			log.Warn("endpoint taken out: its breaker opened", "endpoint", m.addr, "probeIn", left)
			m.out = true
		case s == breaker.Closed && m.out:
			log.Info("endpoint is back", "endpoint", m.addr)
			p.node.Forgive()
			m.out = false
		}
	}
	switch was := c.view.Load().panicking; {
	case panicking && !was:
		log.Warn("more than half of the endpoints are out: all of them are used, and breakers refuse nobody", "endpoints", len(c.set.parts))
	case was && !panicking:
		log.Info("at most half of the endpoints are out: breakers count again", "endpoints", len(c.set.parts))
	}
}
