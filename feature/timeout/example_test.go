package timeout_test

import (
	"context"
	"fmt"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/feature/timeout"
)

// A call that brings no deadline gets the policy's.
func ExampleStage() {
	h := timeout.Stage(300*time.Millisecond, func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
		fmt.Println("to be answered within", req.Deadline.Sub(req.Started()))
		return req.Reply(), nil
	})
	req := &onramp.Request{Service: "com.acme.Greeter", Method: "sayHello"}
	req.Start(time.Now()) // the client does this
	_, err := h(context.Background(), req)
	fmt.Println(err)

	over, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = h(over, req)
	fmt.Println(err)
	// Output:
	// to be answered within 300ms
	// <nil>
	// onramp: canceled (local): the call was over before it began, nothing was sent: context canceled
}
