package client_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/balancer"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/feature"
	"github.com/onrampmesh/onramp/policy"
)

// Shown are the calls that each of two servers got of six.
func ExampleWithBalancer() {
	n, stop := network("10.0.0.1:12200", "10.0.0.2:12200")
	defer stop()
	calls := map[string]int{}
	c, err := client.New(client.WithCodec(bolt.New()), client.WithDialer(n.Dial), client.WithLogger(silent),
		client.WithDiscovery(discovery.Static("10.0.0.1:12200", "10.0.0.2:12200")),
		client.WithBalancer(balancer.RoundRobin()),
		client.WithAttemptInterceptor(func(next onramp.Handler) onramp.Handler {
			return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
				resp, err := next(ctx, req)
				calls[req.Attempt.Tried[0]]++
				return resp, err
			}
		}),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	sayHello := client.MethodOf[HelloRequest, HelloReply](c, "com.acme.Greeter/sayHello")
	for len(calls) < 2 { // until both are connected: calls do not wait for a dial
		if _, err := sayHello.Call(context.Background(), &HelloRequest{}); err != nil {
			fmt.Println(err)
			return
		}
	}
	clear(calls)
	for range 6 {
		_, _ = sayHello.Call(context.Background(), &HelloRequest{})
	}
	fmt.Println(calls)
	// Output: map[10.0.0.1:12200:3 10.0.0.2:12200:3]
}

// A policy is for all services, or for those that are named. A wrong one is
// refused with the path of its field.
func ExampleWithPolicy() {
	c, err := client.New(client.WithCodec(bolt.New()), client.WithLogger(silent),
		client.WithPolicy(&policy.Service{Timeout: 300 * time.Millisecond}),
		client.WithPolicy(&policy.Service{Timeout: 5 * time.Second, Retry: policy.Retry{Attempts: 1}}, "com.acme.Report"),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	err = c.SetPolicy("com.acme.Report", &policy.Service{Timeout: -1})
	fmt.Println(err)
	_, err = client.New(client.WithCodec(bolt.New()), client.WithPolicy(&policy.Service{Retry: policy.Retry{Attempts: 50}}))
	fmt.Println(err)
	// Output:
	// client: policy of com.acme.Report: policy: timeout is -1ns, want 1ms..24h
	// client: WithPolicy: policy: retry.attempts is 50, want 1..10
}

// A service can begin with its calls at a sidecar. A seed makes the shares of
// calls repeatable, for tests.
func ExampleWithPlan() {
	n, stop := network("127.0.0.1:15001")
	defer stop()
	plan, err := feature.Shares{Version: 7, Dial: feature.Scale, Lane: sidecar{}}.Plan()
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := client.New(client.WithCodec(bolt.New()), client.WithDialer(n.Dial), client.WithLogger(silent),
		client.WithDiscovery(discovery.Static("10.0.0.1:12200")),
		client.WithPlan("com.acme.Greeter", plan),
		client.WithSeed(1),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	out, err := client.Call[HelloReply](context.Background(), c, "com.acme.Greeter/sayHello", &HelloRequest{Name: "sidecar"})
	fmt.Println(out.Text, err)
	s := c.Status("com.acme.Greeter")[0]
	fmt.Println("plan", s.Desired, "desired,", s.Effective, "effective")
	// Output:
	// hello sidecar <nil>
	// plan 7 desired, 7 effective
}

// faults refuses every second call of a service, as a test of its callers.
type faults struct{ calls atomic.Int64 }

func (*faults) Feature() feature.Name { return feature.Fault }

func (f *faults) Wrap(p *feature.Path, next onramp.Handler) onramp.Handler {
	if p.Set.Modes[feature.Fault] == feature.Observe {
		return next // a sidecar has the feature
	}
	return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		if f.calls.Add(1)%2 == 0 {
			return nil, onramp.NewError(onramp.Aborted, onramp.Remote, "injected")
		}
		return next(ctx, req)
	}
}

func ExampleWithUnit() {
	n, stop := network("10.0.0.1:12200")
	defer stop()
	c, err := client.New(client.WithCodec(bolt.New()), client.WithDialer(n.Dial), client.WithLogger(silent),
		client.WithUnit(feature.Fault, func(string) feature.Unit { return &faults{} }))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	sayHello := client.MethodOf[HelloRequest, HelloReply](c, "bolt://10.0.0.1:12200/com.acme.Greeter/sayHello")
	for range 2 {
		_, err := sayHello.Call(context.Background(), &HelloRequest{})
		fmt.Println(errors.Is(err, onramp.Aborted))
	}
	// Output:
	// false
	// true
}

// A call without a reply ends when it is written.
func ExampleOneway() {
	fake := onramp.Handler(func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
		fmt.Println(req.Target(), req.Kind == onramp.Oneway)
		return req.Reply(), nil
	})
	note := client.MethodOf[HelloRequest, HelloReply](fake, "com.acme.Audit/note", client.Oneway())
	_, err := note.Call(context.Background(), &HelloRequest{Name: "Ada"})
	fmt.Println(err)
	// Output:
	// com.acme.Audit/note true
	// <nil>
}
