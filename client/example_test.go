package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/feature"
	"github.com/onrampmesh/onramp/onramptest"
)

type (
	HelloRequest struct{ Name string }
	HelloReply   struct{ Text string }
)

// greet is what a server of com.acme.Greeter does.
func greet(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
	var in HelloRequest
	if err := req.Body.Decode(&in); err != nil {
		return nil, err
	}
	resp := req.Reply()
	resp.Body.Value = &HelloReply{Text: "hello " + in.Name}
	return resp, nil
}

// network is a network in memory with a Greeter that speaks Bolt at each address.
func network(addrs ...string) (n *onramptest.Network, stop func()) {
	n = onramptest.NewNetwork()
	ctx, cancel := context.WithCancel(context.Background())
	var closers []io.Closer
	for _, addr := range addrs {
		l, err := n.Listen(addr)
		if err != nil {
			panic(err)
		}
		closers = append(closers, l)
		go accept(ctx, l)
	}
	return n, func() {
		cancel()
		for _, c := range closers {
			_ = c.Close()
		}
	}
}

func accept(ctx context.Context, l net.Listener) {
	for {
		nc, err := l.Accept()
		if err != nil {
			return
		}
		go func() { _ = bolt.New().Serve(ctx, nc, greet) }()
	}
}

var silent = slog.New(slog.DiscardHandler)

func ExampleNew() {
	n, stop := network("10.0.0.1:12200", "10.0.0.2:12200")
	defer stop()
	c, err := client.New(
		client.WithCodec(bolt.New()),
		client.WithDiscovery(discovery.Static("10.0.0.1:12200", "10.0.0.2:12200")),
		client.WithDialer(n.Dial), // the network of this example; leave it out
		client.WithLogger(silent),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	sayHello := client.MethodOf[HelloRequest, HelloReply](c, "com.acme.Greeter/sayHello", client.Idempotent())
	out, err := sayHello.Call(context.Background(), &HelloRequest{Name: "world"})
	fmt.Println(out.Text, err)
	// Output: hello world <nil>
}

func ExampleNew_wrong() {
	_, err := client.New(client.WithDiscovery(discovery.Static("10.0.0.1:12200")))
	fmt.Println(err)
	// Output: client: WithCodec: a client needs a protocol: hand it one, like bolt.New()
}

// A method stands on a fake as it does on a Client.
func ExampleMethodOf() {
	fake := onramp.Handler(func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
		resp := req.Reply()
		resp.Body.Value = &HelloReply{Text: "hello from a fake"}
		return resp, nil
	})
	sayHello := client.MethodOf[HelloRequest, HelloReply](fake, "com.acme.Greeter/sayHello", client.Timeout(50*time.Millisecond))
	out, err := sayHello.Call(context.Background(), &HelloRequest{Name: "world"})
	fmt.Println(out.Text, err)

	wrong := client.MethodOf[HelloRequest, HelloReply](fake, "com.acme.Greeter")
	fmt.Println(errors.Is(wrong.Err(), onramp.InvalidArgument))
	// Output:
	// hello from a fake <nil>
	// true
}

func ExampleCall() {
	n, stop := network("10.0.0.1:12200")
	defer stop()
	c, err := client.New(client.WithCodec(bolt.New()), client.WithDialer(n.Dial), client.WithLogger(silent))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	// A target may list its addresses; then no source is needed.
	out, err := client.Call[HelloReply](context.Background(), c, "bolt://10.0.0.1:12200/com.acme.Greeter/sayHello", &HelloRequest{Name: "world"})
	fmt.Println(out.Text, err)
	// Output: hello world <nil>
}

// Interceptors of a call see it once; those of attempts see each sending of it.
func ExampleWithInterceptor() {
	n, stop := network("10.0.0.2:12200") // nobody listens at 10.0.0.1
	defer stop()
	named := func(name string) onramp.Interceptor {
		return func(next onramp.Handler) onramp.Handler {
			return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
				fmt.Println(name, req.Attempt.Number)
				return next(ctx, req)
			}
		}
	}
	first := true
	refuseFirst := func(next onramp.Handler) onramp.Handler {
		return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
			if first {
				first = false
				return nil, onramp.NewError(onramp.Unavailable, onramp.Refused, "the peer is busy")
			}
			return next(ctx, req)
		}
	}
	c, err := client.New(client.WithCodec(bolt.New()), client.WithDialer(n.Dial), client.WithLogger(silent),
		client.WithInterceptor(named("call")),
		client.WithAttemptInterceptor(named("attempt"), refuseFirst),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	out, err := client.Call[HelloReply](context.Background(), c, "bolt://10.0.0.2:12200/com.acme.Greeter/sayHello", &HelloRequest{Name: "again"})
	fmt.Println(out.Text, err)
	// Output:
	// call 1
	// attempt 1
	// attempt 2
	// hello again <nil>
}

// sidecar is the lane to a proxy that listens on a local port.
type sidecar struct{}

func (sidecar) Name() string { return "sidecar" }

func (sidecar) Address(service string) (discovery.Target, bool) {
	return discovery.Target{Scheme: discovery.Direct, Authority: "127.0.0.1:15001", Service: service}, true
}

func (sidecar) Dress(req *onramp.Request, set *feature.Set) {
	if !set.Moved(feature.Retry) {
		req.Header.Set("x-proxy-max-retries", "0") // this process retries, the proxy must not
	}
}

func (sidecar) Classify(_ *onramp.Response, err error) onramp.Outcome { return onramp.Classify(err) }

// A plan moves features to a sidecar, by shares of calls, while calls run.
func ExampleClient_SetPlan() {
	n, stop := network("10.0.0.1:12200", "127.0.0.1:15001")
	defer stop()
	c, err := client.New(client.WithCodec(bolt.New()), client.WithDialer(n.Dial), client.WithLogger(silent),
		client.WithDiscovery(discovery.Static("10.0.0.1:12200")),
		client.WithRecorder(func(r client.Record) {
			fmt.Println("plan", r.Plan, "- balancing:", r.Owner(feature.Balancing), "- retry:", r.Owner(feature.Retry))
		}),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	call := func() {
		if _, err := client.Call[HelloReply](context.Background(), c, "com.acme.Greeter/sayHello", &HelloRequest{}); err != nil {
			fmt.Println(err)
		}
	}
	call()
	plan, err := feature.Shares{Version: 1, Dial: feature.Scale, Lane: sidecar{}}.Plan()
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := c.SetPlan("com.acme.Greeter", plan); err != nil {
		fmt.Println(err)
		return
	}
	call()

	_, err = feature.Shares{Version: 2, Dial: 100, Governance: map[feature.Name]uint16{feature.Retry: 500}, Lane: sidecar{}}.Plan()
	fmt.Println(err)
	// Output:
	// plan 0 - balancing: process - retry: process
	// plan 1 - balancing: sidecar - retry: process
	// feature: plan 2 breaks the rule governance-needs-dial: retry has the share 500 and the dial group 100; governance needs dial at the sidecar
}

// A stream ends when Recv returns an error; io.EOF is the clean end.
func ExampleStreamOf() {
	shout := onramp.Handler(func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
		for {
			var in HelloRequest
			if err := req.Stream.Recv(&in); errors.Is(err, io.EOF) {
				return req.Reply(), nil
			} else if err != nil {
				return nil, err
			}
			if err := req.Stream.Send(&HelloReply{Text: "hello " + in.Name}); err != nil {
				return nil, err
			}
		}
	})
	n, stream := onramptest.NewNetwork(), onramptest.StreamCodec()
	l, err := n.Listen("10.0.0.1:1")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		if nc, err := l.Accept(); err == nil {
			_ = stream.Serve(ctx, nc, shout)
		}
	}()
	c, err := client.New(client.WithCodec(stream), client.WithDialer(n.Dial), client.WithLogger(silent))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()

	chat, err := client.StreamOf[HelloRequest, HelloReply](c, "stream://10.0.0.1:1/com.acme.Greeter/chat", onramp.BidiStream).Open(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, name := range []string{"one", "two"} {
		if err := chat.Send(&HelloRequest{Name: name}); err != nil {
			fmt.Println(err)
		}
	}
	_ = chat.CloseSend()
	for {
		out, err := chat.Recv()
		if err != nil {
			fmt.Println(errors.Is(err, io.EOF))
			return
		}
		fmt.Println(out.Text)
	}
	// Output:
	// hello one
	// hello two
	// true
}
