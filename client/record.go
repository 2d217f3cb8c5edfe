package client

import (
	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/feature"
)

// Record says of one call what was decided for it, and how it ended.
type Record struct {
	Service, Method string
	// Hash is the call's number in 0..9999, and Step the index of the plan's step
	// that it chose.
	Hash uint16
	Step int
	// Plan is the version of the plan that the call ran under.
	Plan uint64
	// Modes say for each feature what this process did.
	Modes [feature.N]feature.Mode
	// Lane is the sidecar's name, "" for a call that went directly.
	Lane string
	// Attempts is how many this process made; 1 also for a call that ended
	// before its first one left the process.
	Attempts int
	Outcome  onramp.Outcome
}

// Owner names the one who enforced a feature for this call: "process", the
// lane's name, or "sidecar" for what moved without the dial group.
func (r *Record) Owner(n feature.Name) string {
	switch {
	case r.Modes[n] == feature.Enforce:
		return "process"
	case r.Lane == "":
		return "sidecar"
	}
	return r.Lane
}

func (m *method) record(req *onramp.Request, p *pipeline, o onramp.Outcome) Record {
	r := Record{
		Service: m.service.name, Method: m.key.method, Hash: req.Route.Hash, Step: p.step, Plan: p.plan,
		Modes: p.path.Set.Modes, Attempts: req.Attempt.Number, Outcome: o,
	}
	if p.path.Set.Lane != nil {
		r.Lane = p.path.Set.Lane.Name()
	}
	return r
}
