package onramp_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
)

type counter struct{ ended []onramp.Outcome }

func (c *counter) End(_ *onramp.Request, o onramp.Outcome) { c.ended = append(c.ended, o) }

func TestObserversAreToldOnceLastOneFirst(t *testing.T) {
	var req onramp.Request
	all := make([]*counter, 7) // more than the request has room for
	var order []int
	for i := range all {
		all[i] = &counter{}
		req.Observe(all[i])
		req.Observe(observe(func() { order = append(order, i) }))
	}
	req.End(onramp.Outcome{Code: onramp.Unavailable})
	req.End(onramp.Outcome{})
	for i, c := range all {
		if len(c.ended) != 1 || c.ended[0].Code != onramp.Unavailable {
			t.Errorf("observer %d was told %v", i, c.ended)
		}
	}
	if got := fmt.Sprint(order); got != "[6 5 4 3 2 1 0]" {
		t.Errorf("order %s", got)
	}
	req.Reset()
	req.Observe(all[0])
	req.End(onramp.Outcome{})
	if len(all[0].ended) != 2 {
		t.Error("a reset request does not tell its observers")
	}
}

type observe func()

func (f observe) End(*onramp.Request, onramp.Outcome) { f() }

func TestACloneSharesNothingThatIsReused(t *testing.T) {
	req := &onramp.Request{Service: "s", Method: "m", Deadline: time.Unix(1, 0)}
	raw := []byte("body")
	req.Body.Raw = raw
	req.Header.View(block("k", "v"), lengths{})
	req.Attempt.Tried = append(req.Attempt.Tried, "a")
	c := req.Clone()
	clear(raw)
	req.Attempt.Tried[0] = "b"
	req.Reset()
	if string(c.Body.Raw) != "body" || c.Header.Get("k") != "v" || c.Attempt.Tried[0] != "a" || c.Target() != "s/m" {
		t.Errorf("the clone changed with its original: %+v", c)
	}
}

func TestABodyWithAValueDecodesIntoItsOwnType(t *testing.T) {
	type reply struct{ Text string }
	b := onramp.Body{Value: &reply{"hello"}}
	var out reply
	if err := b.Decode(&out); err != nil || out.Text != "hello" {
		t.Errorf("got %+v, %v", out, err)
	}
	var wrong int
	if err := b.Decode(&wrong); !errors.Is(err, onramp.InvalidArgument) {
		t.Errorf("into an int: %v", err)
	}
	if err := b.Decode(out); !errors.Is(err, onramp.InvalidArgument) {
		t.Errorf("into a value: %v", err)
	}
}

func TestABodyIsReleasedOnce(t *testing.T) {
	n := 0
	b := onramp.Received([]byte("x"), 12, nil)
	b.Own(release(func() { n++ }))
	b.Release()
	b.Release()
	if n != 1 {
		t.Errorf("released %d times", n)
	}
}

type release func()

func (f release) Release() { f() }

func TestEveryErrorIsClassifiedOnceAndForAll(t *testing.T) {
	for _, c := range []struct {
		err    error
		code   onramp.Code
		origin onramp.Origin
		failed bool
	}{
		{nil, onramp.OK, onramp.Remote, false},
		{context.Canceled, onramp.Canceled, onramp.Wire, false},
		{fmt.Errorf("late: %w", context.DeadlineExceeded), onramp.DeadlineExceeded, onramp.Wire, true},
		{io.ErrUnexpectedEOF, onramp.Unknown, onramp.Wire, true},
		{onramp.NewError(onramp.Unavailable, onramp.Local, "x"), onramp.Unavailable, onramp.Local, false},
		{fmt.Errorf("at b: %w", onramp.NewError(onramp.ResourceExhausted, onramp.Refused, "busy")), onramp.ResourceExhausted, onramp.Refused, true},
		{&onramp.Error{Code: onramp.Unknown, Business: true}, onramp.Unknown, onramp.Remote, false},
		{&onramp.Error{Code: onramp.NotFound}, onramp.NotFound, onramp.Remote, false},
	} {
		o := onramp.Classify(c.err)
		if o.Code != c.code || o.Origin != c.origin || o.Failed() != c.failed {
			t.Errorf("%v: %v %v failed=%v, want %v %v %v", c.err, o.Code, o.Origin, o.Failed(), c.code, c.origin, c.failed)
		}
		if e := onramp.AsError(c.err); (e == nil) != (c.err == nil) || e != nil && e.Code != c.code {
			t.Errorf("AsError(%v) is %v", c.err, e)
		}
	}
}

func TestChainPutsTheFirstInterceptorOutermost(t *testing.T) {
	var order string
	step := func(s string) onramp.Interceptor {
		return func(next onramp.Handler) onramp.Handler {
			return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
				order += s
				return next(ctx, req)
			}
		}
	}
	h := onramp.Chain(func(context.Context, *onramp.Request) (*onramp.Response, error) { return nil, nil }, step("a"), step("b"))
	_, _ = h.Do(t.Context(), new(onramp.Request))
	if order != "ab" {
		t.Errorf("order %q", order)
	}
}

func ExampleError() {
	err := error(&onramp.Error{
		Code: onramp.Unavailable, Origin: onramp.Wire,
		Target: "com.acme.Greeter/sayHello", Endpoint: "10.0.0.7:12200",
		Err: io.ErrUnexpectedEOF,
	})
	fmt.Println(err)
	fmt.Println(errors.Is(err, onramp.Unavailable), errors.Is(err, io.ErrUnexpectedEOF))
	fmt.Println("may be sent again:", onramp.Classify(err).Origin.Resendable())
	// Output:
	// onramp: unavailable (wire) calling com.acme.Greeter/sayHello at 10.0.0.7:12200: unexpected EOF
	// true true
	// may be sent again: false
}

func ExampleChain() {
	logged := func(next onramp.Handler) onramp.Handler {
		return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
			resp, err := next(ctx, req)
			fmt.Println(req.Target(), err)
			return resp, err
		}
	}
	h := onramp.Chain(func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
		return req.Reply(), nil
	}, logged)
	_, _ = h(context.Background(), &onramp.Request{Service: "com.acme.Greeter", Method: "sayHello"})
	// Output: com.acme.Greeter/sayHello <nil>
}

func ExampleHeader() {
	var h onramp.Header
	h.Add("Trace-ID", "7")
	h.Add("trace-id", "8")
	h.Set("tenant", "acme")
	fmt.Println(h.Get("TRACE-ID"), h.Values("trace-id"), h.Len())
	h.Del("Trace-Id")
	fmt.Println(h.Len())
	// Output:
	// 7 [7 8] 3
	// 1
}
