package apache_test

import (
	"context"
	"errors"
	"net"
	"reflect"
	"testing"
	"time"

	"github.com/apache/dubbo-go-hessian2/java_exception"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/dubbo"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

// call makes one call over a connection in memory.
func call(t *testing.T, client, server codec.Codec, req *onramp.Request, h onramp.Handler, use func(*onramp.Response, error)) {
	t.Helper()
	here, there := net.Pipe()
	served := make(chan error, 1)
	go func() { served <- server.Serve(context.Background(), there, h) }()
	conn, err := client.Dial(context.Background(), here)
	if err != nil {
		t.Fatal(err)
	}
	req.Deadline = time.Now().Add(10 * time.Second)
	resp, err := conn.RoundTrip(context.Background(), req)
	use(resp, err)
	if resp != nil {
		resp.Body.Release()
	}
	_ = conn.Close()
	<-served
}

// Each of the two may be on either side of a call.
func TestDubboTakesItByOneOption(t *testing.T) {
	own := dubbo.New(dubbo.Hessian2(hessian2.New(ours()...)))
	library := dubbo.New(dubbo.Hessian2(stream()))
	for name, pair := range map[string][2]codec.Codec{"both": {library, library}, "the client": {library, own}, "the server": {own, library}} {
		t.Run(name, func(t *testing.T) {
			in := sampleCar()
			handler := func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
				var c *car
				var names []string
				var n int64
				if err := req.Body.Decode(&onramp.Args{&c, &names, &n}); err != nil {
					return nil, err
				}
				switch {
				case n == 1:
					return nil, thrown(hessian2.NewException("java.lang.IllegalStateException", "no"))
				case n == 2:
					return nil, thrown(hessian2.NewException("com.acme.SoldOut", "no"))
				case n == 3:
					return nil, thrown(java_exception.NewIllegalStateException("no"))
				case !reflect.DeepEqual(names, []string{"a", "b"}):
					return nil, errors.New("wrong names")
				}
				p := req.Reply()
				p.Body.Value = c
				return p, nil
			}
			for n := range int64(4) {
				req := &onramp.Request{Service: "com.acme.Cars", Method: "paint", Version: "1", Body: onramp.Body{Value: onramp.Args{in, []string{"a", "b"}, n}}}
				call(t, pair[0], pair[1], req, handler, func(p *onramp.Response, err error) {
					if n > 0 {
						thrownIs(t, err, n)
						return
					}
					var out *car
					if err == nil {
						err = p.Body.Decode(&out)
					}
					if err != nil || !reflect.DeepEqual(out.Wheels, in.Wheels) || out.Owner.Cars[0] != out || out.Color != blue {
						t.Errorf("%+v, %v", out, err)
					}
				})
			}
		})
	}
}

// thrown is a handler's error, as the server hands it to the codec.
func thrown(x error) error { return &onramp.Error{Code: onramp.Unknown, Business: true, Err: x} }

func thrownIs(t *testing.T, err error, n int64) {
	t.Helper()
	e, ok := errors.AsType[*onramp.Error](err)
	if !ok || !e.Business {
		t.Fatalf("%d: %v", n, err)
	}
	class := "java.lang.IllegalStateException"
	if n == 2 {
		class = "com.acme.SoldOut"
	}
	switch x := e.Detail.(type) {
	case *hessian2.Exception:
		if x.Class != class || x.Message != "no" {
			t.Errorf("%d: %+v", n, x)
		}
	case *java_exception.IllegalStateException:
		if n == 2 || x.DetailMessage != "no" {
			t.Errorf("%d: %+v", n, x)
		}
	default:
		t.Errorf("%d: %T %v", n, e.Detail, err)
	}
}
