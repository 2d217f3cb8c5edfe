package onramptest

import (
	"slices"
	"testing"

	"github.com/onrampmesh/onramp/balancer"
)

// PolicySuite says how TestPolicy makes the policy that it tests, and what the
// policy claims beside its contract or leaves out of it. Only New is required:
// with it alone the policy follows weights and priorities and looks at nothing else.
type PolicySuite struct {
	// New makes a policy of its own each time. One that draws seeds its choices
	// with seed, so that each run sees the same; others ignore it.
	New func(seed uint64) balancer.Policy
	// Load: it looks at how nodes answer, so that a slow one gets fewer calls until
	// it is well again.
	Load bool
	// Key: calls with one Route.Key go to one endpoint, and most keys keep theirs
	// when another endpoint leaves. Calls without a key are spread.
	Key bool
	// IgnoresWeights: endpoints get equal shares whatever their weights.
	IgnoresWeights bool
	// IgnoresPriority: it also uses endpoints that are not of the lowest priority.
	IgnoresPriority bool
	// Tolerance is how far an endpoint's share of many calls may be off what is
	// due to it, as a part of that. Default 0.15; consistent hashing needs more.
	Tolerance float64
}

// TestPolicy holds a policy to the contract of balancer.Policy and balancer.Picker.
// Each sentence of the contract is a subtest; one that fails says the sentence,
// what was seen and what to do. Servers answer in virtual time, so that the suite
// takes less than a second. With -race it also finds data races.
//
//	func TestConformance(t *testing.T) {
//		onramptest.TestPolicy(t, onramptest.PolicySuite{
//			New: func(seed uint64) balancer.Policy { return mypolicy.New(seed) },
//		})
//	}
func TestPolicy(t *testing.T, s PolicySuite) {
	t.Helper()
	if s.New == nil {
		t.Fatal("onramptest.TestPolicy: PolicySuite.New is nil: want a function that makes the policy")
	}
	if s.Tolerance == 0 {
		s.Tolerance = 0.15
	}
	runChecks(t, &s, s.checks())
}

// checks are those that apply to the policy.
func (s *PolicySuite) checks() []check[*PolicySuite] {
	all := slices.Concat(pickChecks(), triedChecks(), shareChecks(), mannersChecks(), costChecks(), failureChecks())
	if !s.IgnoresPriority {
		all = append(all, priorityCheck())
	}
	if s.Load {
		all = append(all, loadChecks()...)
	}
	if s.Key {
		all = append(all, keyChecks()...)
	}
	return all
}

// over returns a picker of a new policy.
func (s *PolicySuite) over(seed uint64, nodes []*balancer.Node) balancer.Picker {
	return build(s.New(seed), nodes)
}

// build hands a policy a slice of its own, as the cluster does.
func build(policy balancer.Policy, nodes []*balancer.Node) balancer.Picker {
	return policy.Build(slices.Clone(nodes))
}
