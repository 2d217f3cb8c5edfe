package onramptest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/balancer"
)

// pickChecks are about which nodes come out of a picker.
func pickChecks() []check[*PolicySuite] {
	const given = "chooses among the nodes it was built with"
	return []check[*PolicySuite]{
		{name: "the policy has a name that stays the same", of: "balancer.Policy.Name",
			says: `the algorithm's name, "p2c". It does not change`, do: "return a constant of lower-case words, such as least-requests",
			run: policyName, outside: true},
		{name: "a picker returns only nodes it was built with", of: "balancer.Picker.Pick",
			says: given, do: "return the pointers that Build got: a copy of a Node has statistics and connections of its own",
			run: policyGiven, outside: true},
		{name: "pickers of one policy know nothing of each other", of: "balancer.Policy",
			says: "one Policy may serve several clusters", do: "keep the nodes in the Picker that Build returns and not in the Policy",
			run: policyApart, outside: true},
		{name: "a picker without nodes returns Unavailable and Local", of: "balancer.Picker.Pick",
			says: "A Picker that was built without nodes returns an *onramp.Error, Unavailable and Local",
			do:   "return &onramp.Error{Code: onramp.Unavailable, Origin: onramp.Local, Target: req.Target(), ...}", run: policyEmpty, outside: true},
		{name: "endpoints are used whatever their health", of: "balancer.Policy.Build",
			says: "The cluster has decided who is in, so that every node of the lowest priority is to be used, whatever its Health says",
			do:   "do not look at Endpoint.Health: an unhealthy node is only there when too many are out to believe it", run: policyHealth, outside: true},
	}
}

// priorityCheck is for policies that do not ignore priorities.
func priorityCheck() check[*PolicySuite] {
	return check[*PolicySuite]{name: "only endpoints of the lowest priority are used", of: "onramp.Endpoint.Priority",
		says: "groups endpoints: 0 is used first", do: "keep in Build the nodes with the lowest Priority, or claim IgnoresPriority",
		run: policyPriority, outside: true}
}

// policyNodes returns nodes "node-0:1", ... with these weights; every other one has
// an ID.
func policyNodes(weights ...uint32) []*balancer.Node {
	nodes := make([]*balancer.Node, len(weights))
	for i, w := range weights {
		ep := onramp.Endpoint{Addr: fmt.Sprintf("node-%d:1", i), Weight: w}
		if i%2 == 1 {
			ep.ID = fmt.Sprintf("id-%d", i)
		}
		nodes[i] = balancer.NewNode(ep)
	}
	return nodes
}

// equalNodes returns n nodes of equal weight.
func equalNodes(n int) []*balancer.Node { return policyNodes(make([]uint32, n)...) }

// policyRequest returns the first attempt of the i-th call, which begins now. Its
// key is its own.
func policyRequest(i int) *onramp.Request {
	req := &onramp.Request{Service: "com.acme.Greeter", Method: "sayHello"}
	return again(req, i)
}

// again makes req the first attempt of the i-th call.
func again(req *onramp.Request, i int) *onramp.Request {
	now := time.Now()
	req.Start(now)
	req.Deadline = now.Add(time.Second)
	req.Route = onramp.Route{Key: fmt.Sprintf("key-%d", i), Hash: uint16(i * 7919 % 10000)}
	req.Attempt = onramp.Attempt{Number: 1, Start: now}
	return req
}

// pick wants a node.
func pick(t *checking, p balancer.Picker, req *onramp.Request) *balancer.Node {
	t.Helper()
	n, err := p.Pick(t.Context(), req)
	if err != nil {
		t.stop("Pick failed with nodes to choose from: %v", err)
	}
	if n == nil {
		t.stop("Pick returned neither a node nor an error")
	}
	return n
}

// tally picks for n calls and returns how often each endpoint was picked, by key.
func tally(t *checking, p balancer.Picker, n int) map[string]int {
	t.Helper()
	got, req := map[string]int{}, new(onramp.Request)
	req.Service, req.Method = "com.acme.Greeter", "sayHello"
	for i := range n {
		got[pick(t, p, again(req, i)).Endpoint.Key()]++
	}
	return got
}

func policyName(t *checking, s *PolicySuite) {
	one := s.New(1)
	name := one.Name()
	if strings.TrimSpace(name) == "" || strings.ContainsAny(name, " \t\r\n") {
		t.broken("the name is %q", name)
	}
	build(one, equalNodes(3))
	if again, other := one.Name(), s.New(2).Name(); again != name || other != name {
		t.broken("it was %q, after a Build %q, and another one's is %q", name, again, other)
	}
}

func policyGiven(t *checking, s *PolicySuite) {
	policy := s.New(3)
	for _, size := range []int{1, 2, 3, 7, 50} {
		nodes := policyNodes(make([]uint32, size)...)
		picker := build(policy, nodes)
		for i := range 20 * size {
			req := policyRequest(i)
			if i%3 == 0 && size > 1 {
				req.Attempt.Tried = []string{nodes[i%size].Endpoint.Key(), "gone:1"}
			}
			if n := pick(t, picker, req); !slices.Contains(nodes, n) {
				t.stop("of %d nodes Pick returned one that is none of them: %p, %s", size, n, n.Endpoint.Key())
			}
		}
	}
	// One that nothing is set in, as a test of the author's may have.
	pick(t, build(policy, equalNodes(3)), new(onramp.Request))
}

func policyApart(t *checking, s *PolicySuite) {
	policy := s.New(4)
	var sets [3][]*balancer.Node
	var pickers [3]balancer.Picker
	for i := range sets {
		for _, n := range equalNodes(3 + i) {
			n.Endpoint.Addr, n.Endpoint.ID = fmt.Sprintf("cluster-%d.%s", i, n.Endpoint.Addr), ""
			sets[i] = append(sets[i], n)
		}
		pickers[i] = build(policy, sets[i])
	}
	for call := range 100 {
		for i := range sets {
			n := pick(t, pickers[i], policyRequest(call))
			if !slices.ContainsFunc(sets[i], func(m *balancer.Node) bool { return m.Endpoint.Addr == n.Endpoint.Addr }) {
				t.stop("one policy built pickers of three clusters, and the one of cluster-%d returned %s", i, n.Endpoint.Addr)
			}
		}
	}
}

func policyEmpty(t *checking, s *PolicySuite) {
	for _, nodes := range [][]*balancer.Node{nil, {}} {
		picker := s.over(5, nodes)
		if picker == nil {
			t.stop("Build returned nil")
		}
		n, err := picker.Pick(context.Background(), policyRequest(0))
		var e *onramp.Error
		if n != nil || !errors.As(err, &e) || e.Code != onramp.Unavailable || e.Origin != onramp.Local {
			t.stop("Pick returned %v and the error %v", n, err)
		}
	}
}

func policyPriority(t *checking, s *PolicySuite) {
	nodes := policyNodes(1, 2, 3, 4, 5)
	for i, at := range []uint32{2, 7, 1, 1, 2} {
		nodes[i].Endpoint.Priority = at
	}
	got := tally(t, s.over(6, nodes), 500)
	if len(got) != 2 || got[nodes[2].Endpoint.Key()] == 0 || got[nodes[3].Endpoint.Key()] == 0 {
		t.broken("node-0:1, id-1, node-2:1, id-3 and node-4:1 have the priorities 2, 7, 1, 1 and 2, and 500 calls went to %v", got)
	}
}

func policyHealth(t *checking, s *PolicySuite) {
	for _, health := range [][]onramp.Health{
		{onramp.Unhealthy, onramp.Unhealthy, onramp.Unhealthy},
		{onramp.Draining, onramp.Draining, onramp.Draining},
		{onramp.Healthy, onramp.Unhealthy, onramp.HealthUnknown},
	} {
		nodes := equalNodes(len(health))
		for i, h := range health {
			nodes[i].Endpoint.Health = h
		}
		if got := tally(t, s.over(7, nodes), 300); len(got) != len(nodes) {
			t.broken("three endpoints have the health %v (2 is Draining, 3 Unhealthy), and 300 calls went to %v", health, got)
		}
	}
}
