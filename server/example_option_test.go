package server_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/server"
)

// serving starts a server on a free port; stop closes it and waits.
func serving(s *server.Server) (addr string, stop func()) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(context.Background(), l) }()
	return l.Addr().String(), func() { s.Close(); <-served }
}

func saying(text string) func(context.Context, *HelloRequest) (*HelloReply, error) {
	return func(_ context.Context, in *HelloRequest) (*HelloReply, error) {
		return &HelloReply{Text: text + " " + in.Name}, nil
	}
}

// Interceptors stand around every handler, the first one outermost.
func ExampleWithInterceptor() {
	named := func(next onramp.Handler) onramp.Handler {
		return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
			fmt.Println("called:", req.Target(), "over", req.Peer.Protocol)
			return next(ctx, req)
		}
	}
	s, err := server.New(server.WithCodec(bolt.New()), server.WithInterceptor(named))
	if err != nil {
		panic(err)
	}
	if err := server.Handle(s, "com.acme.Greeter/sayHello", saying("hello")); err != nil {
		panic(err)
	}
	addr, stop := serving(s)
	defer stop()
	fmt.Println(callOnce(addr, "com.acme.Greeter", "sayHello", &HelloRequest{Name: "ann"}))
	// Output:
	// called: com.acme.Greeter/sayHello over bolt
	// hello ann
}

// A server that runs as many handlers as it may answers busy, and the caller may
// send the call elsewhere: it did not run.
func ExampleWithMaxConcurrent() {
	s, err := server.New(server.WithCodec(bolt.New()),
		server.WithMaxConcurrent(1),
		server.WithMaxConns(100),
		server.WithMaxConnsPerPeer(10),
	)
	if err != nil {
		panic(err)
	}
	began, end := make(chan struct{}), make(chan struct{})
	err = server.Handle(s, "com.acme.Report/make", func(context.Context, *HelloRequest) (*HelloReply, error) {
		close(began)
		<-end
		return &HelloReply{Text: "a report"}, nil
	})
	if err != nil {
		panic(err)
	}
	addr, stop := serving(s)
	defer stop()
	first := make(chan string)
	go func() { first <- callOnce(addr, "com.acme.Report", "make", &HelloRequest{}) }()
	<-began
	fmt.Println(strings.HasPrefix(callOnce(addr, "com.acme.Report", "make", &HelloRequest{}), "onramp: resource exhausted (refused)"))
	close(end)
	fmt.Println(<-first)
	// Output:
	// true
	// a report
}

// A panic is one error reply, and the logger gets its stack. WithCrashOnPanic
// would let it end the process.
func ExampleWithCrashOnPanic() {
	for _, opts := range [][]server.Option{nil, {server.WithCrashOnPanic()}} {
		s, err := server.New(append(opts, server.WithCodec(bolt.New()), server.WithLogger(slog.New(slog.DiscardHandler)))...)
		if err != nil {
			panic(err)
		}
		err = server.Handle(s, "com.acme.Greeter/sayHello", func(context.Context, *HelloRequest) (*HelloReply, error) {
			panic("no greeting today")
		})
		if err != nil {
			panic(err)
		}
		addr, stop := serving(s)
		if opts == nil { // the other one would end this test
			fmt.Println(strings.HasPrefix(callOnce(addr, "com.acme.Greeter", "sayHello", &HelloRequest{}), "onramp: internal (remote)"))
		}
		stop()
	}
	// Output: true
}

// bulletin is where servers announce themselves.
type bulletin struct{ news chan string }

func (r bulletin) Register(ctx context.Context, service string, ep onramp.Endpoint) error {
	r.news <- fmt.Sprintf("%s: %s, weight %d", service, ep.Addr, ep.Weight)
	<-ctx.Done()
	r.news <- service + ": gone"
	return ctx.Err()
}

// A server announces itself while it serves, here under its application's name
// and with an address that others reach it by.
func ExampleWithRegistrar() {
	r := bulletin{news: make(chan string, 10)}
	s, err := server.New(server.WithCodec(bolt.New()),
		server.WithRegistrar(r),
		server.WithName("greeter"),
		server.WithEndpoint(onramp.Endpoint{Addr: "10.0.0.7:12200", Weight: 3}),
		server.WithDrainBound(server.StageWait, time.Millisecond), // 2 s by default
	)
	if err != nil {
		panic(err)
	}
	_, stop := serving(s)
	fmt.Println(<-r.news)
	_ = s.Shutdown(context.Background())
	fmt.Println(<-r.news)
	stop()
	// Output:
	// greeter: 10.0.0.7:12200, weight 3
	// greeter: gone
}

// Of several handlers of a method, the one that names most of a call takes it.
func ExampleGroup() {
	s, err := server.New(server.WithCodec(bolt.New()))
	if err != nil {
		panic(err)
	}
	defer s.Close()
	fmt.Println(server.Handle(s, "com.acme.Greeter/sayHello", saying("hello")))
	fmt.Println(server.Handle(s, "com.acme.Greeter/sayHello", saying("hi"), server.Group("friends")))
	fmt.Println(server.Handle(s, "com.acme.Greeter/sayHello", saying("hey"), server.Group("friends"), server.UniqueID("blue")))
	// Output:
	// <nil>
	// <nil>
	// <nil>
}

// A handler that only passes calls on lets the caller know when a call went
// nowhere.
func ExampleForwarding() {
	s, err := server.New(server.WithCodec(bolt.New()))
	if err != nil {
		panic(err)
	}
	away := func(context.Context, *onramp.Request) (*onramp.Response, error) {
		return nil, onramp.NewError(onramp.Unavailable, onramp.Local, "the next server is away")
	}
	if err := s.HandleFunc("com.acme.Gateway/pass", away, server.Forwarding()); err != nil {
		panic(err)
	}
	if err := s.HandleFunc("com.acme.Greeter/sayHello", away); err != nil {
		panic(err)
	}
	addr, stop := serving(s)
	defer stop()
	for _, target := range []string{"com.acme.Gateway/pass", "com.acme.Greeter/sayHello"} {
		service, method, _ := strings.Cut(target, "/")
		text, _, _ := strings.Cut(callOnce(addr, service, method, &HelloRequest{}), ")")
		fmt.Println(text + ")")
	}
	// Output:
	// onramp: unavailable (refused)
	// onramp: unavailable (remote)
}
