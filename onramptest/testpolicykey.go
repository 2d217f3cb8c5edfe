package onramptest

import (
	"slices"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/balancer"
)

// keyChecks are about policies that send calls of one key to one endpoint.
func keyChecks() []check[*PolicySuite] {
	const of = "onramptest.PolicySuite.Key"
	return []check[*PolicySuite]{
		{name: "calls with one key go to one endpoint", of: of,
			says: "calls with one Route.Key go to one endpoint", do: "hash the key alone, with a seed that all clients share", run: policySticks, outside: true},
		{name: "most keys keep their endpoint when another one leaves", of: of,
			says: "most keys keep theirs when another endpoint leaves", do: "hash endpoints by Endpoint.Key() onto a ring or table, not by their index", run: policyMoves, outside: true},
		{name: "calls without a key are spread", of: of,
			says: "Calls without a key are spread", do: `draw a node when Route.Key is ""`, run: policyKeyless, outside: true},
	}
}

// homes returns where the call of each key goes.
func homes(t *checking, p balancer.Picker, keys int) []string {
	t.Helper()
	out := make([]string, keys)
	req := new(onramp.Request)
	for i := range out {
		out[i] = pick(t, p, again(req, i)).Endpoint.Key()
	}
	return out
}

func policySticks(t *checking, s *PolicySuite) {
	nodes := equalNodes(6)
	policy := s.New(61)
	first := homes(t, build(policy, nodes), 200)
	turned := slices.Clone(nodes)
	slices.Reverse(turned)
	for who, picker := range map[string]balancer.Picker{
		"built again":                          build(policy, nodes),
		"of another client":                    s.over(62, nodes),
		"over the same nodes in another order": build(policy, turned),
	} {
		for i, at := range homes(t, picker, 200) {
			if at != first[i] {
				t.broken("key-%d went to %s, and by a picker %s to %s", i, first[i], who, at)
				break
			}
		}
	}
}

func policyMoves(t *checking, s *PolicySuite) {
	const keys = 2000
	nodes := equalNodes(10)
	policy := s.New(63)
	before, after := homes(t, build(policy, nodes), keys), homes(t, build(policy, nodes[1:]), keys)
	left, moved := nodes[0].Endpoint.Key(), 0
	for i := range before {
		if before[i] != left && before[i] != after[i] {
			moved++
		}
	}
	if moved > keys/10 {
		t.broken("one of ten endpoints left, and %d of %d keys that were not its own moved too", moved, keys)
	}
}

func policyKeyless(t *checking, s *PolicySuite) {
	nodes := equalNodes(4)
	picker := s.over(64, nodes)
	got := map[string]int{}
	req := new(onramp.Request)
	for i := range 400 {
		again(req, i).Route.Key = ""
		got[pick(t, picker, req).Endpoint.Key()]++
	}
	if most, key := largest(got); most > 200 {
		t.broken("of 400 calls without a key %d went to %s", most, key)
	}
}
