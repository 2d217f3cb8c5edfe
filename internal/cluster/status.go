package cluster

import (
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/breaker"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/internal/pool"
)

// Status is a cluster at one moment, for people.
type Status struct {
	Service string
	Target  discovery.Target
	// Endpoints are those that discovery names, in its order.
	Endpoints []EndpointStatus
	// Panic says that more than half are out, and that all are used for that reason.
	Panic bool
	// Draining is how many removed endpoints still finish calls.
	Draining int
	// Listed says whether discovery ever gave a list; Age is how long ago it said
	// something about it.
	Listed bool
	Age    time.Duration
	// Err is the last error of discovery, nil when there was none.
	Err error
}

// EndpointStatus is one endpoint at one moment.
type EndpointStatus struct {
	ID, Addr string
	// State is "ready"; "open" when the breaker took it out, "probing" when it is
	// tried again; "draining" or "unhealthy" when discovery says so; "failing"
	// when it cannot be dialed; "no connection" when nobody needed one.
	State string
	// InFlight is the attempts under way, Waiting those in line for a connection.
	InFlight, Waiting, Conns int
	// Latency is what the balancer expects of it, 0 when nothing is known.
	Latency time.Duration
	// Err is why the latest dial failed, nil when it did not.
	Err error
}

// Status returns the cluster's state.
func (c *Cluster) Status() Status {
	v := c.view.Load()
	s := Status{Service: c.cfg.Service, Target: c.cfg.Target, Panic: v.panicking, Draining: int(c.draining.Load())}
	if d, known := c.cfg.Cache.Status(c.cfg.Target); known {
		s.Listed, s.Age, s.Err = d.Listed, d.Age, d.Err
	}
	for _, p := range v.parts {
		s.Endpoints = append(s.Endpoints, p.status())
	}
	return s
}

func (p part) status() EndpointStatus {
	conns := p.member.pool.Status()
	return EndpointStatus{
		ID: p.member.name, Addr: p.member.addr, State: p.state(conns),
		InFlight: p.node.InFlight(), Waiting: conns.Waiting, Conns: conns.Conns,
		Latency: p.node.Latency(), Err: conns.Err,
	}
}

func (p part) state(conns pool.Status) string {
	switch s, _ := p.member.state(); {
	case s == breaker.Open:
		return "open"
	case s == breaker.HalfOpen:
		return "probing"
	case p.node.Endpoint.Health == onramp.Draining:
		return "draining"
	case p.node.Endpoint.Health == onramp.Unhealthy:
		return "unhealthy"
	case conns.Conns > 0:
		return "ready"
	case conns.Err != nil:
		return "failing"
	}
	return "no connection"
}

// answers reports whether the endpoint of this key is connected and its breaker
// closed. discovery.Cache asks before it believes that all endpoints are gone.
func (c *Cluster) answers(id string) bool {
	m := c.view.Load().names[id]
	if m == nil {
		return false
	}
	s, _ := m.state()
	return s == breaker.Closed && m.pool.Status().Conns > 0
}
