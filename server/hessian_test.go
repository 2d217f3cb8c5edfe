package server_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/codec/hessian2"
	"github.com/onrampmesh/onramp/onramptest"
	"github.com/onrampmesh/onramp/server"
)

// hessianRig is a server of Bolt with Hessian bodies, and a client of it.
type hessianRig struct {
	*rig
	c *client.Client
}

func serveHessian(t testing.TB) *hessianRig {
	t.Helper()
	codec := bolt.New(bolt.Hessian2(hessian2.NewDraft()))
	r := serveWith(t, server.WithCodec(codec))
	n := onramptest.NewNetwork()
	l, err := n.Listen("greeter:1")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = r.Serve(context.Background(), l) }()
	c, err := client.New(client.WithCodec(codec), client.WithDialer(n.Dial), client.WithLogger(quiet))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return &hessianRig{r, c}
}

// serves registers a handler of com.acme.Greeter.
func serves[Req, Resp any](r *hessianRig, method string, fn func(context.Context, *Req) (*Resp, error)) {
	r.t.Helper()
	if err := server.Handle(r.Server, "com.acme.Greeter/"+method, fn); err != nil {
		r.t.Fatal(err)
	}
}

func TestAHandlerOfArgsGetsHoweverManyThereAre(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := serveHessian(t)
		serves(r, "tell", func(_ context.Context, in *onramp.Args) (*string, error) {
			return new(fmt.Sprintf("%d %v", len(*in), []any(*in))), nil
		})
		tell := client.MethodOf[onramp.Args, string](r.c, atGreeter+"tell")
		for want, args := range map[string]onramp.Args{
			"0 []":             {},
			"1 [a]":            {"a"},
			"4 [a 1 2 <nil>]":  {"a", int32(1), int64(2), nil},
			"2 [true [1 2 3]]": {true, []byte{1, 2, 3}},
			"2 [7 1.5]":        {new(int32(7)), 1.5},
		} {
			if got, err := tell.Call(t.Context(), &args); err != nil || *got != want {
				t.Errorf("%v, %v, want %s", got, err, want)
			}
		}
		if got, err := client.Call[string](t.Context(), r.c, atGreeter+"tell", &onramp.Args{"a", "b"}); err != nil || *got != "2 [a b]" {
			t.Errorf("%v, %v", got, err)
		}
		if got, err := client.Call[string](t.Context(), r.c, atGreeter+"tell", new("alone")); err != nil || *got != "1 [alone]" {
			t.Errorf("%v, %v", got, err)
		}
		if got, err := client.Call[string](t.Context(), r.c, atGreeter+"tell", onramp.Args{"no pointer"}); err != nil || *got != "1 [no pointer]" {
			t.Errorf("%v, %v", got, err)
		}
	})
}

func TestAHandlerOfOneMessageTakesOneArgumentOrNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := serveHessian(t)
		serves(r, "greet", func(_ context.Context, in *string) (*string, error) { return new("hello " + *in), nil })
		greet := client.MethodOf[onramp.Args, string](r.c, atGreeter+"greet")
		for want, args := range map[string]onramp.Args{"hello ann": {"ann"}, "hello ": {}} {
			if got, err := greet.Call(t.Context(), &args); err != nil || *got != want {
				t.Errorf("%v, %v, want %q", got, err, want)
			}
		}
		_, err := greet.Call(t.Context(), &onramp.Args{"ann", "bob"})
		if e := onramp.AsError(err); e.Code != onramp.InvalidArgument || e.Origin != onramp.Remote || e.Business || !strings.Contains(e.Error(), "it has 2 arguments, and a *string is one: take them as onramp.Args") {
			t.Errorf("%v", err)
		}
	})
}

func TestASignatureMustFitTheArgumentsOfEachCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := serveHessian(t)
		ran := 0
		serves(r, "sum", func(_ context.Context, in *onramp.Args) (*int64, error) { ran++; return new(int64(len(*in))), nil })
		sum := client.MethodOf[onramp.Args, int64](r.c, atGreeter+"sum", hessian2.Signature("int", "int"))
		if got, err := sum.Call(t.Context(), &onramp.Args{int32(1), int32(2)}); err != nil || *got != 2 {
			t.Errorf("%v, %v", got, err)
		}
		_, err := sum.Call(t.Context(), &onramp.Args{int32(1)})
		if e := onramp.AsError(err); e.Code != onramp.InvalidArgument || e.Origin != onramp.Local || ran != 1 || !strings.Contains(e.Error(), "the signature (int,int) of com.acme.Greeter/sum has 2 parameters, and the call 1 arguments") {
			t.Errorf("%v, and it ran %d times", err, ran)
		}
	})
}

// shop is an error with a class of Java's.
type shop struct {
	hessian2.Exception
	Left int32 `hessian:"left"`
}

func (*shop) JavaClassName() string { return "com.acme.SoldOut" }

func TestAHandlersExceptionReachesTheCallerAsItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := serveHessian(t)
		for method, err := range map[string]error{
			"plain":     errors.New("user not found"),
			"exception": hessian2.NewException("com.acme.SoldOut", "none left"),
			"wrapped":   fmt.Errorf("in the shop: %w", hessian2.NewException("com.acme.SoldOut", "none left")),
			"own":       &shop{hessian2.Exception{Message: "none left"}, 7},
		} {
			serves(r, method, func(context.Context, *string) (*string, error) { return nil, err })
		}
		for method, want := range map[string][2]string{
			"plain": {"java.lang.RuntimeException", "user not found"}, "exception": {"com.acme.SoldOut", "none left"},
			"wrapped": {"com.acme.SoldOut", "none left"}, "own": {"com.acme.SoldOut", "none left"},
		} {
			_, err := client.Call[string](t.Context(), r.c, atGreeter+method, new("x"))
			e := onramp.AsError(err)
			var x *hessian2.Exception
			if !errors.As(err, &x) || !e.Business || e.Code != onramp.Unknown || e.Origin != onramp.Remote || e.Detail != any(x) || [2]string{x.Class, x.Message} != want {
				t.Errorf("%s: %v, %T", method, err, e.Detail)
			}
			if left, _ := x.Get("left"); method == "own" && !reflect.DeepEqual(left, int32(7)) {
				t.Errorf("%s: %+v", method, x)
			}
		}
		_, err := client.Call[string](t.Context(), r.c, atGreeter+"nobody", new("x"))
		if e := onramp.AsError(err); e.Code != onramp.Unimplemented || e.Origin != onramp.Refused || e.Business {
			t.Errorf("a missing method gave %v", err)
		}
	})
}

func TestAGatewayPassesCallsAndExceptionsOnWithTheirTypes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := serveHessian(t)
		serves(r, "tell", func(_ context.Context, in *onramp.Args) (*string, error) {
			if len(*in) == 0 {
				return nil, hessian2.NewException("com.acme.Empty", "nothing to tell").WithField("left", int32(7))
			}
			return new(fmt.Sprint(*in...)), nil
		})
		below := client.MethodOf[onramp.Args, any](r.c, atGreeter+"tell")
		serves(r, "passed", func(ctx context.Context, in *onramp.Args) (*any, error) { return below.Call(ctx, in) })
		passed := client.MethodOf[onramp.Args, string](r.c, atGreeter+"passed")
		if got, err := passed.Call(t.Context(), &onramp.Args{"a", int32(1)}); err != nil || *got != "a1" {
			t.Errorf("%v, %v", got, err)
		}
		_, err := passed.Call(t.Context(), &onramp.Args{})
		var x *hessian2.Exception
		if !errors.As(err, &x) || x.Class != "com.acme.Empty" || x.Message != "nothing to tell" || len(x.Fields) != 1 {
			t.Errorf("%v", err)
		}
	})
}

func TestOnewaysOfHessianArrive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := serveHessian(t)
		got := make(chan onramp.Args, 1)
		serves(r, "note", func(_ context.Context, in *onramp.Args) (*struct{}, error) { got <- *in; return nil, nil })
		note := client.MethodOf[onramp.Args, struct{}](r.c, atGreeter+"note", client.Oneway())
		if _, err := note.Call(t.Context(), &onramp.Args{"a", "b"}); err != nil {
			t.Fatal(err)
		}
		if args := <-got; len(args) != 2 {
			t.Errorf("%v", args)
		}
	})
}
