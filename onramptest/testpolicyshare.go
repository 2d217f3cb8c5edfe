package onramptest

import (
	"fmt"
	"math"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/balancer"
)

// shareChecks are about how many calls each endpoint gets. Servers answer in
// virtual time, one call after the other.
func shareChecks() []check[*PolicySuite] {
	const weight = "the share of traffic relative to the others; 0 means 1"
	return []check[*PolicySuite]{
		{name: "equal endpoints get equal shares", of: "onramp.Endpoint.Weight", says: weight,
			do: "draw among all nodes alike, or raise Tolerance when the policy is coarser by design", run: policyEqualShares},
		{name: "endpoints get shares by their weights", of: "onramp.Endpoint.Weight", says: weight,
			do: "draw by weight, with 0 taken as 1, or claim IgnoresWeights", run: policyWeightShares},
		{name: "large weights are shares too", of: "onramp.Endpoint.Weight", says: weight,
			do: "sum weights in 64 bits: each may be up to 4294967295", run: policyLargeWeights},
		{name: "pickers begin at different places", of: "balancer.Policy.Build",
			says: "Each Picker begins at another place, so that many clients do not load the first node",
			do:   "draw the place where a Picker begins, and who wins when all cost the same", run: policyBegins, outside: true},
	}
}

// serve makes n calls one after the other, each of which takes a millisecond, and
// returns how many each endpoint got, by key.
func serve(t *checking, p balancer.Picker, n int) map[string]int {
	t.Helper()
	got, req := map[string]int{}, policyRequest(0)
	for i := range n {
		node := pick(t, p, again(req, i))
		got[node.Endpoint.Key()]++
		node.Begin()
		time.Sleep(time.Millisecond)
		now := time.Now()
		node.Done(onramp.Outcome{Latency: now.Sub(req.Started()), At: now})
	}
	return got
}

func policyEqualShares(t *checking, s *PolicySuite) {
	for _, size := range []int{2, 5} {
		s.shares(t, make([]uint32, size), 8000)
	}
	s.shares(t, []uint32{7, 7, 7}, 4000)
}

func policyWeightShares(t *checking, s *PolicySuite) {
	s.shares(t, []uint32{0, 1, 2, 5}, 10_000)
	s.shares(t, []uint32{300, 100}, 4000)
}

func policyLargeWeights(t *checking, s *PolicySuite) {
	s.shares(t, []uint32{math.MaxUint32, 1 << 31, math.MaxUint32, math.MaxUint32}, 8000)
}

// shares compares what endpoints of these weights got of n calls with what is due.
func (s *PolicySuite) shares(t *checking, weights []uint32, n int) {
	t.Helper()
	nodes := policyNodes(weights...)
	got := serve(t, s.over(21, nodes), n)
	due := s.due(weights)
	for i, node := range nodes {
		key := node.Endpoint.Key()
		want := due[i] * float64(n)
		if off := math.Abs(float64(got[key]) - want); off > s.Tolerance*want {
			t.stop("endpoints with the weights %v: %s got %d of %d calls, and %.0f are due to it (all: %v)", weights, key, got[key], n, want, got)
		}
	}
}

// due returns the share of each weight.
func (s *PolicySuite) due(weights []uint32) []float64 {
	due, total := make([]float64, len(weights)), 0.0
	for i, w := range weights {
		if due[i] = float64(max(w, 1)); s.IgnoresWeights {
			due[i] = 1
		}
		total += due[i]
	}
	for i := range due {
		due[i] /= total
	}
	return due
}

// begins looks at the first call of many clients, and of a client whose endpoints
// change often.
func policyBegins(t *checking, s *PolicySuite) {
	const pickers = 200
	one := s.New(22)
	for who, policy := range map[string]func(seed uint64) balancer.Policy{
		"clients":                       s.New,
		"pickers that one policy built": func(uint64) balancer.Policy { return one },
	} {
		first := map[string]int{}
		for i := range pickers {
			first[pick(t, build(policy(uint64(i)), equalNodes(4)), policyRequest(i)).Endpoint.Key()]++
		}
		if most, key := largest(first); most > pickers*6/10 {
			t.broken("the first call of %d %s went to %s %d times; a quarter is fair", pickers, who, key, most)
		}
	}
}

func largest(counts map[string]int) (most int, key string) {
	for k, n := range counts {
		if n > most {
			most, key = n, k
		}
	}
	return most, key
}

// percent is a share as a reader wants it.
func percent(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) }
