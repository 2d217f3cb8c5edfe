package feature

import (
	"fmt"
	"slices"
)

// Shares says which share of a service's calls each group has at the sidecar, in
// hundredths of a percent: 0 is none, 10000 all. It is the short form of a Plan.
type Shares struct {
	Version uint64
	// Dial is the share of the dial group.
	Dial uint16
	// Governance are the shares of governance features; none is above Dial.
	Governance map[Name]uint16
	// Observation are the shares of observation features.
	Observation map[Name]uint16
	// Inbound features are at the sidecar for all calls.
	Inbound []Name
	// Observe lists features that this process watches (Observe) where the
	// sidecar has them, instead of dropping them (Absent).
	Observe []Name
	// Lane is how calls reach the sidecar; needed when Dial is above 0.
	Lane Lane
}

// Plan returns the plan of s: one step for each distinct threshold.
func (s Shares) Plan() (*Plan, error) {
	share, err := s.thresholds()
	if err != nil {
		return nil, err
	}
	cuts := append(slices.Clone(share[:]), Scale)
	slices.Sort(cuts)
	p := &Plan{Version: s.Version}
	for _, below := range slices.Compact(cuts) {
		if below > 0 {
			p.Steps = append(p.Steps, s.step(below, &share))
		}
	}
	if err := p.Validate(); err != nil {
		return nil, err
	}
	return p, nil
}

// thresholds returns every feature's share.
func (s Shares) thresholds() (share [N]uint16, err error) {
	wrong := func(r Rule, format string, args ...any) error {
		return &PlanError{Rule: r, Version: s.Version, Step: -1, Reason: fmt.Sprintf(format, args...)}
	}
	for n := Discovery; n <= ClientTLS; n++ {
		share[n] = s.Dial
	}
	for _, n := range s.Inbound {
		if n.Group() != Inbound || n >= N {
			return share, wrong(RuleMode, "inbound lists %s, which is not an inbound feature", n)
		}
		share[n] = Scale
	}
	for group, m := range map[Group]map[Name]uint16{Governance: s.Governance, Observation: s.Observation} {
		for n, p := range m {
			if n >= N || n.Group() != group {
				return share, wrong(RuleMode, "%s lists %s, which is not a feature of that group", group, n)
			}
			share[n] = p
		}
	}
	for n, p := range share {
		switch {
		case p > Scale:
			return share, wrong(RuleSteps, "%s has the share %d, want 0..%d", Name(n), p, Scale)
		case Name(n).Group() == Governance && p > s.Dial:
			return share, wrong(RuleGovernanceNeedsDial, "%s has the share %d and the dial group %d; governance needs dial at the sidecar", Name(n), p, s.Dial)
		}
	}
	return share, nil
}

// step returns the step of the calls with a hash just below the threshold.
func (s Shares) step(below uint16, share *[N]uint16) Step {
	st := Step{Below: below}
	for n, p := range share {
		if below > p {
			continue
		}
		st.Modes[n] = Absent
		if slices.Contains(s.Observe, Name(n)) {
			st.Modes[n] = Observe
		}
	}
	if below <= s.Dial {
		st.Lane = s.Lane
	}
	return st
}
