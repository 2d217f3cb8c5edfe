package onramptest

import (
	"slices"
	"testing"

	"github.com/onrampmesh/onramp/feature"
	"github.com/onrampmesh/onramp/policy"
)

// UnitSuite says how TestUnit makes the unit that it tests, and what the unit does
// that most do not. Only New is required: with it alone every call goes to next,
// once.
type UnitSuite struct {
	// New makes a unit of its own each time, as for one service. With one seed all
	// of them decide alike.
	New func(e UnitEnv) feature.Unit
	// Policy is what the unit runs under; nil is policy.Default. Its times should be
	// 10 s at most, because a check takes less than five minutes of virtual time.
	Policy *policy.Service
	// MostCalls is how often the unit may call next for one call; 0 is 1.
	MostCalls int
	// Copies: it may call next again for a call that succeeded, as a mirror does.
	Copies bool
	// Refuses: it may end a call without calling next, as an open circuit, a limit
	// and an injected fault do.
	Refuses bool
	// WouldHave returns how often u would have refused or repeated a call in mode
	// Observe. Nil leaves out the check that this is counted.
	WouldHave func(u feature.Unit) uint64
	// Allocations is how many a call without failure may cost.
	Allocations int
	// Wrong makes units that must be refused, by the path of the field that is
	// wrong, which the error has to name: "rateLimit.burst".
	Wrong map[string]func() error
}

// UnitEnv is what a unit is made of.
type UnitEnv struct {
	Policy *policy.Service
	// Seed is for units that draw.
	Seed uint64
	// Stop is closed when the client is; what the unit started ends then.
	Stop <-chan struct{}
}

// TestUnit holds a unit to the contract of feature.Unit. Each sentence of the
// contract is a subtest; one that fails says the sentence, what was seen and what
// to do. Time is virtual, so that the suite takes about a second. With -race it
// also finds data races.
//
// The suite stands in for the stages above and below: it sets what the client and
// the cluster set (deadline, Attempt.Outcome), and reuses requests as they do. A
// unit of feature.Routing may change the request's Route, one of HeaderMutation or
// ClientSpans its Header, and one of Fault may fail a call in any way.
//
//	func TestConformance(t *testing.T) {
//		onramptest.TestUnit(t, onramptest.UnitSuite{
//			New:     func(e onramptest.UnitEnv) feature.Unit { return myunit.New(e.Policy) },
//			Refuses: true,
//		})
//	}
func TestUnit(t *testing.T, s UnitSuite) {
	t.Helper()
	if s.New == nil {
		t.Fatal("onramptest.TestUnit: UnitSuite.New is nil: want a function that makes the unit")
	}
	if s.Policy == nil {
		s.Policy = policy.Default()
	}
	if s.MostCalls == 0 {
		s.MostCalls = 1
	}
	if runChecks(t, &s, unitSideChecks()); t.Failed() {
		return // the others would hang
	}
	runChecks(t, &s, s.checks())
}

// checks are those that apply to the unit.
func (s *UnitSuite) checks() []check[*UnitSuite] {
	all := slices.Concat(unitShapeChecks(s), unitPassChecks(), unitFailureChecks(s), unitEndChecks(), unitStateChecks(s), unitModeChecks(s), unitCostChecks())
	if s.MostCalls > 1 {
		all = append(all, unitRepeatChecks()...)
	}
	return all
}
