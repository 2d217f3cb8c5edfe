package balancer

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
)

func benchNodes(n int, equal bool) []*Node {
	nodes := make([]*Node, n)
	for i := range nodes {
		ep := onramp.Endpoint{ID: fmt.Sprintf("node-%d", i), Weight: 1}
		if !equal {
			ep.Weight = uint32(1 + i%3)
		}
		nodes[i] = NewNode(ep)
		nodes[i].Done(onramp.Outcome{Latency: time.Duration(i%7+1) * time.Millisecond, At: time.Now().Add(-time.Duration(i*37%2000) * time.Millisecond)})
		nodes[i].Begin()
	}
	return nodes
}

// BenchmarkPick is a pick alone: no other core writes what it reads.
func BenchmarkPick(b *testing.B) {
	for _, p := range []Policy{P2C(), RoundRobin(), WeightedRoundRobin(), Random()} {
		for _, equal := range []bool{true, false} {
			for _, n := range []int{1, 3, 100, 1000} {
				name := fmt.Sprintf("%s/equal=%t/nodes=%d", p.Name(), equal, n)
				b.Run(name, func(b *testing.B) { benchPick(b, p.Build(benchNodes(n, equal))) })
			}
		}
	}
}

func benchPick(b *testing.B, picker Picker) {
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		ctx, req := context.Background(), request()
		for pb.Next() {
			if _, err := picker.Pick(ctx, req); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// BenchmarkPickBeginDone is what one attempt costs altogether.
func BenchmarkPickBeginDone(b *testing.B) {
	for _, n := range []int{1, 3, 1000} {
		b.Run(fmt.Sprintf("p2c/nodes=%d", n), func(b *testing.B) {
			picker := P2C().Build(benchNodes(n, true))
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				ctx, req := context.Background(), request()
				o := onramp.Outcome{Latency: time.Millisecond, At: time.Now()}
				for pb.Next() {
					n, err := picker.Pick(ctx, req)
					if err != nil {
						b.Error(err)
						return
					}
					n.Begin()
					n.Done(o)
				}
			})
		})
	}
}

// BenchmarkPickAgain is the pick of a retry.
func BenchmarkPickAgain(b *testing.B) {
	picker := P2C().Build(benchNodes(3, true))
	ctx, req := context.Background(), request()
	req.Attempt.Tried = []string{"node-1"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := picker.Pick(ctx, req); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBuild is what a change of endpoints costs.
func BenchmarkBuild(b *testing.B) {
	for _, p := range []Policy{P2C(), WeightedRoundRobin()} {
		b.Run(p.Name(), func(b *testing.B) {
			nodes := benchNodes(5000, false)
			b.ReportAllocs()
			for b.Loop() {
				p.Build(nodes)
			}
		})
	}
}
