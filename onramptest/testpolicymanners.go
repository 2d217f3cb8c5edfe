package onramptest

import (
	"context"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"time"
	"weak"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/balancer"
)

// mannersChecks are about what a policy must leave alone.
func mannersChecks() []check[*PolicySuite] {
	const pick, build = "balancer.Picker.Pick", "balancer.Policy.Build"
	return []check[*PolicySuite]{
		{name: "the slice that Build gets stays as it is", of: build,
			says: "nobody changes the slice afterwards, and neither does Build", do: "sort or filter a clone (slices.Clone)",
			run: policySlice, outside: true},
		{name: "the statistics of nodes are not touched", of: pick,
			says: "It changes neither req nor the nodes (the cluster calls Begin and Done)", do: "call neither Begin, Done nor Forgive, in Build as in Pick",
			run: policyStatistics, outside: true},
		{name: "the request stays as it is", of: pick,
			says: "It changes neither req nor the nodes", do: "read the request; do not append to Attempt.Tried, whose array the cluster goes on using",
			run: policyKeepsRequest, outside: true},
		{name: "a pick keeps neither request nor context", of: pick,
			says: "and keeps nothing of ctx and req", do: "copy what is needed (strings of the request may be kept); the request is used again for another call",
			run: policyForgets, outside: true},
		{name: "a pick does not wait", of: pick,
			says: "it takes no lock, does not wait", do: "return a node, or the error of a picker without nodes; the cluster waits for endpoints",
			run: policyWaits},
		{name: "pickers have no goroutine", of: build,
			says: "Nobody closes a Picker: it has no goroutine", do: "compute at Build, or in Pick by the request's own time stamp",
			run: policyGoroutines, outside: true},
		{name: "many goroutines pick while others build", of: pick,
			says: "Many goroutines Pick at once", do: "make the Picker immutable, with atomics for what changes; run with -race",
			run: policyCrowd, outside: true},
	}
}

func policySlice(t *checking, s *PolicySuite) {
	nodes := policyNodes(3, 9, 1, 4, 4, 7)
	for i, at := range []uint32{1, 0, 1, 0, 0, 0} {
		nodes[i].Endpoint.Priority = at
	}
	nodes = append(nodes, nil)[:6] // there is room behind it
	before := slices.Clone(nodes)
	tally(t, s.New(31).Build(nodes), 50)
	for i, n := range nodes {
		if n != before[i] {
			t.stop("after Build and 50 picks the node at index %d of the slice is %s and was %s", i, nodeKey(n), nodeKey(before[i]))
		}
	}
	if extra := nodes[:7][6]; extra != nil {
		t.broken("Build wrote %s behind the end of the slice", nodeKey(extra))
	}
}

// figures are the statistics of a node.
type figures struct {
	inFlight int
	latency  time.Duration
	failing  float64
}

func figuresOf(nodes []*balancer.Node) []figures {
	out := make([]figures, len(nodes))
	for i, n := range nodes {
		out[i] = figures{n.InFlight(), n.Latency(), n.Failing()}
	}
	return out
}

func policyStatistics(t *checking, s *PolicySuite) {
	nodes := policyNodes(1, 2, 3, 4)
	now := time.Now()
	for i, n := range nodes {
		for range 3 + i {
			n.Begin()
		}
		n.Done(onramp.Outcome{Latency: time.Duration(i+1) * time.Millisecond, At: now})
		n.Done(onramp.Outcome{Code: onramp.Unavailable, Origin: onramp.Wire, At: now})
	}
	before := figuresOf(nodes)
	policy := s.New(32)
	for range 3 {
		tally(t, build(policy, nodes), 50)
	}
	for i, f := range figuresOf(nodes) {
		if f != before[i] {
			t.stop("after 3 builds and 150 picks node %s has %d attempts in flight, latency %v and failing %.2f; it had %d, %v and %.2f",
				nodes[i].Endpoint.Key(), f.inFlight, f.latency, f.failing, before[i].inFlight, before[i].latency, before[i].failing)
		}
	}
}

func policyKeepsRequest(t *checking, s *PolicySuite) {
	nodes := equalNodes(5)
	picker := s.over(33, nodes)
	for i := range 50 {
		req := policyRequest(i)
		tried := make([]string, 1, 4)
		tried[0] = nodes[i%5].Endpoint.Key()
		req.Attempt.Tried, req.Attempt.Number = tried, 2
		req.Header.Add("k", "v")
		route, deadline, attempt := req.Route, req.Deadline, req.Attempt
		pick(t, picker, req)
		a := &req.Attempt
		switch {
		case len(a.Tried) != 1 || tried[0] != nodes[i%5].Endpoint.Key() || tried[:4][1] != "":
			t.stop("Attempt.Tried was [%s] in an array of 4, and after Pick is %q in %q", nodes[i%5].Endpoint.Key(), a.Tried, tried[:4])
		case a.Number != attempt.Number || !a.Start.Equal(attempt.Start) || a.Resent != attempt.Resent || a.Outcome != attempt.Outcome:
			t.stop("Attempt was %+v and after Pick is %+v", attempt, *a)
		case req.Route != route || !req.Deadline.Equal(deadline) || req.Header.Len() != 1 || req.Target() != "com.acme.Greeter/sayHello":
			t.stop("Route %+v, Deadline %v and one header became %+v, %v and %d headers", route, deadline, req.Route, req.Deadline, req.Header.Len())
		case req.Observed():
			t.stop("Pick calls req.Observe")
		}
	}
}

// forgets asks the garbage collector who still holds a request.
func policyForgets(t *checking, s *PolicySuite) {
	picker := s.over(34, equalNodes(4))
	reqs, ctxs := make([]weak.Pointer[onramp.Request], 8), make([]weak.Pointer[marked], 8)
	var wg sync.WaitGroup
	for i := range reqs {
		wg.Go(func() { // whose stack is gone afterwards
			req, ctx := policyRequest(i), &marked{Context: context.Background()}
			reqs[i], ctxs[i] = weak.Make(req), weak.Make(ctx)
			_, _ = picker.Pick(ctx, req)
		})
	}
	wg.Wait()
	for range 3 {
		runtime.GC()
	}
	kept := 0
	for i := range reqs {
		if reqs[i].Value() != nil {
			kept++
		}
		if ctxs[i].Value() != nil {
			t.stop("the context of a call is still held after its Pick returned")
		}
	}
	if kept > 0 {
		t.broken("%d of %d requests are still held after their Pick returned", kept, len(reqs))
	}
	runtime.KeepAlive(picker)
}

// marked is a context that a weak pointer can point to.
type marked struct{ context.Context }

func policyWaits(t *checking, s *PolicySuite) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for what, nodes := range map[string][]*balancer.Node{"without nodes": nil, "over one node": equalNodes(1), "over four nodes": equalNodes(4)} {
		picker := s.over(35, nodes)
		for _, n := range nodes { // all are busy
			for range 1000 {
				n.Begin()
			}
		}
		for _, ctx := range []context.Context{t.Context(), ended} {
			req := policyRequest(1)
			for _, n := range nodes {
				req.Attempt.Tried = append(req.Attempt.Tried, n.Endpoint.Key())
			}
			begin := time.Now()
			_, _ = picker.Pick(ctx, req)
			if took := time.Since(begin); took > 0 {
				t.stop("a picker %s took %v for a pick", what, took)
			}
		}
		for _, n := range nodes {
			for range 1000 {
				n.Done(onramp.Outcome{})
			}
		}
	}
}

// label marks the goroutines that a check starts, directly or not.
const label = "onramptest"

func policyGoroutines(t *checking, s *PolicySuite) {
	mark := t.Name()
	pprof.Do(context.Background(), pprof.Labels(label, mark), func(context.Context) {
		tally(t, s.over(36, equalNodes(4)), 10)
	})
	if left := labelled(mark); left != "" {
		t.broken("a goroutine is left after Build and 10 picks:\n%s", left)
	}
}

// labelled returns the goroutines that carry a mark, once they had a second to
// end, in the form of package pprof; "" when there is none.
func labelled(mark string) string {
	for end := time.Now().Add(time.Second); ; time.Sleep(time.Millisecond) {
		var b strings.Builder
		if err := pprof.Lookup("goroutine").WriteTo(&b, 1); err != nil {
			return ""
		}
		var left []string
		for g := range strings.SplitSeq(b.String(), "\n\n") {
			if strings.Contains(g, `"`+label+`":"`+mark+`"`) {
				left = append(left, g)
			}
		}
		if len(left) == 0 || time.Now().After(end) {
			return strings.Join(left, "\n")
		}
	}
}

func policyCrowd(t *checking, s *PolicySuite) {
	policy, nodes := s.New(37), policyNodes(1, 2, 3, 4, 5)
	shared := build(policy, nodes)
	var wg sync.WaitGroup
	strange := make(chan string, 4)
	for w := range 4 {
		wg.Go(func() {
			req := new(onramp.Request)
			for i := range 500 {
				picker := shared
				if w == 0 && i%10 == 0 {
					picker = build(policy, nodes[:2+i%3])
				}
				n, err := picker.Pick(context.Background(), again(req, i*4+w))
				if err != nil || !slices.ContainsFunc(nodes, func(m *balancer.Node) bool { return n != nil && m.Endpoint.Key() == n.Endpoint.Key() }) {
					strange <- nodeKey(n)
					return
				}
				n.Begin()
				n.Done(onramp.Outcome{Latency: time.Millisecond, At: req.Started()})
			}
		})
	}
	wg.Wait()
	if len(strange) > 0 {
		t.broken("one of four goroutines that picked at once got %s", <-strange)
	}
}
