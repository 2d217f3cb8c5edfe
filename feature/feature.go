// Package feature holds what can move between this process and a sidecar: the
// names of features, and plans that say who owns each of them for which share of
// a service's calls.
//
// On the path of a call the client loads a service's Plan once, chooses one of
// its Steps by the call's hash, and runs the pipeline that was built for it.
package feature

import (
	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/policy"
)

// Name is one feature: one thing that a mesh does for a call. At any moment
// exactly one owner enforces it.
type Name uint8

// The features, by group.
const (
	// dial: they move together, because they are what "who dials the endpoint" means.
	Discovery Name = iota
	Balancing
	EndpointBreaker
	Pool
	ClientTLS
	// governance: each moves alone, and only when dial moved.
	Routing
	Retry
	ServiceBreaker
	RateLimit
	Fault
	Mirror
	HeaderMutation
	// inbound: each alone, registration first.
	Registration
	ServerTLS
	Authorization
	Admission
	// observation: each alone.
	ClientSpans
	ServerSpans
	Metrics

	// N is the number of features.
	N
)

var names = [N]string{
	"discovery", "balancing", "endpoint-breaker", "pool", "client-tls",
	"routing", "retry", "service-breaker", "rate-limit", "fault", "mirror", "header-mutation",
	"registration", "server-tls", "authorization", "admission",
	"client-spans", "server-spans", "metrics",
}

// String returns the feature's name as configuration spells it.
func (n Name) String() string {
	if n < N {
		return names[n]
	}
	return "unknown"
}

// Group is a set of features with one rule of how they move.
type Group uint8

const (
	Dial Group = iota
	Governance
	Inbound
	Observation
)

// String returns the group's name as configuration spells it.
func (g Group) String() string {
	return [...]string{"dial", "governance", "inbound", "observation"}[g&3]
}

// Group returns the group that n belongs to.
func (n Name) Group() Group {
	switch {
	case n <= ClientTLS:
		return Dial
	case n <= HeaderMutation:
		return Governance
	case n <= Admission:
		return Inbound
	}
	return Observation
}

// Mode is what this process does about a feature for one call.
type Mode uint8

const (
	// Enforce: this process owns it. It is the zero value.
	Enforce Mode = iota
	// Observe: another owner enforces; this process counts what it would have done.
	Observe
	// Absent: another owner enforces; this process does nothing.
	Absent
)

// String returns the mode in lower case.
func (m Mode) String() string { return [...]string{"enforce", "observe", "absent", "?"}[m&3] }

// Set says for every feature what this process does, and by which lane the call
// travels: nil is direct to an endpoint.
type Set struct {
	Modes [N]Mode
	Lane  Lane
}

// Lane is the way of a call that a sidecar dials. Its methods may run at the same time.
type Lane interface {
	// Name is the sidecar's name, "envoy".
	Name() string
	// Address returns where to dial for a service.
	Address(service string) (discovery.Target, bool)
	// Dress adds what the sidecar must be told: in its own dialect, which
	// features this process keeps.
	Dress(req *onramp.Request, set *Set)
	// Classify says what an answer that came through the sidecar means.
	Classify(resp *onramp.Response, err error) onramp.Outcome
}

// Unit is a stage of the pipeline that stands for one feature of one service.
// What must outlive a pipeline (budgets, windows) lives in the Unit.
type Unit interface {
	Feature() Name
	// Wrap builds the stage for one method under one plan. It is called when a
	// pipeline is built, never per call. It may return next itself.
	Wrap(p *Path, next onramp.Handler) onramp.Handler
}

// Path is what a Unit may know when a pipeline is built. It is immutable.
type Path struct {
	Service, Version, Group, Method string
	// Idempotent: a call may run twice without harm.
	Idempotent bool
	// Set is the owners under which this pipeline runs.
	Set *Set
	// Policy is the service's policy.
	Policy *policy.Service
}
