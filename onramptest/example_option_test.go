package onramptest_test

import (
	"context"
	"fmt"
	"io"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/codec/json"
	"github.com/onrampmesh/onramp/onramptest"
)

// A handler of its own answers what the other rules cannot: here, with a header.
func ExampleHandle() {
	inTest(func(t *testing.T) {
		c := onramptest.Client(t, onramptest.Handle("com.acme.Greeter/*", func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
			p := req.Reply()
			p.Header.Set("served-by", "a fake")
			p.Body.Value = &HelloReply{Text: "hello from " + req.Method}
			return p, nil
		}))

		fmt.Println(Welcome(t.Context(), c, "Ada"))
	})
	// Output: hello from sayHello <nil>
}

// The fake of a streaming method sends what it was given, and then the end.
func ExampleMessages() {
	inTest(func(t *testing.T) {
		c := onramptest.Client(t, onramptest.Messages("com.acme.Clock/ticks", 1, 2, onramp.Unavailable))

		ticks := client.StreamOf[HelloRequest, int](c, "com.acme.Clock/ticks", onramp.ServerStream)
		s, err := ticks.Open(t.Context())
		for err == nil {
			var tick *int
			if tick, err = s.Recv(); err == nil {
				fmt.Println(*tick)
			}
		}
		fmt.Println(err == io.EOF, onramp.AsError(err).Code)
	})
	// Output:
	// 1
	// 2
	// false unavailable
}

// A source of its own scheme, whose word is the operator's: a client believes
// its losses at once.
func ExampleAuthoritative() {
	s := onramptest.NewSource(onramptest.SourceScheme("lab", "rack"), onramptest.Authoritative())
	s.PushAddrs("10.0.0.1:80")
	fmt.Println(s.Scheme(), s.Params(), s.Authoritative())
	// Output: lab [rack] true
}

// A small buffer shows what a caller does when its peer reads slowly.
func ExampleBuffer() {
	n := onramptest.NewNetwork(onramptest.Buffer(4))
	ln, _ := n.Listen("slow:1")
	nc, _ := n.Dial(context.Background(), "tcp", "slow:1")
	peer, _ := ln.Accept()
	read := make(chan string)
	go func() {
		b, _ := io.ReadAll(peer)
		read <- string(b)
	}()
	fmt.Fprint(nc, "more than four bytes") // waits for the reader, four bytes at a time
	nc.Close()
	fmt.Println(<-read)
	peer.Close()
	ln.Close()
	// Output: more than four bytes
}

// The bounds of the streaming protocol are options.
func ExampleStreamMaxMessage() {
	stream := onramptest.StreamCodec(
		onramptest.StreamSerializer(json.New()),
		onramptest.StreamMaxCalls(1),
		onramptest.StreamMaxMessage(16),
	)
	n := onramptest.NewNetwork()
	ln, _ := n.Listen("clock:1")
	nc, _ := n.Dial(context.Background(), "tcp", "clock:1")
	server, _ := ln.Accept()
	served := make(chan error)
	go func() {
		served <- stream.Serve(context.Background(), server, func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
			return nil, req.Stream.Recv(new(string))
		})
	}()
	conn, _ := stream.Dial(context.Background(), nc)
	resp, _ := conn.RoundTrip(context.Background(), &onramp.Request{Service: "Clock", Method: "set", Kind: onramp.ClientStream})
	_, err := conn.RoundTrip(context.Background(), &onramp.Request{Service: "Clock", Method: "set", Kind: onramp.ClientStream})
	fmt.Println("a second call:", onramp.AsError(err).Code)
	err = resp.Stream.Send("a message of more than sixteen bytes")
	fmt.Println("a long message:", onramp.AsError(err).Code)
	conn.Close()
	<-served
	// Output:
	// a second call: resource exhausted
	// a long message: invalid argument
}
