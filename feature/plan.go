package feature

import (
	"slices"
	"sort"
)

// Plan says who owns what for a service's calls, by share. It is immutable.
type Plan struct {
	// Version is the plan's number as its author counts.
	Version uint64
	// Steps are sorted by Below; the last one's is 10000. A call whose hash h is
	// in 0..9999 runs under the first step with h < Below.
	Steps []Step
}

// Step is the part of a Plan for the calls below a threshold.
type Step struct {
	// Below is in 1..10000: hundredths of a percent, cumulative.
	Below uint16
	Set
}

// Scale is the number of shares a service's calls are divided into.
const Scale = 10000

// InProcess is the plan of a service that nothing was handed over for.
func InProcess() *Plan { return &Plan{Steps: []Step{{Below: Scale}}} }

// NewPlan sorts a copy of steps and returns the plan of them, or the rule that
// it breaks as a *PlanError.
func NewPlan(version uint64, steps ...Step) (*Plan, error) {
	p := &Plan{Version: version, Steps: slices.Clone(steps)}
	sort.SliceStable(p.Steps, func(i, j int) bool { return p.Steps[i].Below < p.Steps[j].Below })
	if err := p.Validate(); err != nil {
		return nil, err
	}
	return p, nil
}

// Step returns the index of the step of a call with this hash.
func (p *Plan) Step(hash uint16) int {
	for i := range p.Steps {
		if hash < p.Steps[i].Below {
			return i
		}
	}
	return len(p.Steps) - 1
}
