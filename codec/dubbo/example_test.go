package dubbo_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/dubbo"
	"github.com/onrampmesh/onramp/codec/framed"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

// exchange makes one call over a connection in memory, as the pool and the server do it
// over a socket. use runs before the answer's buffer is given back.
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

// greeted is a Java class with its fields.
type greeted struct {
	Name  string
	Times int32
}

// JavaClassName is what dubbo-go's users have already.
func (greeted) JavaClassName() string { return "com.acme.Greeted" }

// A struct is an object of the class that it names.
func ExampleNew() {
	greet := func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
		var in greeted
		if err := req.Body.Decode(&in); err != nil {
			return nil, err
		}
		fmt.Println("called", req.Target(), "version", req.Version)
		p := req.Reply()
		p.Body.Value = fmt.Sprint("hello ", in.Name, " ", in.Times)
		return p, nil
	}
	req := &onramp.Request{Service: "com.acme.Greeter", Version: "1.0", Method: "greet", Body: onramp.Body{Value: &greeted{"world", 3}}}
	exchange(dubbo.New(), req, greet, func(p *onramp.Response, err error) {
		var out string
		if err == nil {
			err = p.Body.Decode(&out)
		}
		fmt.Println(out, err)
	})
	// Output:
	// called com.acme.Greeter/greet version 1.0
	// hello world 3 <nil>
}

// A method of several parameters takes onramp.Args on both sides.
func ExampleNew_arguments() {
	add := func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
		var a, b int64
		if err := req.Body.Decode(&onramp.Args{&a, &b}); err != nil {
			return nil, err
		}
		p := req.Reply()
		p.Body.Value = a + b
		return p, nil
	}
	req := &onramp.Request{Service: "com.acme.Sums", Method: "add", Body: onramp.Body{Value: onramp.Args{int64(40), int64(2)}}}
	exchange(dubbo.New(), req, add, func(p *onramp.Response, err error) {
		var sum int64
		if err == nil {
			err = p.Body.Decode(&sum)
		}
		fmt.Println(sum, err)
	})
	// Output: 42 <nil>
}

// An error that the handler returns on purpose is an exception to its caller, in Java
// too.
func ExampleNew_exception() {
	buy := func(context.Context, *onramp.Request) (*onramp.Response, error) {
		return nil, onramp.AsError(&onramp.Error{Code: onramp.FailedPrecondition, Business: true, Err: hessian2.NewException("com.acme.SoldOut", "no more cars")})
	}
	exchange(dubbo.New(), &onramp.Request{Service: "com.acme.Shop", Method: "buy"}, buy, func(_ *onramp.Response, err error) {
		var thrown *hessian2.Exception
		fmt.Println(errors.As(err, &thrown), thrown.Class, thrown.Message)
		fmt.Println(onramp.AsError(err).Business, onramp.AsError(err).Code)
	})
	// Output:
	// true com.acme.SoldOut no more cars
	// true failed precondition
}

// A gateway calls a method without its types: objects are maps that tell their class.
func ExampleGeneric() {
	greet := func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
		var in greeted
		if err := req.Body.Decode(&in); err != nil {
			return nil, err
		}
		fmt.Println("called", req.Method, "with", in)
		p := req.Reply()
		p.Body.Value = &in
		return p, nil
	}
	var options onramp.MethodOptions
	dubbo.Generic("com.acme.Greeted")(&options) // client.MethodOf takes it as an option
	req := &onramp.Request{Service: "com.acme.Greeter", Method: "greet", Signature: options.Signature}
	req.Body.Value = onramp.Args{map[string]any{"class": "com.acme.Greeted", "name": "world", "times": 3}}
	exchange(dubbo.New(), req, greet, func(p *onramp.Response, err error) {
		var out map[string]any
		if err == nil {
			err = p.Body.Decode(&out)
		}
		fmt.Println(out, err)
	})
	// Output:
	// called greet with {world 3}
	// map[class:com.acme.Greeted name:world times:3] <nil>
}

// A class that a target does not name is registered on the serializer.
func ExampleHessian2() {
	c := dubbo.New(dubbo.Hessian2(hessian2.New(hessian2.Register(greeted{}))))
	greet := func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
		var args onramp.Args
		if err := req.Body.Decode(&args); err != nil {
			return nil, err
		}
		fmt.Printf("%T\n", args[0])
		return req.Reply(), nil
	}
	req := &onramp.Request{Service: "com.acme.Greeter", Method: "greet", Body: onramp.Body{Value: &greeted{"world", 3}}}
	exchange(c, req, greet, func(_ *onramp.Response, err error) { fmt.Println(err) })
	// Output:
	// *dubbo_test.greeted
	// <nil>
}

// Providers see who calls.
func ExampleApplication() {
	c := dubbo.New(dubbo.Application("shop"))
	who := func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
		fmt.Println(req.Header.Get("remote.application"))
		return req.Reply(), nil
	}
	exchange(c, &onramp.Request{Service: "com.acme.Greeter", Method: "hi"}, who, func(_ *onramp.Response, err error) { fmt.Println(err) })
	// Output:
	// shop
	// <nil>
}

// A connection carries at most 16 calls, of 1 MiB each.
func ExampleEngine() {
	fmt.Println(dubbo.Check(dubbo.MaxFrame(1<<20), dubbo.Engine(framed.MaxInFlight(16))))
	// Output: <nil>
}

// Options can be checked before anything is built of them.
func ExampleCheck() {
	fmt.Println(dubbo.Check(dubbo.MaxFrame(100)))
	// Output: dubbo.MaxFrame(100): want 1024 to 268435456 bytes
}

// Frames of up to 64 MiB are taken.
func ExampleMaxFrame() {
	framer, err := dubbo.NewFramer(dubbo.MaxFrame(64 << 20))
	n, _ := framer.Size([]byte("\xda\xbb\xc2\x00\x00\x00\x00\x00\x00\x00\x00\x07\x04\x00\x00\x00"))
	fmt.Println(n, err)
	// Output: 67108880 <nil>
}

// A tool takes frames apart without a connection.
func ExampleNewFramer() {
	framer, _ := dubbo.NewFramer()
	capture := framer.AppendHeartbeat(nil, 7)
	n, _ := framer.Size(capture)
	var f codec.Frame
	err := framer.Decode(capture[:n], &f)
	fmt.Println(n, f.Kind == codec.Heartbeat, f.ID, err)
	// Output: 17 true 7 <nil>
}

// Attachments that are no strings are read from the body.
func ExampleNewBody() {
	body, _ := dubbo.NewBody()
	raw := []byte("\x052.0.2\x10com.acme.Greeter\x00\x02hi\x00" + "H\x03app\x04shop\x05level\x93Z")
	var req onramp.Request
	err := body.OpenRequest(&codec.Frame{Serializer: dubbo.Hessian, Content: raw}, &req)
	all, _ := body.Attachments(&req.Body)
	fmt.Println(req.Target(), req.Header.Get("app"), req.Header.Get("level"), all, err)
	// Output: com.acme.Greeter/hi shop  map[app:shop level:3] <nil>
}

// Methods of one name are told apart by the types that the caller means.
func ExampleParameterTypes() {
	show := func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
		types, err := dubbo.ParameterTypes(&req.Body)
		fmt.Println(types, err)
		return req.Reply(), err
	}
	req := &onramp.Request{Service: "com.acme.Shop", Method: "show", Signature: "(java.lang.Integer,[I,java.util.List)"}
	req.Body.Value = onramp.Args{nil, []int32{1}, nil}
	exchange(dubbo.New(), req, show, func(_ *onramp.Response, err error) { fmt.Println(err) })
	// Output:
	// (java.lang.Integer,[I,java.util.List) <nil>
	// <nil>
}
