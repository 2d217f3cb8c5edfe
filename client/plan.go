package client

import (
	"errors"
	"fmt"

	"github.com/onrampmesh/onramp/feature"
	"github.com/onrampmesh/onramp/policy"
)

var errClosed = errors.New("the client is closed")

// SetPlan says who owns which feature of a service's calls from now on; nil is
// all in process. It is applied as a whole or not at all, while calls run: a call
// keeps the pipeline it began with, and what services remember (circuits,
// budgets, connections) is kept. An illegal plan is refused with the rule that it
// breaks.
func (c *Client) SetPlan(service string, p *feature.Plan) error {
	if err := checkService(service); err != nil {
		return fmt.Errorf("client: SetPlan: %w", err)
	}
	if p == nil {
		p = feature.InProcess()
	}
	if err := p.Validate(); err != nil {
		return fmt.Errorf("client: plan of %s: %w", service, err)
	}
	return c.apply(service, func(s *settings) { s.plan = p })
}

// SetPolicy says what happens to a service's calls from now on; nil is the
// client's default. Like a plan it is applied as a whole, while calls run.
func (c *Client) SetPolicy(service string, p *policy.Service) error {
	if err := checkService(service); err != nil {
		return fmt.Errorf("client: SetPolicy: %w", err)
	}
	r := c.cfg.policy
	if p != nil {
		var err error
		if r, err = p.Resolve(); err != nil {
			return fmt.Errorf("client: policy of %s: %w", service, err)
		}
	}
	return c.apply(service, func(s *settings) { s.policy = r })
}

// apply changes a service's settings and its pipelines.
func (c *Client) apply(name string, change func(*settings)) error {
	old, err := c.swap(name, change)
	for _, g := range old {
		g.retire()
	}
	return err
}

// swap builds everything new, then publishes it. It returns the generations that
// no call begins in any more.
func (c *Client) swap(name string, change func(*settings)) (old []*generation, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, fmt.Errorf("client: settings of %s: %w", name, errClosed)
	}
	set := c.settingsOf(name)
	change(&set)
	if err := c.checkLanes(name, set.plan); err != nil {
		return nil, err
	}
	var drafts []*draft
	for _, s := range c.services {
		if s.name != name {
			continue
		}
		d, err := s.draft(set)
		drafts = append(drafts, d)
		if err != nil {
			for _, d := range drafts {
				c.closeLanes(d.gen)
			}
			return nil, err
		}
	}
	for _, d := range drafts {
		old = append(old, d.publish())
	}
	c.settings[name] = set
	return old, nil
}

// checkLanes refuses a plan whose lanes do not serve the service, also when no
// call has needed it yet.
func (c *Client) checkLanes(name string, p *feature.Plan) error {
	for i := range p.Steps {
		lane := p.Steps[i].Lane
		if lane == nil {
			continue
		}
		t, ok := lane.Address(name)
		if !ok {
			return fmt.Errorf("client: plan %d of %s: steps[%d]: the lane %s does not serve it", p.Version, name, i, lane.Name())
		}
		sp, ok := lane.(feature.Speaker)
		for n := feature.Routing; ok && n <= feature.HeaderMutation; n++ {
			if protocol := c.protocol(t); p.Steps[i].Moved(n) && !sp.Speaks(protocol) {
				return fmt.Errorf("client: plan %d of %s: steps[%d].%s is at the sidecar %s, which does not understand %s", p.Version, name, i, n, lane.Name(), protocol)
			}
		}
	}
	return nil
}

// draft is a generation that no method leads to yet.
type draft struct {
	gen   *generation
	built []*pipelines
}

func (s *service) draft(set settings) (*draft, error) {
	d := &draft{gen: s.generation(set.plan, set.policy)}
	for _, m := range s.methods {
		p, err := d.gen.build(m)
		if err != nil {
			return d, err
		}
		d.built = append(d.built, p)
	}
	return d, nil
}

// publish makes a draft the current generation and returns the one before.
func (d *draft) publish() *generation {
	s, old := d.gen.service, d.gen.service.current
	if old.policy != d.gen.policy {
		s.reconfigure(d.gen.policy)
	}
	for i, m := range s.methods {
		m.current.Store(d.built[i])
	}
	s.current, s.old = d.gen, append(s.old, old)
	return old
}

func (s *service) reconfigure(p *policy.Service) {
	for _, u := range s.units {
		if r, ok := u.(feature.Reconfigurer); ok {
			r.Reconfigure(p)
		}
	}
	if h, ok := s.direct.(liveHop); ok {
		// The policy was resolved, so that the cluster has nothing to refuse.
		_ = h.Reconfigure(p.EndpointBreaker)
	}
}

// release lets go of what an ended generation held.
func (c *Client) release(g *generation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := g.service
	for i, o := range s.old {
		if o == g {
			s.old = append(s.old[:i], s.old[i+1:]...)
			break
		}
	}
	c.closeLanes(g)
}

// closeLanes closes the sidecar connections that only g used. The client waits
// for that when it closes.
func (c *Client) closeLanes(g *generation) {
	for _, l := range g.lanes {
		if last := g.service.dropLane(l); last != nil && !c.closed {
			c.closing.Go(last.close)
		}
	}
	g.lanes = nil
}
