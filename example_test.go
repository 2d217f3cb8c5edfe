package onramp_test

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/onrampmesh/onramp"
)

// An error says how far the call came, which decides whether it may be sent again.
func ExampleNewError() {
	err := onramp.NewError(onramp.Unavailable, onramp.Local, "no connection could be opened")
	fmt.Println(err)
	fmt.Println(err.Origin.Resendable(), errors.Is(err, onramp.Unavailable))
	// Output:
	// onramp: unavailable (local): no connection could be opened
	// true true
}

// Any error has a code and an origin; of a foreign one nothing is known, so that
// the call may have run.
func ExampleAsError() {
	for _, err := range []error{net.ErrClosed, context.DeadlineExceeded, fmt.Errorf("shop: %w", onramp.NewError(onramp.NotFound, onramp.Remote, "no such order"))} {
		e := onramp.AsError(err)
		fmt.Printf("%s, %s\n", e.Code, e.Origin)
	}
	// Output:
	// unknown, wire
	// deadline exceeded, wire
	// not found, remote
}

// stopwatch is told how a call really ended.
type stopwatch struct{}

func (stopwatch) End(req *onramp.Request, o onramp.Outcome) {
	fmt.Println(req.Target(), "ended:", o.Code, o.Origin)
}

// An observer hears of the real end of a call, once: of a stream, when its last
// message was read.
func ExampleRequest_Observe() {
	watched := func(next onramp.Handler) onramp.Handler {
		return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
			req.Observe(stopwatch{})
			return next(ctx, req)
		}
	}
	h := onramp.Chain(func(context.Context, *onramp.Request) (*onramp.Response, error) {
		return nil, onramp.NewError(onramp.Unavailable, onramp.Refused, "busy")
	}, watched)

	req := &onramp.Request{Service: "com.acme.Greeter", Method: "sayHello"}
	_, err := h.Do(context.Background(), req)
	req.End(onramp.Classify(err)) // the client and the server do this
	// Output: com.acme.Greeter/sayHello ended: unavailable refused
}

// upper is the serializer of a codec that a test made up.
type upper struct{}

func (upper) Decode(src []byte, into any) error {
	p, ok := into.(*string)
	if !ok {
		return fmt.Errorf("upper decodes into a *string, not into a %T", into)
	}
	*p = string(src)
	return nil
}

// A received body is decoded when somebody asks. It lives until Release.
func ExampleReceived() {
	body := onramp.Received([]byte("HELLO"), 7, upper{})
	var text string
	fmt.Println(body.Decode(&text), text)
	var copied []byte
	fmt.Println(body.Decode(&copied), len(copied))
	body.Release()
	// Output:
	// <nil> HELLO
	// <nil> 5
}

// A handler that says no on purpose returns a business error: the peer is healthy.
func ExampleBusiness() {
	err := onramp.Business(onramp.NotFound, "no such user")
	fmt.Println(err)
	fmt.Println(errors.Is(err, onramp.NotFound), onramp.Classify(err).Failed())
	// Output:
	// onramp: not found (remote): no such user
	// true false
}
