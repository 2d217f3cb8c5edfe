package feature

import (
	"fmt"
	"strings"
)

// Rule names a law that plans obey.
type Rule string

// The rules.
const (
	// RuleSteps: steps are sorted, their thresholds differ, the last one is 10000.
	RuleSteps Rule = "steps"
	// RuleMode: a mode is enforce, observe or absent.
	RuleMode Rule = "mode"
	// RuleDialTogether: the features of the dial group have one owner.
	RuleDialTogether Rule = "dial-together"
	// RuleLane: a step has a lane exactly when the dial group moved.
	RuleLane Rule = "lane"
	// RuleGovernanceNeedsDial: a governance feature moves only where dial moved.
	RuleGovernanceNeedsDial Rule = "governance-needs-dial"
	// RuleRegistrationFirst: inbound features move only when registration moved.
	RuleRegistrationFirst Rule = "registration-first"
	// RuleInboundWhole: inbound features have no share of calls; they are the
	// same in all steps.
	RuleInboundWhole Rule = "inbound-whole"
	// RuleThreshold: what moved for a share of calls moved for every smaller
	// share: a feature moved for a call exactly when its hash is below the
	// feature's threshold.
	RuleThreshold Rule = "threshold"
)

// PlanError is why a plan is illegal.
type PlanError struct {
	Rule    Rule
	Version uint64
	// Step is the index of the step, or -1 when the plan as a whole is wrong.
	Step   int
	Reason string
}

// Error names the plan, the step and the rule.
func (e *PlanError) Error() string {
	if e.Step < 0 {
		return fmt.Sprintf("feature: plan %d breaks the rule %s: %s", e.Version, e.Rule, e.Reason)
	}
	return fmt.Sprintf("feature: plan %d: steps[%d] breaks the rule %s: %s", e.Version, e.Step, e.Rule, e.Reason)
}

// Validate returns the first rule that p breaks as a *PlanError.
func (p *Plan) Validate() error {
	if e := p.checkSteps(); e != nil {
		return e
	}
	for i := range p.Steps {
		if rule, reason := p.Steps[i].check(); rule != "" {
			return p.illegal(rule, i, reason)
		}
	}
	for i := 1; i < len(p.Steps); i++ {
		if rule, reason := follows(&p.Steps[i-1].Set, &p.Steps[i].Set); rule != "" {
			return p.illegal(rule, i, reason)
		}
	}
	return nil
}

func (p *Plan) illegal(r Rule, step int, reason string) *PlanError {
	return &PlanError{Rule: r, Version: p.Version, Step: step, Reason: reason}
}

// checkSteps returns error and not *PlanError so that nil stays nil.
func (p *Plan) checkSteps() error {
	if len(p.Steps) == 0 {
		return p.illegal(RuleSteps, -1, "it has no steps; one with Below 10000 is the least")
	}
	last := uint16(0)
	for i := range p.Steps {
		if b := p.Steps[i].Below; b <= last || b > Scale {
			return p.illegal(RuleSteps, i, fmt.Sprintf("Below is %d, want %d..%d: thresholds rise from step to step", b, last+1, Scale))
		}
		last = p.Steps[i].Below
	}
	if last != Scale {
		return p.illegal(RuleSteps, len(p.Steps)-1, fmt.Sprintf("the last step's Below is %d, want %d: every call needs a step", last, Scale))
	}
	return nil
}

// check returns the rule that one set breaks by itself.
func (s *Set) check() (Rule, string) {
	for n := range N {
		if s.Modes[n] > Absent {
			return RuleMode, fmt.Sprintf("%s has the unknown mode %d", n, s.Modes[n])
		}
	}
	for n := Discovery; n <= ClientTLS; n++ {
		if s.Moved(n) != s.Moved(Discovery) {
			return RuleDialTogether, fmt.Sprintf("%s is %s and %s is %s; %s move together", Discovery, s.where(Discovery), n, s.where(n), list(Discovery, ClientTLS))
		}
	}
	if dial := s.Moved(Discovery); dial != (s.Lane != nil) {
		if dial {
			return RuleLane, "the dial group is at the sidecar and no lane says how to reach it"
		}
		return RuleLane, "a lane is set and the dial group is in process"
	}
	for n := Routing; n <= HeaderMutation; n++ {
		if s.Moved(n) && !s.Moved(Discovery) {
			return RuleGovernanceNeedsDial, fmt.Sprintf("%s is at the sidecar and the dial group is in process", n)
		}
	}
	for n := Registration + 1; n <= Admission; n++ {
		if s.Moved(n) && !s.Moved(Registration) {
			return RuleRegistrationFirst, fmt.Sprintf("%s is at the sidecar and %s is in process", n, Registration)
		}
	}
	return "", ""
}

// follows returns the rule that two neighbouring sets break together.
func follows(low, high *Set) (Rule, string) {
	for n := range N {
		switch {
		case n.Group() == Inbound && low.Moved(n) != high.Moved(n):
			return RuleInboundWhole, fmt.Sprintf("%s is %s here and %s in the step below; its share is of instances", n, high.where(n), low.where(n))
		case high.Moved(n) && !low.Moved(n):
			return RuleThreshold, fmt.Sprintf("%s is at the sidecar here and in process in the step below; a sidecar's share begins at 0", n)
		}
	}
	return "", ""
}

func (s *Set) where(n Name) string {
	if s.Moved(n) {
		return "at the sidecar"
	}
	return "in process"
}

func list(from, to Name) string { return strings.Join(names[from:to+1], ", ") }
