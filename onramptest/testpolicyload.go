package onramptest

import (
	"sync"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/balancer"
)

// failureChecks are about an endpoint that does nothing but fail.
func failureChecks() []check[*PolicySuite] {
	return []check[*PolicySuite]{
		{name: "an endpoint that fails at once gets no more than its share", of: "balancer.P2C",
			says: "an endpoint that fails at once has none [in-flight calls], and would attract all calls",
			do:   "charge for failures (Node.Failing) where in-flight calls or latency are looked at", run: policyFailsFast},
	}
}

// loadChecks are about endpoints that answer faster and slower.
func loadChecks() []check[*PolicySuite] {
	const of = "onramptest.PolicySuite.Load"
	return []check[*PolicySuite]{
		{name: "a slow endpoint gets fewer calls", of: of,
			says: "a slow one gets fewer calls until it is well again", do: "read Node.Latency and Node.InFlight in Pick, or do not claim Load", run: policySlow},
		{name: "an endpoint that is well again gets calls again", of: of,
			says: "a slow one gets fewer calls until it is well again", do: "let the estimate fade with time, so that the endpoint is tried now and then", run: policyRecovers},
	}
}

// fleet plays the servers behind a picker in virtual time; any number of calls may
// be under way.
type fleet struct {
	t      *checking
	picker balancer.Picker
	nodes  []*balancer.Node
	// answers says how a call that begins now ends at node 0; others take 10 ms.
	answers func() (time.Duration, onramp.Code)

	mu    sync.Mutex
	calls map[string]int
}

func (s *PolicySuite) fleet(t *checking, answers func() (time.Duration, onramp.Code)) *fleet {
	nodes := equalNodes(4)
	return &fleet{t: t, picker: s.over(51, nodes), nodes: nodes, answers: answers, calls: map[string]int{}}
}

// run makes calls at a fixed rate for d and returns the share of node 0.
func (f *fleet) run(d time.Duration) float64 {
	const gap = 4 * time.Millisecond
	var wg sync.WaitGroup
	clear(f.calls)
	n := int(d / gap)
	for i := range n {
		wg.Go(func() { f.call(i) })
		time.Sleep(gap)
	}
	wg.Wait()
	return float64(f.calls[f.nodes[0].Endpoint.Key()]) / float64(n)
}

func (f *fleet) call(i int) {
	req := policyRequest(i)
	node, err := f.picker.Pick(f.t.Context(), req)
	if err != nil || node == nil {
		f.t.broken("Pick returned %s and the error %v", nodeKey(node), err)
		return
	}
	node.Begin()
	key := node.Endpoint.Key()
	f.mu.Lock()
	f.calls[key]++
	f.mu.Unlock()
	o := onramp.Outcome{}
	takes := 10 * time.Millisecond
	if key == f.nodes[0].Endpoint.Key() {
		takes, o.Code = f.answers()
	}
	if o.Code != onramp.OK {
		o.Origin = onramp.Wire
	}
	time.Sleep(takes)
	o.At = time.Now()
	o.Latency = o.At.Sub(req.Started())
	node.Done(o)
}

func policyFailsFast(t *checking, s *PolicySuite) {
	f := s.fleet(t, func() (time.Duration, onramp.Code) { return 0, onramp.Unavailable })
	if share := f.run(20 * time.Second); share > 0.25*(1+s.Tolerance) { // 5000 calls: chance alone does not come so far
		t.broken("one of four endpoints fails at once, the others answer in 10 ms, and it got %s of the calls", percent(share))
	}
}

func policySlow(t *checking, s *PolicySuite) {
	f := s.fleet(t, func() (time.Duration, onramp.Code) { return 100 * time.Millisecond, onramp.OK })
	f.run(time.Second) // to learn
	if share := f.run(5 * time.Second); share > 0.25/2 {
		t.broken("one of four endpoints takes 100 ms and the others 10 ms, and it got %s of the calls; want less than half of a fair share", percent(share))
	}
	f.picker = s.over(52, f.nodes)
	if share := f.run(2 * time.Second); share > 0.25/2 {
		t.broken("the same, with a picker built anew over nodes that know it: the slow one got %s of the calls", percent(share))
	}
}

func policyRecovers(t *checking, s *PolicySuite) {
	takes := 100 * time.Millisecond
	f := s.fleet(t, func() (time.Duration, onramp.Code) { return takes, onramp.OK })
	f.run(5 * time.Second)
	takes = 10 * time.Millisecond
	f.run(15 * time.Second)
	if share := f.run(5 * time.Second); share < 0.25/3 {
		t.broken("one of four endpoints took 100 ms for 5 s, and 15 s after it is as fast as the others it gets %s of the calls; want a third of a fair share", percent(share))
	}
}
