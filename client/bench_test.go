package client

import (
	"context"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/feature"
)

// BenchmarkChain is the client's whole chain over a hop that costs nothing:
// generation, hash, deadline, retry armed with its budget, service breaker.
func BenchmarkChain(b *testing.B) {
	h := instant(time.Now().Add(time.Second), &onramp.Response{})
	c, err := New(WithCodec(named("fake")), WithDiscovery(scheme("list")), func(c *config) error {
		c.hop = func(*Client, hopConfig) (hop, error) { return h, nil }
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	m := MethodOf[message, message](c, "com.acme.Greeter/sayHello", Idempotent())
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		req := &onramp.Request{}
		m.fill(req)
		for pb.Next() {
			req.Deadline = time.Time{}
			if _, err := m.do(ctx, req); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// BenchmarkCall is the same with the typed face: a pooled request, a reply.
func BenchmarkCall(b *testing.B) {
	c := dial(b, echo)
	m := MethodOf[message, message](c, "com.acme.Greeter/sayHello", Idempotent())
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		in := &message{"x"}
		for pb.Next() {
			if _, err := m.Call(ctx, in); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// BenchmarkOwner is the ownership decision of a call: its hash, and the pipeline
// of its step.
func BenchmarkOwner(b *testing.B) {
	plan, err := feature.Shares{Dial: 5000, Lane: &scripted{name: "envoy"}, Governance: map[feature.Name]uint16{feature.Retry: 1000, feature.Routing: 2000}}.Plan()
	if err != nil {
		b.Fatal(err)
	}
	c := dial(b, echo, WithPlan("S", plan))
	m, err := c.read("S/m")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		req := &onramp.Request{}
		for pb.Next() {
			_ = m.current.Load().pick(c.hashes.draw(req))
		}
	})
}

// BenchmarkFlight is what it costs to count a call in and out of its generation.
func BenchmarkFlight(b *testing.B) {
	m, err := dial(b, echo).read("S/m")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		slot := uint32(0)
		for pb.Next() {
			m.enter(slot).gen.leave(slot)
		}
	})
}

func BenchmarkDoByName(b *testing.B) {
	c := dial(b, echo)
	b.ReportAllocs()
	n := names{service: "com.acme.Greeter", method: "sayHello"}
	if _, err := c.lookup(n); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, ok := c.names.get(n); !ok {
			b.Fatal("not found")
		}
	}
}
