package feature

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/internal/leak"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { leak.Main(m) }

type lane struct{ name string }

func (l *lane) Name() string                                    { return l.name }
func (l *lane) Address(string) (discovery.Target, bool)         { return discovery.Target{}, true }
func (l *lane) Dress(*onramp.Request, *Set)                     {}
func (l *lane) Classify(*onramp.Response, error) onramp.Outcome { return onramp.Outcome{} }

var envoy = &lane{"envoy"}

// moved returns a set in which the features of mask's bits are at the sidecar.
func moved(mask uint32) Set {
	var s Set
	for n := range N {
		if mask>>n&1 == 1 {
			s.Modes[n] = Absent
		}
	}
	if s.Moved(Discovery) {
		s.Lane = envoy
	}
	return s
}

// lawful says by the table of groups which combinations are legal.
func lawful(mask uint32) Rule {
	const dial = 0b11111
	governance, inbound := mask>>Routing&0b1111111, mask>>Registration&0b1111
	switch {
	case mask&dial != 0 && mask&dial != dial:
		return RuleDialTogether
	case governance != 0 && mask&dial == 0:
		return RuleGovernanceNeedsDial
	case inbound != 0 && inbound&1 == 0:
		return RuleRegistrationFirst
	}
	return ""
}

func TestEveryCombinationOfFeaturesIsJudgedByItsGroupsRules(t *testing.T) {
	if testing.Short() || leak.Race {
		t.Skip("half a million combinations, in one goroutine")
	}
	for mask := range uint32(1) << N {
		s := moved(mask)
		if got, _ := s.check(); got != lawful(mask) {
			t.Fatalf("combination %019b: rule %q, want %q", mask, got, lawful(mask))
		}
	}
}

func TestAnIllegalPlanNamesItsRule(t *testing.T) {
	dial := moved(0b11111)
	with := func(s Set, n Name, m Mode) Set { s.Modes[n] = m; return s }
	for _, c := range []struct {
		name  string
		steps []Step
		rule  Rule
		text  string
	}{
		{"no steps", nil, RuleSteps, "no steps"},
		{"the last step ends early", []Step{{Below: 9999}}, RuleSteps, "9999"},
		{"a step of nothing", []Step{{Below: 0}, {Below: Scale}}, RuleSteps, "steps[0]"},
		{"two steps with one threshold", []Step{{Below: 10, Set: dial}, {Below: 10}, {Below: Scale}}, RuleSteps, "steps[1]"},
		{"a threshold beyond the scale", []Step{{Below: 10001}}, RuleSteps, "10001"},
		{"an unknown mode", []Step{{Below: Scale, Set: with(Set{}, Metrics, 3)}}, RuleMode, "metrics"},
		{"half of dial", []Step{{Below: Scale, Set: with(dial, Pool, Enforce)}}, RuleDialTogether, "pool"},
		{"no lane", []Step{{Below: Scale, Set: Set{Modes: dial.Modes}}}, RuleLane, "no lane"},
		{"a lane for nothing", []Step{{Below: Scale, Set: Set{Lane: envoy}}}, RuleLane, "in process"},
		{"retry without dial", []Step{{Below: Scale, Set: with(Set{}, Retry, Absent)}}, RuleGovernanceNeedsDial, "retry"},
		{"observed retry without dial", []Step{{Below: Scale, Set: with(Set{}, Retry, Observe)}}, RuleGovernanceNeedsDial, "retry"},
		{"admission before registration", []Step{{Below: Scale, Set: with(Set{}, Admission, Absent)}}, RuleRegistrationFirst, "admission"},
		{"registration for some calls", []Step{{Below: 10, Set: with(Set{}, Registration, Absent)}, {Below: Scale}}, RuleInboundWhole, "registration"},
		{"a share that does not begin at 0", []Step{{Below: 10}, {Below: Scale, Set: dial}}, RuleThreshold, "steps[1]"},
		{"governance grows where dial shrinks not", []Step{{Below: 10, Set: dial}, {Below: Scale, Set: with(dial, Retry, Absent)}}, RuleThreshold, "retry"},
	} {
		err := (&Plan{Version: 7, Steps: c.steps}).Validate()
		var e *PlanError
		if !errors.As(err, &e) || e.Rule != c.rule || !strings.Contains(err.Error(), c.text) || !strings.Contains(err.Error(), "plan 7") {
			t.Errorf("%s: %v, want the rule %s and %q", c.name, err, c.rule, c.text)
		}
	}
}

func TestLegalPlans(t *testing.T) {
	dial := moved(0b11111)
	observed := dial
	observed.Modes[EndpointBreaker], observed.Modes[Retry] = Observe, Observe
	if _, err := NewPlan(1, Step{Below: Scale}, Step{Below: 100, Set: observed}, Step{Below: 5000, Set: dial}); err != nil {
		t.Error(err)
	}
	if err := InProcess().Validate(); err != nil {
		t.Error(err)
	}
}

func TestSharesBecomeOneStepForEachThreshold(t *testing.T) {
	p, err := Shares{
		Version: 3, Dial: 5000, Lane: envoy,
		Governance: map[Name]uint16{Retry: 1000, ServiceBreaker: 5000, Routing: 0},
		Observe:    []Name{ServiceBreaker},
	}.Plan()
	if err != nil {
		t.Fatal(err)
	}
	var cuts []uint16
	for _, s := range p.Steps {
		cuts = append(cuts, s.Below)
	}
	if len(cuts) != 3 || cuts[0] != 1000 || cuts[1] != 5000 || cuts[2] != Scale {
		t.Fatalf("thresholds %v, want 1000, 5000, 10000", cuts)
	}
	at := func(hash uint16, n Name) Mode { return p.Steps[p.Step(hash)].Modes[n] }
	for _, c := range []struct {
		hash uint16
		n    Name
		want Mode
	}{
		{0, Retry, Absent}, {999, Retry, Absent}, {1000, Retry, Enforce}, {9999, Retry, Enforce},
		{4999, ServiceBreaker, Observe}, {5000, ServiceBreaker, Enforce},
		{4999, Pool, Absent}, {5000, Pool, Enforce}, {0, Routing, Enforce},
	} {
		if got := at(c.hash, c.n); got != c.want {
			t.Errorf("hash %d: %s is %s, want %s", c.hash, c.n, got, c.want)
		}
	}
}

func TestSharesOfGovernanceStayBelowDial(t *testing.T) {
	_, err := Shares{Dial: 100, Governance: map[Name]uint16{Retry: 101}, Lane: envoy}.Plan()
	var e *PlanError
	if !errors.As(err, &e) || e.Rule != RuleGovernanceNeedsDial || !strings.Contains(err.Error(), "retry has the share 101") {
		t.Error(err)
	}
	for name, s := range map[string]Shares{
		"governance":  {Dial: 1, Lane: envoy, Governance: map[Name]uint16{Pool: 1}},
		"observation": {Observation: map[Name]uint16{Retry: 1}},
		"inbound":     {Inbound: []Name{Retry}},
		"10001":       {Dial: 10001, Lane: envoy},
		"no lane":     {Dial: 1},
	} {
		if _, err := s.Plan(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A call is at the sidecar for a feature exactly when its hash is below the
// feature's share.
func TestSharesDecideEveryCallAsTheirThresholdsSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Shares{Dial: rapid.Uint16Range(0, Scale).Draw(t, "dial"), Lane: envoy, Governance: map[Name]uint16{}, Observation: map[Name]uint16{}}
		for n := Routing; n <= HeaderMutation; n++ {
			s.Governance[n] = rapid.Uint16Range(0, s.Dial).Draw(t, n.String())
		}
		for n := ClientSpans; n < N; n++ {
			s.Observation[n] = rapid.Uint16Range(0, Scale).Draw(t, n.String())
		}
		p, err := s.Plan()
		if err != nil {
			t.Fatal(err)
		}
		hash := rapid.Uint16Range(0, Scale-1).Draw(t, "hash")
		step := &p.Steps[p.Step(hash)]
		if step.Moved(Pool) != (hash < s.Dial) || (step.Lane != nil) != (hash < s.Dial) {
			t.Fatalf("hash %d, dial %d: moved %v", hash, s.Dial, step.Moved(Pool))
		}
		for n, share := range s.Governance {
			if step.Moved(n) != (hash < share) {
				t.Fatalf("hash %d, %s %d: moved %v", hash, n, share, step.Moved(n))
			}
		}
		for n, share := range s.Observation {
			if step.Moved(n) != (hash < share) {
				t.Fatalf("hash %d, %s %d: moved %v", hash, n, share, step.Moved(n))
			}
		}
	})
}

func TestNamesAreReadAsTheyAreWritten(t *testing.T) {
	for n := range N {
		if got, err := ParseName(n.String()); err != nil || got != n {
			t.Errorf("%s: %v, %v", n, got, err)
		}
	}
	if _, err := ParseName("deadline"); err == nil || !strings.Contains(err.Error(), "never moves") {
		t.Errorf("deadline: %v", err)
	}
	if _, err := ParseName("retries"); err == nil || !strings.Contains(err.Error(), "not a feature") {
		t.Errorf("retries: %v", err)
	}
}

func TestOwnerNamesOneForEachFeature(t *testing.T) {
	s := moved(0b11111 | 1<<Retry | 1<<Metrics)
	for n, want := range map[Name]string{Pool: "envoy", Retry: "envoy", Routing: "process", Metrics: "envoy"} {
		if got := s.Owner(n); got != want {
			t.Errorf("%s: %s, want %s", n, got, want)
		}
	}
	s = moved(1 << Metrics)
	if got := s.Owner(Metrics); got != "sidecar" {
		t.Errorf("metrics without a lane: %s", got)
	}
}

func TestSettleKeepsWhatTheClusterRecorded(t *testing.T) {
	at := time.Unix(100, 0)
	req := &onramp.Request{}
	req.Attempt.Start = at.Add(-time.Second)
	req.Attempt.Outcome = onramp.Outcome{Code: onramp.Unavailable, Origin: onramp.Wire, At: at, Latency: 5}
	err := &onramp.Error{Code: onramp.Unavailable, Origin: onramp.Wire}
	if o := Settle(req, err); o.Latency != 5 || !o.At.Equal(at) {
		t.Errorf("the recorded outcome was replaced: %+v", o)
	}
	if o := Settle(req, nil); o.Code != onramp.OK || !o.At.Equal(at) || o.Latency != time.Second {
		t.Errorf("an interceptor's answer does not count: %+v", o)
	}
	if o := Settle(req, context.DeadlineExceeded); o.Code != onramp.DeadlineExceeded || req.Attempt.Outcome != o {
		t.Errorf("an interceptor's error does not count: %+v", o)
	}
	req.Attempt.Outcome = onramp.Outcome{}
	if o := Settle(req, nil); o.At.IsZero() {
		t.Error("an attempt that nobody timed has no end")
	}
}

func BenchmarkStep(b *testing.B) {
	p, err := Shares{Dial: 5000, Lane: envoy, Governance: map[Name]uint16{Retry: 1000, Routing: 2000}}.Plan()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	h := uint16(0)
	for b.Loop() {
		h = (h + 7919) % Scale
		_ = p.Step(h)
	}
}
