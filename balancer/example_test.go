package balancer_test

import (
	"context"
	"fmt"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/balancer"
)

func nodes(endpoints ...onramp.Endpoint) []*balancer.Node {
	var out []*balancer.Node
	for _, ep := range endpoints {
		out = append(out, balancer.NewNode(ep))
	}
	return out
}

func share(p balancer.Picker, calls int) map[string]int {
	got := map[string]int{}
	for range calls {
		n, err := p.Pick(context.Background(), &onramp.Request{})
		if err != nil {
			fmt.Println(err)
		}
		got[n.Endpoint.Addr]++
	}
	return got
}

// A node that answers ten times slower than the other is left alone.
func ExampleP2C() {
	set := nodes(onramp.Endpoint{Addr: "a:1"}, onramp.Endpoint{Addr: "b:1"})
	for i, latency := range []time.Duration{5 * time.Millisecond, 50 * time.Millisecond} {
		set[i].Begin() // the cluster does this for every attempt
		set[i].Done(onramp.Outcome{Latency: latency, At: time.Now()})
	}
	fmt.Println(share(balancer.P2C().Build(set), 100))
	// Output: map[a:1:100]
}

func ExampleRoundRobin() {
	p := balancer.RoundRobin().Build(nodes(onramp.Endpoint{Addr: "a:1"}, onramp.Endpoint{Addr: "b:1"}))
	fmt.Println(share(p, 100))
	// Output: map[a:1:50 b:1:50]
}

func ExampleWeightedRoundRobin() {
	p := balancer.WeightedRoundRobin().Build(nodes(
		onramp.Endpoint{Addr: "a:1", Weight: 300},
		onramp.Endpoint{Addr: "b:1", Weight: 100},
	))
	fmt.Println(share(p, 100))
	// Output: map[a:1:75 b:1:25]
}

func ExampleRandom() {
	p := balancer.Random(balancer.Seed(1)).Build(nodes(
		onramp.Endpoint{Addr: "a:1", Weight: 9},
		onramp.Endpoint{Addr: "b:1", Weight: 1},
	))
	got := share(p, 10_000)
	fmt.Println(got["a:1"] > 8_800 && got["a:1"] < 9_200)
	// Output: true
}

func ExampleSeed() {
	set := nodes(onramp.Endpoint{Addr: "a:1"}, onramp.Endpoint{Addr: "b:1"}, onramp.Endpoint{Addr: "c:1"})
	a := share(balancer.Random(balancer.Seed(42)).Build(set), 10)
	b := share(balancer.Random(balancer.Seed(42)).Build(set), 10)
	fmt.Println(fmt.Sprint(a) == fmt.Sprint(b))
	// Output: true
}

// The cluster counts what a node has to do.
func ExampleNewNode() {
	n := balancer.NewNode(onramp.Endpoint{ID: "greeter-1", Addr: "10.0.0.1:12200"})
	n.Begin()
	n.Begin()
	n.Done(onramp.Outcome{Latency: 3 * time.Millisecond, At: time.Now()})
	fmt.Println(n.InFlight(), n.Latency(), n.Failing())
	// Output: 1 3ms 0
}
