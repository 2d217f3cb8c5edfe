package bolt_test

import (
	"context"
	"fmt"
	"net"
	"time"

	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/codec/json"
	"github.com/onrampmesh/onramp/codec/protobuf"
)

// exchange makes one call over a connection in memory, as the pool and the
// server do it over a socket. use runs before the answer's buffer is given back.
func exchange(c codec.Codec, req *onramp.Request, h onramp.Handler, use func(*onramp.Response, error)) {
	here, there := net.Pipe()
	served := make(chan error, 1)
	go func() { served <- c.Serve(context.Background(), there, h) }()
	conn, err := c.Dial(context.Background(), here)
	if err != nil {
		fmt.Println(err)
		return
	}
	req.Deadline = time.Now().Add(5 * time.Second)
	resp, err := conn.RoundTrip(context.Background(), req)
	use(resp, err)
	if resp != nil {
		resp.Body.Release()
	}
	_ = conn.Close()
	<-served
}

// Without options a codec speaks JSON.
func ExampleNew() {
	type hello struct{ Name string }
	greet := func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
		var in hello
		if err := req.Body.Decode(&in); err != nil {
			return nil, err
		}
		fmt.Println("called", req.Target(), "version", req.Version)
		p := req.Reply()
		p.Body.Value = "hello " + in.Name
		return p, nil
	}
	req := &onramp.Request{Service: "com.acme.Greeter", Method: "sayHello", Body: onramp.Body{Value: &hello{"world"}}}
	exchange(bolt.New(), req, greet, func(p *onramp.Response, err error) {
		var out string
		if err == nil {
			err = p.Body.Decode(&out)
		}
		fmt.Println(out, err)
	})
	// Output:
	// called com.acme.Greeter/sayHello version 1.0
	// hello world <nil>
}

// An error that the handler returns on purpose reaches the caller as one.
func ExampleNew_businessError() {
	sold := func(context.Context, *onramp.Request) (*onramp.Response, error) {
		return nil, &onramp.Error{Code: onramp.FailedPrecondition, Business: true, Err: fmt.Errorf("sold out")}
	}
	exchange(bolt.New(), &onramp.Request{Service: "com.acme.Shop", Method: "buy"}, sold, func(_ *onramp.Response, err error) {
		e := onramp.AsError(err)
		fmt.Println(e.Code, e.Origin, e.Business, e.Err)
	})
	// Output: failed precondition remote true sold out
}

// Messages travel as Protobuf, everything else as JSON.
func ExampleWith() {
	c := bolt.New(bolt.With(bolt.Protobuf, protobuf.New()))
	echo := func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
		fmt.Println("codec", req.Body.Encoding)
		p := req.Reply()
		p.Body = onramp.Body{Raw: req.Body.Raw, Encoding: req.Body.Encoding}
		return p, nil
	}
	req := &onramp.Request{Service: "com.acme.Echo", Method: "echo", Body: onramp.Body{Value: wrapperspb.String("hi")}}
	exchange(c, req, echo, func(p *onramp.Response, err error) {
		var out wrapperspb.StringValue
		if err == nil {
			err = p.Body.Decode(&out)
		}
		fmt.Println(out.GetValue(), err)
	})
	// Output:
	// codec 11
	// hi <nil>
}

// A gateway passes bodies on without knowing what they are.
func ExampleRaw() {
	c := bolt.New(bolt.Raw(99))
	echo := func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
		p := req.Reply()
		p.Body = onramp.Body{Raw: req.Body.Raw, Encoding: req.Body.Encoding}
		return p, nil
	}
	req := &onramp.Request{Service: "com.acme.Echo", Method: "echo", Body: onramp.Body{Raw: []byte{1, 2, 3}}}
	exchange(c, req, echo, func(p *onramp.Response, err error) {
		fmt.Printf("codec %d, %x, %v\n", p.Body.Encoding, p.Body.Raw, err)
	})
	// Output: codec 99, 010203, <nil>
}

// Options can be checked before anything is built of them.
func ExampleCheck() {
	fmt.Println(bolt.Check(bolt.With(bolt.JSON, json.New()), bolt.MaxFrame(100)))
	// Output: bolt.MaxFrame(100): want 1024 to 268435456 bytes
}

// A tool takes frames apart without a connection.
func ExampleNewFramer() {
	framer, _ := bolt.NewFramer()
	capture := framer.AppendHeartbeat(nil, 7)
	n, _ := framer.Size(capture)
	var f codec.Frame
	err := framer.Decode(capture[:n], &f)
	fmt.Println(n, f.Kind == codec.Heartbeat, f.ID, err)
	// Output: 22 true 7 <nil>
}

// The header of a received request holds what is not a name.
func ExampleNewBody() {
	framer, _ := bolt.NewFramer()
	body, _ := bolt.NewBody()
	var f codec.Frame
	sent := &onramp.Request{Service: "com.acme.Greeter", Method: "sayHello"}
	sent.Header.Add("app", "shop")
	sent.Header.Add(bolt.UniqueID, "blue")
	_ = body.Request(&f, sent)
	frame, _ := framer.Append(nil, &f)
	_ = framer.Decode(frame, &f)
	var got onramp.Request
	err := body.OpenRequest(&f, &got)
	fmt.Println(got.Service, got.Version, got.Method, err)
	for k, v := range got.Header.All() {
		fmt.Println(k, v)
	}
	// Output:
	// com.acme.Greeter 1.0 sayHello <nil>
	// uniqueId blue
	// app shop
}
