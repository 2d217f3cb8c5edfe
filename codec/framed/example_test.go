package framed_test

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec/framed"
	"github.com/onrampmesh/onramp/onramptest"
)

// The engine's bounds and times are options; most programs need none.
func ExampleHeartbeat() {
	cd := framed.New(onramptest.PipeFramer{}, onramptest.PipeBody{},
		framed.MaxInFlight(256),                // calls of one connection
		framed.WriteBuffer(4<<20),              // bytes that wait for a slow peer
		framed.Heartbeat(5*time.Second),        // silence before a client asks
		framed.WriteTimeout(3*time.Second),     // without a byte taken
		framed.DrainIdle(200*time.Millisecond), // of a draining server connection
	)
	fmt.Println(cd.Name())
	// Output: pipe
}

// A handler that panics costs its own call only.
func ExampleOnPanic() {
	cd := framed.New(onramptest.LineFramer{}, onramptest.LineBody{},
		framed.OnPanic(func(target string, value any, _ []byte) { fmt.Println("panic in", target+":", value) }))
	here, there := net.Pipe()
	served := make(chan error, 1)
	go func() {
		served <- cd.Serve(context.Background(), there, func(context.Context, *onramp.Request) (*onramp.Response, error) {
			panic("out of paper")
		})
	}()
	conn, err := cd.Dial(context.Background(), here)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = conn.RoundTrip(context.Background(), &onramp.Request{
		Service: "com.acme.Printer", Method: "print", Body: onramp.Body{Value: "page"}, Deadline: time.Now().Add(time.Second),
	})
	fmt.Println(onramp.AsError(err).Code, cd.Counters().Panics)
	_ = conn.Close()
	<-served
	// Output:
	// panic in com.acme.Printer/print: out of paper
	// internal 1
}
