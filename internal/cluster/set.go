package cluster

import (
	"fmt"
	"log/slog"
	"reflect"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/balancer"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/policy"
)

// set is the endpoints that discovery last named, in its order.
type set struct {
	parts []part
	// names finds a member by its endpoint's key.
	names map[string]*member
	// foreign counts the endpoints that speak another protocol and are left out.
	foreign  int
	protocol string // of one of them
	// policy is what the gates go by.
	policy policy.Breaker
}

// part is an endpoint as discovery describes it now, and what is kept of it.
type part struct {
	node   *balancer.Node
	member *member
}

// identity is what makes two descriptions the same endpoint: an endpoint that
// moved to another address is a new one.
type identity struct{ key, addr string }

// configure makes b what all gates go by.
func (s *set) configure(b policy.Breaker) {
	if s.policy == b {
		return
	}
	s.policy = b
	for _, p := range s.parts {
		// b is resolved, so it cannot be refused.
		_ = p.member.gate.Reconfigure(b)
	}
}

// sync makes the set what u says and returns the members that are no longer in
// it. Members of endpoints that stay are kept, with their connections, gates and
// statistics.
func (s *set) sync(c *Cluster, u *discovery.Update) (gone []*member) {
	old := make(map[identity]part, len(s.parts))
	for _, p := range s.parts {
		old[identity{p.member.name, p.member.addr}] = p
	}
	before := len(s.parts)
	s.parts, s.names, s.foreign = nil, make(map[string]*member, len(u.Endpoints)), 0
	added, seen := 0, make(map[identity]bool, len(u.Endpoints))
	for i := range u.Endpoints {
		ep := &u.Endpoints[i]
		id := identity{ep.Key(), ep.Addr}
		if ep.Protocol != "" && ep.Protocol != c.cfg.Codec.Name() {
			s.foreign++
			s.protocol = ep.Protocol
			continue
		}
		if seen[id] {
			continue
		}
		seen[id] = true
		p, known := old[id]
		delete(old, id)
		if !known {
			added++
		}
		s.add(c, p, ep)
	}
	for _, p := range old {
		gone = append(gone, p.member)
	}
	if added+len(gone) > 0 || before == 0 {
		s.tell(c, added, len(gone), u.State)
	}
	return gone
}

// tell logs what changed. A list that calls bring along never does, and says
// nothing new.
func (s *set) tell(c *Cluster, added, removed int, state discovery.State) {
	level, text := slog.LevelInfo, "endpoints changed"
	switch {
	case len(s.parts) == 0:
		level, text = slog.LevelWarn, "no endpoint is left: calls wait for one until their deadline"
	case c.cfg.Target.Scheme == discovery.Direct:
		level = slog.LevelDebug
	}
	c.cfg.Logger.Log(c.ctx, level, text, "added", added, "removed", removed, "endpoints", len(s.parts), "otherProtocol", s.foreign, "state", state.String())
}

// add puts an endpoint into the set; p is what was known of it, if anything.
func (s *set) add(c *Cluster, p part, ep *onramp.Endpoint) {
	switch {
	case p.node == nil:
		p.member = c.newMember(ep)
		p.node = balancer.NewNode(*ep)
		p.node.Handle = p.member
	case !reflect.DeepEqual(&p.node.Endpoint, ep):
		p.node = p.node.Renew(*ep)
	}
	s.parts = append(s.parts, p)
	s.names[p.member.name] = p.member
}

// strangers says why the set is empty when all endpoints speak another protocol.
func (s *set) strangers(ours string) string {
	if len(s.parts) > 0 || s.foreign == 0 {
		return ""
	}
	return fmt.Sprintf("none of the %d known endpoints speaks %s, but %s", s.foreign, ours, s.protocol)
}
