package server_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/codec/bolt"
)

// caller is a client of the rig, with the default policy.
func (r *boltRig) caller(opts ...client.Option) *client.Client {
	r.t.Helper()
	opts = append([]client.Option{client.WithCodec(bolt.New()), client.WithDialer(r.net.Dial), client.WithLogger(quiet)}, opts...)
	c, err := client.New(opts...)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { c.Close() })
	return c
}

const atGreeter = "bolt://greeter:1/com.acme.Greeter/"

func TestPlainErrorsOfAHandlerOpenNoCircuit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := serveBolt(t)
		ran := 0
		r.handle("find", func(context.Context, *hello) (*greeting, error) {
			ran++
			return nil, errors.New("user not found")
		})
		c := r.caller()
		find := client.MethodOf[hello, greeting](c, atGreeter+"find", client.Idempotent())
		for range 60 {
			_, err := find.Call(t.Context(), &hello{})
			if e := onramp.AsError(err); e.Code != onramp.Unknown || !e.Business || e.Origin != onramp.Remote {
				t.Fatalf("got %v, business %v", err, e.Business)
			}
		}
		if ran != 60 {
			t.Errorf("the handler ran %d times for 60 calls", ran)
		}
		if _, err := client.Call[greeting](t.Context(), c, atGreeter+"sayHello", &hello{Name: "ann"}); err != nil {
			t.Errorf("a good call was refused: %v", err)
		}
	})
}

func TestFailingCodesOfAHandlerOpenTheCircuitWhichSaysWithWhat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := serveBolt(t)
		r.handle("find", func(context.Context, *hello) (*greeting, error) {
			return nil, onramp.NewError(onramp.Internal, onramp.Remote, "the database is gone")
		})
		find := client.MethodOf[hello, greeting](r.caller(), atGreeter+"find")
		var err error
		for range 60 {
			_, err = find.Call(t.Context(), &hello{})
			time.Sleep(time.Millisecond)
		}
		if !errors.Is(err, onramp.Unavailable) {
			t.Fatalf("the circuit did not open: %v", err)
		}
		for _, want := range []string{"the last one with internal (remote)", "the database is gone"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("the error %q does not say %q", err, want)
			}
		}
	})
}

func TestOnlyAHandlersOwnWordIsABusinessError(t *testing.T) {
	for _, tc := range []struct {
		err      error
		code     onramp.Code
		business bool
	}{
		{errors.New("sold out"), onramp.Unknown, true},
		{fmt.Errorf("order 7: %w", errors.New("sold out")), onramp.Unknown, true},
		{onramp.Business(onramp.NotFound, "no such user"), onramp.NotFound, true},
		{fmt.Errorf("find: %w", onramp.Business(onramp.NotFound, "no such user")), onramp.NotFound, true},
		{&onramp.Error{Business: true}, onramp.Unknown, true},
		{onramp.Unavailable, onramp.Unavailable, false},
		{onramp.NewError(onramp.Internal, onramp.Remote, "broken"), onramp.Internal, false},
		{context.DeadlineExceeded, onramp.DeadlineExceeded, false},
		{(*onramp.Error)(nil), onramp.Unknown, false},
	} {
		t.Run(fmt.Sprintf("%T %v", tc.err, tc.code), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := serveBolt(t)
				r.handle("find", func(context.Context, *hello) (*greeting, error) { return nil, tc.err })
				_, err := boltCall(r.connect(), "find", time.Second)
				if e := onramp.AsError(err); e.Code != tc.code || e.Business != tc.business {
					t.Errorf("got %v, business %v; want %v, %v", err, e.Business, tc.code, tc.business)
				}
			})
		})
	}
}
