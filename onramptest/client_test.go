package onramptest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/onramptest"
)

const sayHello = "com.acme.Greeter/sayHello"

type HelloRequest struct{ Name string }
type HelloReply struct{ Text string }

// tb is a testing.TB that notes its failures.
type tb struct {
	testing.TB
	said     []string
	cleanups []func()
}

func (t *tb) Helper()                      {}
func (t *tb) Failed() bool                 { return len(t.said) > 0 }
func (t *tb) Cleanup(f func())             { t.cleanups = append(t.cleanups, f) }
func (t *tb) Errorf(f string, args ...any) { t.said = append(t.said, fmt.Sprintf(f, args...)) }
func (t *tb) Fatalf(f string, args ...any) { t.Errorf(f, args...); runtime.Goexit() }

// run runs f as a test of its own and returns what it failed with.
func run(f func(t *tb)) []string {
	t, done := &tb{}, make(chan struct{})
	go func() {
		defer close(done)
		f(t)
	}()
	<-done
	for _, c := range t.cleanups {
		c()
	}
	return t.said
}

// call calls h as a client's generated code would.
func call(ctx context.Context, h onramp.Handler, target, name string) (*HelloReply, error) {
	i := strings.LastIndexByte(target, '/')
	req := &onramp.Request{Service: target[:i], Method: target[i+1:], Body: onramp.Body{Value: &HelloRequest{name}}}
	if d, ok := ctx.Deadline(); ok {
		req.Deadline = d
	}
	resp, err := h.Do(ctx, req)
	if err != nil {
		return nil, err
	}
	out := new(HelloReply)
	return out, resp.Body.Decode(out)
}

func TestEachCallGetsItsOwnCopyOfTheReply(t *testing.T) {
	scripted := &HelloReply{Text: "hello"}
	h := onramptest.Client(t, onramptest.Reply(sayHello, scripted))
	resp, _ := h(t.Context(), &onramp.Request{Service: "com.acme.Greeter", Method: "sayHello"})
	resp.Body.Value.(*HelloReply).Text = "spoilt"
	if got, err := call(t.Context(), h, sayHello, "x"); err != nil || got.Text != "hello" || scripted.Text != "hello" {
		t.Fatal(got, err)
	}
}

func TestRulesOfOneTargetAnswerInTurn(t *testing.T) {
	h := onramptest.Client(t,
		onramptest.Fail(sayHello, onramp.Unavailable).Times(2),
		onramptest.ReplyFunc(sayHello, func(_ context.Context, in *HelloRequest) (*HelloReply, error) {
			return &HelloReply{"hello " + in.Name}, nil
		}))
	for range 2 {
		if _, err := call(t.Context(), h, sayHello, "x"); !errors.Is(err, onramp.Unavailable) {
			t.Fatal(err)
		}
	}
	if got, err := call(t.Context(), h, sayHello, "ada"); err != nil || got.Text != "hello ada" {
		t.Fatal(got, err)
	}
}

func TestErrorsKeepWhatTheScriptSaid(t *testing.T) {
	scripted := &onramp.Error{Code: onramp.ResourceExhausted, Origin: onramp.Refused, RetryAfter: time.Second}
	h := onramptest.Client(t,
		onramptest.Fail("S/refused", scripted),
		onramptest.Fail("S/plain", io.ErrUnexpectedEOF),
		onramptest.ReplyFunc("S/late", func(context.Context, *HelloRequest) (*HelloReply, error) {
			return nil, context.DeadlineExceeded
		}))
	_, err := call(t.Context(), h, "S/refused", "")
	if e := onramp.AsError(err); e == scripted || e.Origin != onramp.Refused || e.RetryAfter != time.Second || e.Target != "S/refused" || scripted.Target != "" {
		t.Fatalf("%#v", e)
	}
	_, err = call(t.Context(), h, "S/plain", "")
	if e := onramp.AsError(err); e.Code != onramp.Unknown || e.Origin != onramp.Remote || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatalf("%#v", e)
	}
	if _, err = call(t.Context(), h, "S/late", ""); !errors.Is(err, onramp.DeadlineExceeded) {
		t.Fatal(err)
	}
}

func TestDelayEndsByDeadlineAndContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := onramptest.Client(t, onramptest.Delay(30*time.Second, onramptest.Reply(sayHello, &HelloReply{"late"})))
		start := time.Now()
		if got, err := call(t.Context(), h, sayHello, ""); err != nil || got.Text != "late" || time.Since(start) != 30*time.Second {
			t.Fatal(got, err, time.Since(start))
		}
		for what, c := range map[string]struct {
			req    func(*onramp.Request, context.CancelFunc)
			code   onramp.Code
			origin onramp.Origin
			after  time.Duration
		}{
			"deadline": {func(r *onramp.Request, _ context.CancelFunc) { r.Deadline = time.Now().Add(time.Second) }, onramp.DeadlineExceeded, onramp.Wire, time.Second},
			"cancel":   {func(_ *onramp.Request, c context.CancelFunc) { time.AfterFunc(2*time.Second, c) }, onramp.Canceled, onramp.Wire, 2 * time.Second},
			"too late": {func(r *onramp.Request, _ context.CancelFunc) { r.Deadline = time.Now() }, onramp.DeadlineExceeded, onramp.Local, 0},
		} {
			ctx, cancel := context.WithCancel(t.Context())
			req := &onramp.Request{Service: "com.acme.Greeter", Method: "sayHello"}
			c.req(req, cancel)
			start := time.Now()
			_, err := h(ctx, req)
			if e := onramp.AsError(err); e == nil || e.Code != c.code || e.Origin != c.origin || time.Since(start) != c.after {
				t.Errorf("%s: %v after %v", what, err, time.Since(start))
			}
			cancel()
		}
	})
}

func TestReplyFuncSeesTheDeadlineInItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := onramptest.Client(t, onramptest.ReplyFunc(sayHello, func(ctx context.Context, _ *HelloRequest) (*HelloReply, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}))
		req := &onramp.Request{Service: "com.acme.Greeter", Method: "sayHello", Body: onramp.Body{Value: &HelloRequest{}}, Deadline: time.Now().Add(time.Minute)}
		if _, err := h(t.Context(), req); !errors.Is(err, onramp.DeadlineExceeded) {
			t.Fatal(err)
		}
	})
}

func TestUnexpectedCallFailsTheTestWithTheClosestName(t *testing.T) {
	var err error
	said := run(func(t *tb) {
		h := onramptest.Client(t, onramptest.Reply("com.acme.Orders/place", 1).Optional(), onramptest.Reply(sayHello, &HelloReply{}))
		_, err = call(context.Background(), h, "com.acme.Greeter/sayHallo", "")
	})
	if len(said) != 1 || !strings.Contains(said[0], "unexpected call of com.acme.Greeter/sayHallo: did you mean com.acme.Greeter/sayHello?") {
		t.Fatalf("%q", said)
	}
	if !errors.Is(err, onramp.Unimplemented) {
		t.Fatal(err)
	}
}

func TestMoreCallsThanRulesFailTheTest(t *testing.T) {
	said := run(func(t *tb) {
		h := onramptest.Client(t, onramptest.Reply(sayHello, &HelloReply{}).Once())
		call(context.Background(), h, sayHello, "")
		call(context.Background(), h, sayHello, "")
	})
	if len(said) != 1 || !strings.Contains(said[0], "its rules answer 1 calls, and they were made") {
		t.Fatalf("%q", said)
	}
}

func TestRulesLeftOverFailTheTest(t *testing.T) {
	said := run(func(t *tb) {
		h := onramptest.Client(t,
			onramptest.Reply("S/never", 1),
			onramptest.Reply("S/optional", 1).Optional(),
			onramptest.Reply("S/twice", &HelloReply{}).Times(2))
		call(context.Background(), h, "S/twice", "")
	})
	if len(said) != 2 || !strings.Contains(said[0], "rule 1, S/never, was never called") || !strings.Contains(said[1], "rule 3, S/twice, was called 1 of 2 times") {
		t.Fatalf("%q", said)
	}
}

func TestCallAfterTheTestDoesNotTouchIt(t *testing.T) {
	var h onramp.Handler
	var inner *tb
	run(func(t *tb) { inner, h = t, onramptest.Client(t) })
	if _, err := call(context.Background(), h, sayHello, ""); !errors.Is(err, onramp.Unimplemented) || len(inner.said) != 0 {
		t.Fatal(err, inner.said)
	}
}

func TestRulesThatCannotWorkFailAtOnce(t *testing.T) {
	for want, rules := range map[string][]*onramptest.Rule{
		`rule 1: target "sayHello": want service/method`: {onramptest.Reply("sayHello", 1)},
		`rule 2: target "S/a": Times(0)`:                 {onramptest.Reply("S/b", 1), onramptest.Reply("S/a", 1).Times(0)},
		`rule 1: target "S/a": Fail wants an error`:      {onramptest.Fail("S/a", nil)},
		`rule 2, S/a, can never answer: rule 1 answers`:  {onramptest.Reply("S/a", 1), onramptest.Reply("S/a", 2)},
		`rule 1 is nil`: {nil},
	} {
		said := run(func(t *tb) { onramptest.Client(t, rules...) })
		if len(said) != 1 || !strings.Contains(said[0], want) {
			t.Errorf("%q: want %q", said, want)
		}
	}
}

func TestRulesAreNarrowedByRequestAndWidenedByService(t *testing.T) {
	german := func(r *onramp.Request) bool { return r.Header.Get("lang") == "de" }
	h := onramptest.Client(t,
		onramptest.Reply(sayHello, &HelloReply{"hallo"}).When(german),
		onramptest.Reply("com.acme.Greeter/*", &HelloReply{"hello"}))
	req := &onramp.Request{Service: "com.acme.Greeter", Method: "sayHello"}
	req.Header.Set("lang", "de")
	resp, err := h(t.Context(), req)
	if err != nil || resp.Body.Value.(*HelloReply).Text != "hallo" {
		t.Fatal(resp, err)
	}
	if got, err := call(t.Context(), h, "com.acme.Greeter/other", ""); err != nil || got.Text != "hello" {
		t.Fatal(got, err)
	}
}

// ends counts how often, and how, a call ended.
type ends struct{ outcomes []onramp.Outcome }

func (e *ends) End(_ *onramp.Request, o onramp.Outcome) { e.outcomes = append(e.outcomes, o) }

func TestFakeStreamDeliversItsMessagesAndEndsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := onramptest.Client(t,
			onramptest.Messages("S/good", &HelloReply{"a"}, &HelloReply{"b"}),
			onramptest.Messages("S/bad", &HelloReply{"a"}, onramp.DataLoss).Once(),
			onramptest.Messages("S/bad", &HelloReply{"a"}))
		open := func(method string) (context.CancelFunc, *ends, onramp.Stream) {
			ctx, cancel := context.WithCancel(t.Context())
			req, e := &onramp.Request{Service: "S", Method: method, Kind: onramp.BidiStream}, &ends{}
			req.Observe(e)
			resp, err := h(ctx, req)
			if err != nil {
				t.Fatal(err)
			}
			return cancel, e, resp.Stream
		}
		cancel, e, s := open("good")
		defer cancel()
		var got HelloReply
		for _, want := range []string{"a", "b"} {
			if err := s.Recv(&got); err != nil || got.Text != want {
				t.Fatal(got, err)
			}
		}
		if again := s.Recv(&got); again != io.EOF || s.Recv(&got) != again || len(e.outcomes) != 1 || e.outcomes[0].Code != onramp.OK {
			t.Fatal(e.outcomes)
		}
		cancel, e, s = open("bad")
		s.Recv(&got)
		if err := s.Recv(&got); !errors.Is(err, onramp.DataLoss) || len(e.outcomes) != 1 || e.outcomes[0].Code != onramp.DataLoss {
			t.Fatal(err, e.outcomes)
		}
		cancel()
		cancel, e, s = open("bad")
		cancel()
		synctest.Wait()
		if err := s.Recv(&got); !errors.Is(err, onramp.Canceled) || len(e.outcomes) != 1 || e.outcomes[0].Code != onramp.Canceled {
			t.Fatal(err, e.outcomes)
		}
	})
}

func TestRecorderKeepsWhatPassed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var rec onramptest.Recorder
		h := onramp.Chain(onramptest.Client(t,
			onramptest.Delay(time.Second, onramptest.Reply(sayHello, &HelloReply{})),
			onramptest.Fail("S/bad", onramp.Internal)), rec.Intercept)
		in := &HelloRequest{"ada"}
		req := &onramp.Request{Service: "com.acme.Greeter", Method: "sayHello", Body: onramp.Body{Value: in}}
		req.Header.Set("tenant", "7")
		h(t.Context(), req)
		in.Name = "changed"
		req.Header.Set("tenant", "8")
		call(t.Context(), h, "S/bad", "")

		calls := rec.Calls(sayHello)
		if len(rec.Calls()) != 2 || len(calls) != 1 || calls[0].Body.(*HelloRequest).Name != "ada" || calls[0].Header.Get("tenant") != "7" || !calls[0].Done || calls[0].Latency != time.Second {
			t.Fatalf("%+v", calls)
		}
		if bad := rec.Calls("S/bad"); !errors.Is(bad[0].Err, onramp.Internal) {
			t.Fatal(bad)
		}
		if rec.Reset(); len(rec.Calls()) != 0 {
			t.Fatal("Reset left calls")
		}
	})
}
