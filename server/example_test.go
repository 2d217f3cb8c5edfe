package server_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/onramptest"
	"github.com/onrampmesh/onramp/server"
)

type HelloRequest struct{ Name string }
type HelloReply struct{ Text string }

func Example() {
	s, err := server.New(server.WithCodec(bolt.New()))
	if err != nil {
		panic(err)
	}
	err = server.Handle(s, "com.acme.Greeter/sayHello", func(_ context.Context, in *HelloRequest) (*HelloReply, error) {
		return &HelloReply{Text: "hello " + in.Name}, nil
	})
	if err != nil {
		panic(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(context.Background(), l) }()

	fmt.Println(callOnce(l.Addr().String(), "com.acme.Greeter", "sayHello", &HelloRequest{Name: "ann"}))

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	fmt.Println("shutdown:", s.Shutdown(ctx))
	fmt.Println("serve:", <-served)
	// Output:
	// hello ann
	// shutdown: <nil>
	// serve: <nil>
}

// callOnce makes one call over a connection of its own; programs use package client.
func callOnce(addr, service, method string, in any) (text string) {
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		return err.Error()
	}
	c, err := bolt.New().Dial(context.Background(), nc)
	if err != nil {
		return err.Error()
	}
	defer c.Close()
	req := &onramp.Request{Service: service, Method: method, Deadline: time.Now().Add(5 * time.Second)}
	req.Body.Value = in
	p, err := c.RoundTrip(context.Background(), req)
	if err != nil {
		return err.Error()
	}
	defer p.Body.Release()
	var out HelloReply
	if err := p.Body.Decode(&out); err != nil {
		return err.Error()
	}
	return out.Text
}

func ExampleServer_Health() {
	s, err := server.New(server.WithCodec(bolt.New()))
	if err != nil {
		panic(err)
	}
	defer s.Close()
	probes := httptest.NewServer(s.Health()) // in a service: http.ListenAndServe(":8081", s.Health())
	defer probes.Close()

	show := func() {
		resp, err := http.Get(probes.URL + "/readyz")
		if err != nil {
			panic(err)
		}
		defer resp.Body.Close()
		fmt.Println(resp.Status, s.Ready())
	}
	show()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() { _ = s.Serve(context.Background(), l) }()
	for !s.Ready() {
		runtime.Gosched()
	}
	show()
	http.DefaultClient.CloseIdleConnections()
	// Output:
	// 503 Service Unavailable false
	// 200 OK true
}

func ExampleServer_HandleFunc() {
	s, err := server.New(server.WithCodec(bolt.New()))
	if err != nil {
		panic(err)
	}
	defer s.Close()
	// A raw handler sees the whole request: header, peer, undecoded body.
	err = s.HandleFunc("com.acme.Greeter/sayHello", func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
		var in HelloRequest
		if err := req.Body.Decode(&in); err != nil {
			return nil, onramp.NewError(onramp.InvalidArgument, onramp.Remote, err.Error())
		}
		p := req.Reply()
		p.Header.Set("served-over", req.Peer.Protocol)
		p.Body.Value = &HelloReply{Text: "hello " + in.Name}
		return p, nil
	})
	fmt.Println(err)
	// A handler for the same target needs another version or group.
	err = s.HandleFunc("com.acme.Greeter/sayHello", nil)
	fmt.Println(err)
	// Output:
	// <nil>
	// server: handler of com.acme.Greeter/sayHello: it is nil
}

func ExampleHandleStream() {
	s, err := server.New(server.WithCodec(onramptest.StreamCodec())) // any protocol that has streams
	if err != nil {
		panic(err)
	}
	defer s.Close()
	err = server.HandleStream(s, "com.acme.Greeter/greetAll", func(_ context.Context, st *server.Stream[HelloRequest, HelloReply]) error {
		for {
			in, err := st.Recv()
			if err == io.EOF { // the caller has sent all
				return nil
			}
			if err != nil {
				return err
			}
			if err := st.Send(&HelloReply{Text: "hello " + in.Name}); err != nil {
				return err
			}
		}
	})
	if err != nil {
		panic(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() { _ = s.Serve(context.Background(), l) }()

	nc, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		panic(err)
	}
	c, err := onramptest.StreamCodec().Dial(context.Background(), nc)
	if err != nil {
		panic(err)
	}
	defer c.Close()
	p, err := c.RoundTrip(context.Background(), &onramp.Request{Service: "com.acme.Greeter", Method: "greetAll", Kind: onramp.BidiStream})
	if err != nil {
		panic(err)
	}
	for _, name := range []string{"ann", "bob"} {
		_ = p.Stream.Send(&HelloRequest{Name: name})
	}
	_ = p.Stream.CloseSend()
	for {
		var out HelloReply
		if err := p.Stream.Recv(&out); err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(out.Text)
	}
	// Output:
	// hello ann
	// hello bob
	// EOF
}

func ExampleVersion() {
	s, err := server.New(server.WithCodec(bolt.New()))
	if err != nil {
		panic(err)
	}
	defer s.Close()
	hello := func(text string) func(context.Context, *HelloRequest) (*HelloReply, error) {
		return func(_ context.Context, in *HelloRequest) (*HelloReply, error) {
			return &HelloReply{Text: text + in.Name}, nil
		}
	}
	// Calls of version 2.0 go to the second handler, all others to the first.
	fmt.Println(server.Handle(s, "com.acme.Greeter/sayHello", hello("hello ")))
	fmt.Println(server.Handle(s, "com.acme.Greeter/sayHello", hello("hi "), server.Version("2.0")))
	fmt.Println(server.Handle(s, "com.acme.Greeter/sayHello", hello("hey "), server.Version("2.0")))
	// Output:
	// <nil>
	// <nil>
	// server: handler of com.acme.Greeter/sayHello in version "2.0": there is one already
}

func ExampleWithDrainHook() {
	s, err := server.New(server.WithCodec(bolt.New()),
		server.WithDrainBound(server.StageFinish, 30*time.Second),
		server.WithDrainHook(func(_ context.Context, stage server.Stage) { fmt.Println(stage) }),
	)
	if err != nil {
		panic(err)
	}
	_ = s.Shutdown(context.Background())
	// Output:
	// not ready
	// deregister
	// wait
	// signal
	// finish
	// close
}
