package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/server"
)

const target = "com.acme.Greeter/sayHello"

type helloRequest struct {
	Name string `json:"name"`
}

type helloReply struct {
	Text   string `json:"text"`
	Server string `json:"server"`
}

// work is how long a handler takes, so that calls are under way at each fault.
const work = 10 * time.Millisecond

// runServer serves until its standard input ends or ctx does.
func runServer(ctx context.Context, name string) error {
	s, err := server.New(server.WithCodec(bolt.New()))
	if err != nil {
		return err
	}
	err = server.Handle(s, target, func(_ context.Context, in *helloRequest) (*helloReply, error) {
		time.Sleep(work)
		return &helloReply{Text: "Hello, " + in.Name, Server: name}, nil
	})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("listening on", l.Addr())
	ctx, stop := context.WithCancel(ctx)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	return s.Serve(ctx, l)
}
