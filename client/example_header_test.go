package client_test

import (
	"context"
	"fmt"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
)

// Add a header to one call and read the reply's. A server's function has
// server.RequestOf for both.
func ExampleMethod_CallWith() {
	fake := onramp.Handler(func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
		resp := req.Reply()
		resp.Header.Set("cache", "hit")
		resp.Body.Value = &HelloReply{Text: "hello, " + req.Header.Get("tenant")}
		return resp, nil
	})
	sayHello := client.MethodOf[HelloRequest, HelloReply](fake, "com.acme.Greeter/sayHello")

	var got onramp.Header
	out, err := sayHello.CallWith(context.Background(), &HelloRequest{Name: "ann"},
		client.Header("tenant", "acme"), client.ReplyHeader(&got))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(out.Text)
	fmt.Println("cache:", got.Get("cache"))
	// Output:
	// hello, acme
	// cache: hit
}
