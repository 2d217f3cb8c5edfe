package balancer

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
)

// request returns a first attempt that starts now.
func request() *onramp.Request {
	req := &onramp.Request{Service: "com.acme.Greeter", Method: "sayHello"}
	req.Start(time.Now())
	req.Attempt.Start = req.Started()
	return req
}

// weighing returns nodes "node-0", ... with these weights.
func weighing(weights ...uint32) []*Node {
	nodes := make([]*Node, len(weights))
	for i, w := range weights {
		nodes[i] = NewNode(onramp.Endpoint{ID: fmt.Sprintf("node-%d", i), Addr: fmt.Sprintf("10.0.0.%d:80", i), Weight: w, Priority: 1})
	}
	return nodes
}

// every is all policies, seeded.
func every(seed uint64) []Policy {
	return []Policy{P2C(Seed(seed)), RoundRobin(Seed(seed)), WeightedRoundRobin(Seed(seed)), Random(Seed(seed))}
}

func pick(t testing.TB, p Picker, req *onramp.Request) *Node {
	t.Helper()
	n, err := p.Pick(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// count picks n times and returns how often each node was picked, by ID.
func count(t testing.TB, p Picker, n int) map[string]int {
	t.Helper()
	got, req := map[string]int{}, request()
	for range n {
		got[pick(t, p, req).Endpoint.ID]++
	}
	return got
}
