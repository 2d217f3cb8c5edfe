package balancer

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/onrampmesh/onramp"
	"pgregory.net/rapid"
)

func TestEveryPolicyUsesTheLowestPriorityOnly(t *testing.T) {
	for _, policy := range every(1) {
		nodes := weighing(1, 2, 3, 4, 5)
		for i, priority := range []uint32{2, 7, 1, 1, 2} {
			nodes[i].Endpoint.Priority = priority
		}
		got := count(t, policy.Build(nodes), 1000)
		if len(got) != 2 || got["node-2"] == 0 || got["node-3"] == 0 {
			t.Errorf("%s picked %v, want node-2 and node-3 only", policy.Name(), got)
		}
	}
}

func TestEveryPolicyReturnsTheOnlyNodeEvenIfTried(t *testing.T) {
	for _, policy := range every(1) {
		nodes := weighing(3)
		req := request()
		req.Attempt.Tried = []string{"node-0"}
		if pick(t, policy.Build(nodes), req) != nodes[0] {
			t.Errorf("%s did not return the only node", policy.Name())
		}
	}
}

func TestAPickerWithoutNodesSaysSo(t *testing.T) {
	for _, policy := range every(1) {
		n, err := policy.Build(nil).Pick(context.Background(), request())
		var e *onramp.Error
		if n != nil || !errors.As(err, &e) || e.Code != onramp.Unavailable || e.Origin != onramp.Local {
			t.Fatalf("%s: %v, %v; want a local, unavailable error", policy.Name(), n, err)
		}
		if !strings.Contains(err.Error(), "com.acme.Greeter/sayHello") || !strings.Contains(err.Error(), "without endpoints") {
			t.Errorf("%s: %v does not say what and why", policy.Name(), err)
		}
	}
}

func TestBuildKeepsNothingOfTheCallersSlice(t *testing.T) {
	for _, policy := range every(1) {
		nodes := weighing(1, 2, 3)
		p := policy.Build(nodes)
		clear(nodes)
		count(t, p, 100)
	}
}

func TestPickersAvoidEndpointsAlreadyTried(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.Uint32Range(0, 50), 1, 12).Draw(t, "weights")
		nodes := weighing(weights...)
		req := &onramp.Request{}
		var left []*Node
		for i, n := range nodes {
			if rapid.Bool().Draw(t, "by address") {
				n.Endpoint.ID = ""
			}
			if i%2 == 0 {
				answer(n, onramp.OK, 1)
			}
			if rapid.Bool().Draw(t, "tried") {
				req.Attempt.Tried = append(req.Attempt.Tried, n.Endpoint.Key())
			} else {
				left = append(left, n)
			}
		}
		if len(left) == 0 {
			left = nodes
		}
		for _, policy := range every(rapid.Uint64().Draw(t, "seed")) {
			p := policy.Build(nodes)
			for range 30 {
				n, err := p.Pick(context.Background(), req)
				if err != nil || !slices.Contains(left, n) {
					t.Fatalf("%s picked %v (%v), which was tried", policy.Name(), n, err)
				}
			}
		}
	})
}

func TestARetryReachesEveryNodeThatWasNotTried(t *testing.T) {
	for _, policy := range every(3) {
		nodes := weighing(4, 1, 1, 9)
		p := policy.Build(nodes)
		req := request()
		req.Attempt.Tried = []string{"node-3"}
		got := map[string]int{}
		for range 1000 {
			got[pick(t, p, req).Endpoint.ID]++
		}
		if len(got) != 3 {
			t.Errorf("%s: a retry reached %v, want three nodes", policy.Name(), got)
		}
	}
}

func TestTheSameSeedGivesTheSameNodes(t *testing.T) {
	run := func(policy Policy) (ids []string) {
		p := policy.Build(weighing(1, 2, 3, 4))
		for range 50 {
			ids = append(ids, pick(t, p, &onramp.Request{}).Endpoint.ID)
		}
		return ids
	}
	for i, policy := range every(7) {
		if a, b := run(policy), run(every(7)[i]); !slices.Equal(a, b) {
			t.Errorf("%s: %v and %v", policy.Name(), a, b)
		}
	}
}

func TestPickersBeginAtDifferentPlaces(t *testing.T) {
	for _, policy := range []Policy{RoundRobin(), WeightedRoundRobin()} {
		first := map[*Node]bool{}
		nodes := weighing(1, 1, 1, 2)
		for range 200 {
			first[pick(t, policy.Build(nodes), request())] = true
		}
		if len(first) != len(nodes) {
			t.Errorf("%s: 200 pickers began with %d of 4 nodes", policy.Name(), len(first))
		}
	}
}

func TestAPickAllocatesNothing(t *testing.T) {
	for _, policy := range every(1) {
		for _, weights := range [][]uint32{{1}, {1, 1, 1}, {1, 2, 3}} {
			p := policy.Build(weighing(weights...))
			for _, tried := range [][]string{nil, {"node-1"}} {
				req := request()
				req.Attempt.Tried = tried
				ctx := context.Background()
				if n := testing.AllocsPerRun(100, func() { _, _ = p.Pick(ctx, req) }); n != 0 {
					t.Errorf("%s with weights %v, tried %v: %v allocations", policy.Name(), weights, tried, n)
				}
			}
		}
	}
}
