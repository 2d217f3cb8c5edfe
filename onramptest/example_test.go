package onramptest_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/codec/framed"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/onramptest"
	"github.com/onrampmesh/onramp/policy"
)

// A service is tested with a fake in place of its client.
func ExampleClient() {
	inTest(func(t *testing.T) {
		c := onramptest.Client(t,
			onramptest.Reply("com.acme.Greeter/sayHello", &HelloReply{Text: "hello, Ada"}))

		fmt.Println(Welcome(t.Context(), c, "Ada"))
	})
	// Output: hello, Ada <nil>
}

func ExampleReplyFunc() {
	inTest(func(t *testing.T) {
		c := onramptest.Client(t, onramptest.ReplyFunc("com.acme.Greeter/sayHello",
			func(_ context.Context, in *HelloRequest) (*HelloReply, error) {
				return &HelloReply{Text: "hello, " + in.Name}, nil
			}))

		fmt.Println(Welcome(t.Context(), c, "Grace"))
	})
	// Output: hello, Grace <nil>
}

// Rules of one target that answer a number of times are a sequence.
func ExampleFail() {
	inTest(func(t *testing.T) {
		c := onramptest.Client(t,
			onramptest.Fail("com.acme.Greeter/sayHello", onramp.Unavailable).Once(),
			onramptest.Reply("com.acme.Greeter/sayHello", &HelloReply{Text: "hello, Ada"}))

		for range 2 {
			fmt.Println(Welcome(t.Context(), c, "Ada"))
		}
	})
	// Output:
	//  no welcome for Ada: onramp: unavailable (remote) calling com.acme.Greeter/sayHello
	// hello, Ada <nil>
}

// Inside a bubble of testing/synctest a wait of thirty seconds takes no time.
func ExampleDelay() {
	begin := time.Now()
	inTest(func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := onramptest.Client(t, onramptest.Delay(30*time.Second,
				onramptest.Reply("com.acme.Greeter/sayHello", &HelloReply{Text: "hello at last"})))
			start := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			fmt.Println(Welcome(ctx, c, "Ada"))
			fmt.Println("in the bubble:", time.Since(start))
		})
	})
	fmt.Println("outside less than 5 s:", time.Since(begin) < 5*time.Second)
	// Output:
	// hello at last <nil>
	// in the bubble: 30s
	// outside less than 5 s: true
}

func ExampleRecorder() {
	inTest(func(t *testing.T) {
		var rec onramptest.Recorder
		c := onramp.Chain(onramptest.Client(t,
			onramptest.Reply("com.acme.Greeter/sayHello", &HelloReply{})), rec.Intercept)

		Welcome(t.Context(), c, "Ada")

		for _, call := range rec.Calls("com.acme.Greeter/sayHello") {
			fmt.Println(call.Target(), call.Body.(*HelloRequest).Name)
		}
	})
	// Output: com.acme.Greeter/sayHello Ada
}

func ExampleNewNetwork() {
	n := onramptest.NewNetwork()
	ln, _ := n.Listen("greeter:8080")
	nc, _ := n.Dial(context.Background(), "tcp", "greeter:8080")
	server, _ := ln.Accept()

	fmt.Fprint(server, "hello")
	b := make([]byte, 16)
	k, _ := nc.Read(b)
	fmt.Println(string(b[:k]))

	n.Cut("greeter:8080")
	_, err := nc.Read(b)
	fmt.Println(err)

	ln.Close()
	_, err = n.Dial(context.Background(), "tcp", "greeter:8080")
	fmt.Println(err)
	// Output:
	// hello
	// read tcp 127.0.0.1:40001->greeter:8080: read: connection reset by peer
	// dial tcp greeter:8080: connect: connection refused
}

func ExampleNewSource() {
	s := onramptest.NewSource()
	s.PushAddrs("10.0.0.1:80", "10.0.0.2:80")

	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan struct{}), make(chan error)
	go func() {
		ended <- s.Watch(ctx, discovery.Target{Service: "com.acme.Greeter"}, func(u discovery.Update) {
			fmt.Println(u.State, len(u.Endpoints))
			select {
			case <-ready:
			default:
				close(ready)
			}
		})
	}()
	<-ready
	s.PushAddrs("10.0.0.2:80") // returns when the watcher was told
	s.Gone()
	cancel()
	fmt.Println(<-ended)
	// Output:
	// known 2
	// known 1
	// gone 0
	// context canceled
}

// A circuit breaker that cools down for thirty seconds is tested in no time,
// through the whole client and over a network in memory.
func ExampleNewBackend() {
	inTest(func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			n, source, stream := onramptest.NewNetwork(), onramptest.NewSource(), onramptest.StreamCodec()
			b := onramptest.NewBackend(t, n, "greeter:8080", stream, onramptest.Client(t,
				onramptest.Reply("com.acme.Greeter/sayHello", &HelloReply{Text: "hello"})))
			source.Push(b.Endpoint())
			c, err := client.New(client.WithCodec(stream), client.WithDiscovery(source), client.WithDialer(n.Dial),
				client.WithLogger(slog.New(slog.DiscardHandler)),
				client.WithPolicy(&policy.Service{
					Retry:           policy.Retry{Disabled: true},
					EndpointBreaker: policy.Breaker{Disabled: true},
					ServiceBreaker:  policy.Breaker{Consecutive: 3, CoolDown: 30 * time.Second},
				}))
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()

			b.FailWith(onramp.Unavailable)
			for range 5 {
				Welcome(t.Context(), c, "Ada")
			}
			b.FailWith(nil)
			fmt.Println("open after attempts:", b.Attempts())
			time.Sleep(29 * time.Second)
			Welcome(t.Context(), c, "Ada")
			fmt.Println("after 29 s:", b.Attempts())
			time.Sleep(2 * time.Second)
			fmt.Println(Welcome(t.Context(), c, "Ada"))
		})
	})
	// Output:
	// open after attempts: 3
	// after 29 s: 3
	// hello <nil>
}

func ExampleStreamCodec() {
	stream, n := onramptest.StreamCodec(), onramptest.NewNetwork()
	ln, _ := n.Listen("clock:1")
	nc, _ := n.Dial(context.Background(), "tcp", "clock:1")
	server, _ := ln.Accept()
	served := make(chan error)
	go func() {
		served <- stream.Serve(context.Background(), server, func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
			for i := range 3 {
				if err := req.Stream.Send(i); err != nil {
					return nil, err
				}
			}
			return nil, nil
		})
	}()

	conn, _ := stream.Dial(context.Background(), nc)
	resp, _ := conn.RoundTrip(context.Background(), &onramp.Request{Service: "Clock", Method: "ticks", Kind: onramp.ServerStream})
	for {
		var tick int
		if err := resp.Stream.Recv(&tick); err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(tick)
	}
	conn.Close()
	fmt.Println(<-served)
	// Output:
	// 0
	// 1
	// 2
	// EOF
	// <nil>
}

// A new protocol is a Framer and a Body.
func ExampleLineFramer() {
	line, n := framed.New(onramptest.LineFramer{}, onramptest.LineBody{}), onramptest.NewNetwork()
	ln, _ := n.Listen("greeter:1")
	nc, _ := n.Dial(context.Background(), "tcp", "greeter:1")
	server, _ := ln.Accept()

	fmt.Fprint(nc, "CALL 1000000 com.acme.Greeter/sayHello - Ada\n")
	served := make(chan struct{})
	serve := func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
		var name string
		if err := req.Body.Decode(&name); err != nil {
			return nil, err
		}
		p := req.Reply()
		p.Body = onramp.Body{Value: "hello, " + name}
		return p, nil
	}
	go func() { line.Serve(context.Background(), server, serve); close(served) }()
	b := make([]byte, 64)
	k, _ := nc.Read(b)
	fmt.Print(string(b[:k]))
	nc.Close()
	<-served
	// Output: 0 - hello, Ada
}

// inTest runs f as the go command runs a test. It keeps the lines "=== RUN" and
// "--- PASS" of go test -v out of the example's output.
func inTest(f func(t *testing.T)) {
	out := os.Stdout
	quiet, err := os.Open(os.DevNull)
	if err != nil {
		panic(err)
	}
	defer quiet.Close()
	os.Stdout = quiet
	defer func() { os.Stdout = out }()
	var once sync.Once // whatever -count says
	test := testing.InternalTest{Name: "TestExample", F: func(t *testing.T) {
		once.Do(func() {
			os.Stdout = out
			defer func() { os.Stdout = quiet }()
			f(t)
		})
	}}
	if !testing.RunTests(func(_, _ string) (bool, error) { return true, nil }, []testing.InternalTest{test}) {
		panic("the example's test failed")
	}
}
