package client

import (
	"time"

	"github.com/onrampmesh/onramp/feature/retry"
	"github.com/onrampmesh/onramp/internal/cluster"
)

// EndpointStatus is one endpoint at one moment: its state, its calls and its
// connections.
type EndpointStatus = cluster.EndpointStatus

// ServiceStatus is what a client knows of one target of a service.
type ServiceStatus struct {
	// Service is the name that plans and policies use; Target is what was
	// resolved, "" when no call has asked for the service yet.
	Service, Target string
	// Desired is the version of the plan that was set last, Effective of the one
	// that new calls run under; 0 when there is none yet.
	Desired, Effective uint64
	// InFlight counts calls and streams under way, Draining the former plans and
	// policies under which some of them run.
	InFlight, Draining int
	// Endpoints are those of the service itself, with their state; none while a
	// sidecar alone dials them. Panic says that more than half are out, and that all
	// are used for that reason.
	Endpoints []EndpointStatus
	Panic     bool
	// Listed says whether discovery ever gave a list, Age how long ago it said
	// something about it, and Err what it failed with last.
	Listed bool
	Age    time.Duration
	Err    error
	// Retry counts what became of failed attempts.
	Retry retry.Stats
	// WouldReject counts the attempts that the service's breaker, in mode
	// Observe, would have refused.
	WouldReject uint64
}

// Status returns what is known of a service, one entry for each of its targets.
func (c *Client) Status(service string) []ServiceStatus {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []ServiceStatus
	desired := c.settingsOf(service).plan.Version
	for _, s := range c.services {
		if s.name == service {
			out = append(out, s.status(desired))
		}
	}
	if _, known := c.settings[service]; known && out == nil {
		out = append(out, ServiceStatus{Service: service, Desired: desired})
	}
	return out
}

func (s *service) status(desired uint64) ServiceStatus {
	st := ServiceStatus{
		Service: s.name, Target: s.target.String(), Desired: desired, Effective: s.current.plan.Version,
		InFlight: s.current.inFlight(), Draining: len(s.old), Retry: s.retry.Stats(), WouldReject: s.breaker.wouldReject.Load(),
	}
	if h, ok := s.direct.(liveHop); ok {
		live := h.Status()
		st.Endpoints, st.Panic = live.Endpoints, live.Panic
		st.Listed, st.Age, st.Err = live.Listed, live.Age, live.Err
	}
	for _, g := range s.old {
		st.InFlight += g.inFlight()
	}
	return st
}
