// Quickstart is a service and its caller in one program: a server of SOFA Bolt
// that answers probes, a client that calls it, and a shutdown that loses no call.
//
//	go run ./examples/quickstart          # one call, then the end
//	go run ./examples/quickstart -serve   # serves on 127.0.0.1:12200 until Ctrl-C
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/server"
)

type HelloRequest struct{ Name string }
type HelloReply struct{ Text string }

// sayHello says no by a business error, which speaks for a healthy server, as a plain
// one does: no circuit of a caller opens. A failure of its own, a database that is
// gone, it would return as an *onramp.Error with the code Unavailable.
func sayHello(_ context.Context, in *HelloRequest) (*HelloReply, error) {
	if in.Name == "" {
		return nil, onramp.Business(onramp.InvalidArgument, "the request has no name")
	}
	return &HelloReply{Text: "hello, " + in.Name}, nil
}

func main() {
	forever := flag.Bool("serve", false, "serve on 127.0.0.1:12200, with probes on 127.0.0.1:12201, until Ctrl-C")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	run := callOnce
	if *forever {
		run = serve
	}
	if err := run(ctx, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// newServer returns a server with the handlers of this service.
func newServer() (*server.Server, error) {
	s, err := server.New(server.WithCodec(bolt.New()))
	if err != nil {
		return nil, err
	}
	return s, server.Handle(s, "com.acme.Greeter/sayHello", sayHello)
}

// serve serves until ctx ends, and then finishes the calls under way.
func serve(ctx context.Context, out io.Writer) error {
	s, err := newServer()
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:12200")
	if err != nil {
		return err
	}
	probes := &http.Server{Addr: "127.0.0.1:12201", Handler: s.Health(), ReadHeaderTimeout: 5 * time.Second}
	defer probes.Close()
	go func() {
		if err := probes.ListenAndServe(); err != http.ErrServerClosed {
			log.Print(err)
		}
	}()
	fmt.Fprintln(out, "serving", l.Addr(), "until Ctrl-C")
	return s.Serve(ctx, l)
}

// callOnce serves on a free port, makes one call and shuts down.
func callOnce(ctx context.Context, out io.Writer) error {
	s, err := newServer()
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l) }()
	defer s.Close()

	c, err := client.New(client.WithCodec(bolt.New()))
	if err != nil {
		return err
	}
	defer c.Close()
	target := "bolt://" + l.Addr().String() + "/com.acme.Greeter/sayHello"
	hello := client.MethodOf[HelloRequest, HelloReply](c, target, client.Idempotent())
	reply, err := hello.Call(ctx, &HelloRequest{Name: "Ada"})
	if err != nil {
		return err
	}
	fmt.Fprintln(out, reply.Text)

	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		return err
	}
	return <-served
}
