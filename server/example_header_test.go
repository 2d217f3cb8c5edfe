package server_test

import (
	"context"
	"fmt"
	"net"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/server"
)

// Add and read a header, on both sides.
func ExampleRequestOf() {
	s, err := server.New(server.WithCodec(bolt.New()))
	if err != nil {
		panic(err)
	}
	err = server.Handle(s, "com.acme.Greeter/sayHello", func(ctx context.Context, in *HelloRequest) (*HelloReply, error) {
		req := server.RequestOf(ctx)
		req.ReplyHeader().Set("cache", "miss")
		return &HelloReply{Text: "hello " + in.Name + " of " + req.Header.Get("tenant")}, nil
	})
	if err != nil {
		panic(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() { _ = s.Serve(context.Background(), l) }()
	defer s.Close()

	c, err := client.New(client.WithCodec(bolt.New()))
	if err != nil {
		panic(err)
	}
	defer c.Close()
	sayHello := client.MethodOf[HelloRequest, HelloReply](c, "bolt://"+l.Addr().String()+"/com.acme.Greeter/sayHello")
	var got onramp.Header
	out, err := sayHello.CallWith(context.Background(), &HelloRequest{Name: "ann"},
		client.Header("tenant", "acme"), client.ReplyHeader(&got))
	if err != nil {
		panic(err)
	}
	fmt.Println(out.Text)
	fmt.Println("cache:", got.Get("cache"))
	// Output:
	// hello ann of acme
	// cache: miss
}
