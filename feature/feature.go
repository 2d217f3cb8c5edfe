// Package feature holds what can move between this process and a sidecar: the
// names of features, and plans that say who owns each of them for which share of
// a service's calls.
//
// On the path of a call the client loads a service's Plan once, chooses one of
// its Steps by the call's hash, and runs the pipeline that was built for it.
package feature

import (
	"fmt"
	"strings"

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
	// Dial: who dials the endpoint.
	Dial Group = iota
	// Governance: what happens to a call on its way.
	Governance
	// Inbound: what happens to calls that arrive. It has no share of calls.
	Inbound
	// Observation: who writes spans and metrics.
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

// never lists what stays in the process for good, and therefore has no Name.
var never = [...]string{"identity", "serialization", "deadline", "trace-propagation", "idempotency-key", "fallback"}

// ParseName returns the feature that configuration spells s.
func ParseName(s string) (Name, error) {
	for n, name := range names {
		if s == name {
			return Name(n), nil
		}
	}
	for _, n := range never {
		if s == n {
			return N, fmt.Errorf("feature: %q never moves: it stays in the process whoever owns the rest", s)
		}
	}
	return N, fmt.Errorf("feature: %q is not a feature, want one of %s", s, strings.Join(names[:], ", "))
}

// Mode is what this process does about a feature for one call.
type Mode uint8

const (
	// Enforce: this process owns it. It is the zero value.
	Enforce Mode = iota
	// Observe: another owner enforces; this process counts what it would have done.
	// Of a feature of the dial group it counts nothing, as if it were Absent: it does
	// not see the endpoints that a sidecar dials.
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

// Moved reports whether another owner than this process enforces n.
func (s *Set) Moved(n Name) bool { return s.Modes[n] != Enforce }

// Owner names who enforces n: "process", the lane's name, or "sidecar" for a
// feature that moved without the dial group.
func (s *Set) Owner(n Name) string {
	switch {
	case !s.Moved(n):
		return "process"
	case s.Lane == nil:
		return "sidecar"
	}
	return s.Lane.Name()
}

// Lane is the way of a call that a sidecar dials. Its methods may run at the same time.
type Lane interface {
	// Name is the sidecar's name, "envoy".
	Name() string
	// Address returns where to dial for a service; ok is false when the sidecar
	// does not serve it.
	Address(service string) (t discovery.Target, ok bool)
	// Dress adds what the sidecar must be told: in its own dialect, which
	// features this process keeps. It runs before each attempt, so that it sets
	// headers and never adds them.
	Dress(req *onramp.Request, set *Set)
	// Classify says what an answer that came through the sidecar means. Of its
	// result Code, Origin and Business are used.
	Classify(resp *onramp.Response, err error) onramp.Outcome
}

// Speaker is an optional interface of a Lane: whether the sidecar understands a
// protocol well enough to govern its calls. Without it, it understands all.
type Speaker interface{ Speaks(protocol string) bool }

// Unit is a stage of the pipeline that stands for one feature of one service.
// What must outlive a pipeline (budgets, windows) lives in the Unit: each new plan
// and policy wraps anew, while calls run. Test one of your own with onramptest.TestUnit.
//
// A stage calls next once and returns what next returned, or does not call it and
// returns an *onramp.Error of origin Local. It passes ctx and the request on: a
// context that it derives keeps the values and ends no later than the call's, and
// is not canceled on return when Response.Stream is set. What it sets in the
// Request for those below, the Deadline among it, it sets back. It waits no longer
// than ctx and req.Deadline allow.
//
// A stage that repeats calls counts req.Attempt on, repeats nothing that may have run unless
// Path.Idempotent, nothing with Business set, and nothing of a stream that is open.
// It releases the body of a response that it drops, and its error never says that a
// call did not run of which an attempt may have. What runs beside next, or longer
// than the stage's Handler, gets a clone of the Request.
//
// A stage holds nothing of a call that has ended, however it ended: a panic of next
// passes through it. A call without failure allocates nothing, and calls wait for
// no lock that they share. What a Unit started ends with its service's client.
type Unit interface {
	// Feature is the feature that the Unit stands for. It does not change.
	Feature() Name
	// Wrap builds the stage for one method under one plan. It is called when a
	// pipeline is built, never per call, and never when the feature's Mode is
	// Absent; by one goroutine at a time, while calls of other stages run. In mode
	// Observe the stage counts what it would have done and does nothing else. It may
	// return next itself.
	Wrap(p *Path, next onramp.Handler) onramp.Handler
}

// Reconfigurer is an optional interface of a Unit that keeps state: it takes a
// new policy and keeps what it counted. It is called while calls run, before any
// call runs under the new policy.
type Reconfigurer interface{ Reconfigure(p *policy.Service) }

// Final is an optional interface of the cause of an error: when it returns true,
// no further attempt of the call makes sense, whatever code and origin say (an
// open circuit that every attempt would meet again).
type Final interface{ Final() bool }

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
