package onramptest

import (
	"math/rand/v2"
	"slices"

	"github.com/onrampmesh/onramp/balancer"
)

// triedChecks are about the attempts after the first one of a call.
func triedChecks() []check[*PolicySuite] {
	const of, avoided = "balancer.Picker.Pick", "Nodes in req.Attempt.Tried are avoided when there are others of the same priority"
	return []check[*PolicySuite]{
		{name: "endpoints already tried are avoided", of: of, says: avoided,
			do:  "compare Endpoint.Key(), which is ID or else Addr, with req.Attempt.Tried, and look on for another one",
			run: policyAvoids, outside: true},
		{name: "a retry reaches every endpoint that was not tried", of: of, says: avoided,
			do:  "begin the search for another one at a place drawn anew, or the next endpoint gets all retries",
			run: policyRetryReaches, outside: true},
		{name: "when all endpoints were tried one is picked again", of: of,
			says: "when all were tried, one of them is picked again", do: "return what the pick would have been without Tried",
			run: policyAllTried, outside: true},
	}
}

func policyAvoids(t *checking, s *PolicySuite) {
	r := rand.New(rand.NewPCG(1, 1))
	policy := s.New(11)
	for round := range 60 {
		nodes := equalNodes(2 + r.IntN(9))
		for _, n := range nodes {
			n.Endpoint.Weight = r.Uint32N(9)
		}
		var tried []string
		for _, n := range nodes[1:] { // the first one is left
			if r.IntN(3) > 0 {
				tried = append(tried, n.Endpoint.Key())
			}
		}
		r.Shuffle(len(nodes), func(i, j int) { nodes[i], nodes[j] = nodes[j], nodes[i] })
		picker := build(policy, nodes)
		for i := range 10 {
			req := policyRequest(10*round + i)
			req.Attempt.Tried, req.Attempt.Number = tried, len(tried)+1
			if n := pick(t, picker, req); slices.Contains(tried, n.Endpoint.Key()) {
				t.stop("%d of %d endpoints were tried (%v), and Pick returned %s", len(tried), len(nodes), tried, n.Endpoint.Key())
			}
		}
	}
}

func policyRetryReaches(t *checking, s *PolicySuite) {
	nodes := policyNodes(4, 1, 1, 9, 2)
	picker := s.over(12, nodes)
	got := map[string]int{}
	for i := range 1000 {
		req := policyRequest(i)
		req.Attempt.Tried, req.Attempt.Number = []string{nodes[3].Endpoint.Key()}, 2
		got[pick(t, picker, req).Endpoint.Key()]++
	}
	for _, n := range nodes[:3] {
		if got[n.Endpoint.Key()] == 0 {
			t.stop("of 1000 second attempts of calls that had tried id-3, %s got none: %v", n.Endpoint.Key(), got)
		}
	}
}

func policyAllTried(t *checking, s *PolicySuite) {
	for _, size := range []int{1, 2, 5} {
		nodes := equalNodes(size)
		req := policyRequest(size)
		for _, n := range nodes {
			req.Attempt.Tried = append(req.Attempt.Tried, n.Endpoint.Key())
		}
		picker := s.over(13, nodes)
		for range 20 {
			n, err := picker.Pick(t.Context(), req)
			if err != nil || n == nil {
				t.stop("all %d endpoints were tried, and Pick returned %v and the error %v", size, nodeKey(n), err)
			}
		}
	}
}

func nodeKey(n *balancer.Node) string {
	if n == nil {
		return "no node"
	}
	return n.Endpoint.Key()
}
