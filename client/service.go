package client

import (
	"maps"
	"slices"
	"strings"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/feature"
	"github.com/onrampmesh/onramp/feature/retry"
	"github.com/onrampmesh/onramp/policy"
)

// service is one target's state: all that outlives plans and policies. Its
// fields are written under the client's lock.
type service struct {
	client  *Client
	name    string // as callers, plans and policies name it
	target  discovery.Target
	units   [feature.N]feature.Unit
	retry   *retry.Unit
	breaker *serviceBreaker

	direct  hop
	lanes   map[string]*laneHop
	methods []*method
	current *generation
	old     []*generation // those that still have calls
}

// settings are what was last asked for a service by its name.
type settings struct {
	plan   *feature.Plan
	policy *policy.Service
}

func (c *Client) newService(t discovery.Target) *service {
	set := c.settingsOf(t.Service)
	s := &service{client: c, name: t.Service, target: t, lanes: map[string]*laneHop{}}
	for n, unit := range c.cfg.units {
		if unit != nil {
			s.units[n] = unit(s.name)
		}
	}
	s.retry = retry.New(retry.Config{Policy: set.policy.Retry, Seed: c.cfg.seed, Stop: c.stop})
	s.units[feature.Retry] = s.retry
	s.breaker = newServiceBreaker(s.name, set.policy.ServiceBreaker, c.cfg.logger)
	s.units[feature.ServiceBreaker] = s.breaker
	s.current = s.generation(set.plan, set.policy)
	return s
}

// settingsOf returns what was asked for a service, or the defaults.
func (c *Client) settingsOf(name string) settings {
	set := c.settings[name]
	if set.plan == nil {
		set.plan = feature.InProcess()
	}
	if set.policy == nil {
		set.policy = c.cfg.policy
	}
	return set
}

// directHop returns the service's own cluster, made when a plan first needs it
// and kept from then on: connections and statistics outlive plans.
func (s *service) directHop(p *policy.Service) (hop, error) {
	if s.direct == nil {
		h, err := s.client.cfg.hop(s.client, hopConfig{service: s.name, target: s.target, policy: p})
		if err != nil {
			return nil, err
		}
		s.direct = h
	}
	return s.direct, nil
}

// laneHop returns the cluster of a sidecar's address.
func (s *service) laneHop(key string, t discovery.Target, p *policy.Service) (*laneHop, error) {
	if l := s.lanes[key]; l != nil {
		return l, nil
	}
	h, err := s.client.cfg.hop(s.client, hopConfig{service: s.name, target: t, policy: p, lane: true})
	if err != nil {
		return nil, err
	}
	l := &laneHop{hop: h, key: key}
	s.lanes[key] = l
	return l, nil
}

// dropLane lets go of one use of a lane and returns it when it was the last.
func (s *service) dropLane(l *laneHop) *laneHop {
	if l.refs--; l.refs > 0 {
		return nil
	}
	delete(s.lanes, l.key)
	return l
}

// fail is the error of a call that no pipeline can run.
func fail(code onramp.Code, target string, err error) *onramp.Error {
	return &onramp.Error{Code: code, Origin: onramp.Local, Target: target, Err: err}
}

// key returns the text by which two targets name one service: one that spells
// the defaults out shares connections, circuits and budget with one that does not.
func (c *Client) key(t discovery.Target) string {
	if t.Protocol == "" {
		t.Protocol = c.cfg.codecs[0].Name()
	}
	if t.Scheme == "" {
		t.Scheme = schemeOf(c.cfg.sources[0])
	}
	return key(t)
}

// key returns the text by which two targets are the same.
func key(t discovery.Target) string {
	var b strings.Builder
	for _, s := range []string{t.Protocol, t.Scheme, t.Authority, t.Path, t.Service} {
		b.WriteString(s)
		b.WriteByte(0)
	}
	for _, k := range slices.Sorted(maps.Keys(t.Params)) {
		b.WriteString(k + "\x00" + t.Params[k] + "\x00")
	}
	return b.String()
}
