package client

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/feature"
	"github.com/onrampmesh/onramp/policy"
)

func TestAWrongOptionFailsAtNewWithItsName(t *testing.T) {
	ok := WithCodec(named("fake"))
	for name, opts := range map[string][]Option{
		"WithCodec: a client needs":           nil,
		"WithCodec: argument 1":               {WithCodec(nil)},
		`WithCodec: two codecs are named "a"`: {WithCodec(named("a"), named("a"))},
		"WithDiscovery: argument 1":           {ok, WithDiscovery(nil)},
		"two sources have the scheme":         {ok, WithDiscovery(scheme("x"), scheme("x"))},
		"has no Scheme":                       {ok, WithDiscovery(scheme("x"), struct{ discovery.Source }{scheme("y")})},
		"WithBalancer":                        {ok, WithBalancer(nil)},
		"WithPolicy: policy: retry.attempts":  {ok, WithPolicy(&policy.Service{Retry: policy.Retry{Attempts: 99}})},
		"WithPolicy: the policy is nil":       {ok, WithPolicy(nil)},
		"WithPlan: the plan of S":             {ok, WithPlan("S", nil)},
		"breaks the rule steps":               {ok, WithPlan("S", &feature.Plan{})},
		"WithInterceptor: argument 2":         {ok, WithInterceptor(func(h onramp.Handler) onramp.Handler { return h }, nil)},
		"WithAttemptInterceptor: argument 1":  {ok, WithAttemptInterceptor(nil)},
		"WithUnit: retry is built in":         {ok, WithUnit(feature.Retry, func(string) feature.Unit { return nil })},
		"WithUnit: pool has no place":         {ok, WithUnit(feature.Pool, func(string) feature.Unit { return nil })},
		"WithLogger":                          {ok, WithLogger(nil)},
		"WithPool: pool: Config.MaxConns":     {ok, WithPool(PoolConfig{MaxConns: 65})},
		"WithCache: argument 1":               {ok, WithCache(nil)},
		"WithKey":                             {ok, WithKey(nil)},
		"WithDialer":                          {ok, WithDialer(nil)},
		"WithRecorder":                        {ok, WithRecorder(nil)},
		"option 2 is nil":                     {ok, nil},
	} {
		if _, err := New(opts...); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("want %q: %v", name, err)
		}
	}
}

func TestDoCallsWhatTheRequestNames(t *testing.T) {
	c := dial(t, echo)
	req := &onramp.Request{Service: "com.acme.Greeter", Method: "sayHello", Version: "2.0", Body: onramp.Body{Value: &message{"hi"}}}
	resp, err := c.Do(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	var out message
	if err := resp.Body.Decode(&out); err != nil || out.Text != "hi" {
		t.Errorf("%v, %v", out, err)
	}
	st := c.Status("com.acme.Greeter")
	if len(st) != 1 || st[0].Target != "com.acme.Greeter?version=2.0" || st[0].InFlight != 0 {
		t.Errorf("%+v", st)
	}
	if _, err := c.Do(t.Context(), &onramp.Request{Service: "S"}); !errors.Is(err, onramp.InvalidArgument) {
		t.Errorf("a call without a method: %v", err)
	}
}

func TestEveryErrorHasTypeAndTarget(t *testing.T) {
	cause := errors.New("cause")
	static := &onramp.Error{Code: onramp.NotFound, Err: cause}
	for _, from := range []error{cause, static, fmt.Errorf("wrapped: %w", static)} {
		c := dial(t, func(context.Context, *onramp.Request) (*onramp.Response, error) { return nil, from })
		_, err := Call[message](t.Context(), c, "S/m", &message{})
		var e *onramp.Error
		if !errors.As(err, &e) || e != err || e.Target != "S/m" || !errors.Is(err, cause) {
			t.Errorf("%v", err)
		}
	}
	if static.Target != "" {
		t.Error("the handler's own error was changed")
	}
	c := dial(t, func(context.Context, *onramp.Request) (*onramp.Response, error) { return nil, nil })
	if _, err := Call[message](t.Context(), c, "S/m", &message{}); !errors.Is(err, onramp.Internal) {
		t.Errorf("neither answer nor error: %v", err)
	}
}

func TestTheDeadlineOfACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var left time.Duration
		sent := 0
		c := dial(t, func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
			sent++
			left = time.Until(req.Deadline)
			return echo(ctx, req)
		}, WithPolicy(&policy.Service{Timeout: 5 * time.Second}, "Slow"))
		for target, want := range map[string]time.Duration{"S/m": time.Second, "Slow/m": 5 * time.Second} {
			if _, err := Call[message](t.Context(), c, target, &message{}); err != nil || left != want {
				t.Errorf("%s: %v left, want %v (%v)", target, left, want, err)
			}
		}
		m := MethodOf[message, message](c, "S/m", Timeout(time.Minute))
		if _, err := m.Call(t.Context(), &message{}); err != nil || left != time.Minute {
			t.Errorf("by option: %v left (%v)", left, err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if _, err := m.Call(ctx, &message{}); err != nil || left != 10*time.Second {
			t.Errorf("by context: %v left (%v)", left, err)
		}
		sent = 0
		time.Sleep(11 * time.Second)
		_, err := m.Call(ctx, &message{})
		if e := onramp.AsError(err); e == nil || e.Code != onramp.DeadlineExceeded || e.Origin != onramp.Local || sent != 0 {
			t.Errorf("an expired context: %v after %d attempts", err, sent)
		}
		cancel()
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := m.Call(gone, &message{}); !errors.Is(err, context.Canceled) || sent != 0 {
			t.Errorf("a cancelled context: %v after %d attempts", err, sent)
		}
		if e := MethodOf[message, message](c, "S/m", Timeout(0)).Err(); e == nil || !strings.Contains(e.Error(), "Timeout") {
			t.Errorf("a timeout of 0: %v", e)
		}
	})
}

func TestAfterTheDeadlineTheErrorIsDeadlineExceeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var answer error
		c := dial(t, func(context.Context, *onramp.Request) (*onramp.Response, error) {
			time.Sleep(2 * time.Second)
			return nil, answer
		})
		for code, want := range map[onramp.Code]onramp.Code{onramp.Unavailable: onramp.DeadlineExceeded, onramp.Internal: onramp.DeadlineExceeded, onramp.NotFound: onramp.NotFound} {
			answer = onramp.NewError(code, onramp.Wire, "by a proxy")
			var seen onramp.Outcome
			req := &onramp.Request{Service: "S", Method: "m"}
			req.Observe(observer(func(o onramp.Outcome) { seen = o }))
			_, err := c.Do(t.Context(), req)
			if !errors.Is(err, want) || seen.Code != want || !strings.Contains(err.Error(), "by a proxy") {
				t.Errorf("%s became %v, and %s for observers", code, err, seen.Code)
			}
		}
	})
}

type observer func(onramp.Outcome)

func (f observer) End(_ *onramp.Request, o onramp.Outcome) { f(o) }

func TestObserversHearTheEndOnceWithOneStamp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		c := dial(t, func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
			time.Sleep(10 * time.Millisecond)
			if tries++; tries < 3 {
				return nil, onramp.NewError(onramp.Unavailable, onramp.Refused, "busy")
			}
			return echo(ctx, req)
		})
		var ends []onramp.Outcome
		req := &onramp.Request{Service: "S", Method: "m"}
		req.Observe(observer(func(o onramp.Outcome) { ends = append(ends, o) }))
		begin := time.Now()
		if _, err := c.Do(t.Context(), req); err != nil {
			t.Fatal(err)
		}
		if len(ends) != 1 || ends[0].Code != onramp.OK || ends[0].Latency != time.Since(begin) || !ends[0].At.Equal(time.Now()) || ends[0].Latency < 30*time.Millisecond {
			t.Errorf("%+v after %v", ends, time.Since(begin))
		}
	})
}

func TestTheNumberOfMethodsIsBounded(t *testing.T) {
	c := dial(t, echo)
	for i := range maxMethods {
		if _, err := c.Do(t.Context(), &onramp.Request{Service: "S", Method: fmt.Sprint(i)}); err != nil {
			t.Fatalf("method %d: %v", i, err)
		}
	}
	_, err := c.Do(t.Context(), &onramp.Request{Service: "S", Method: "more"})
	if !errors.Is(err, onramp.ResourceExhausted) {
		t.Errorf("beyond the bound: %v", err)
	}
	if err := MethodOf[message, message](c, "S/another").Err(); !errors.Is(err, onramp.ResourceExhausted) {
		t.Errorf("a method beyond the bound: %v", err)
	}
	if _, err := c.Do(t.Context(), &onramp.Request{Service: "S", Method: "17"}); err != nil {
		t.Errorf("a known method: %v", err)
	}
}

func TestThePolicyNamesIdempotentMethods(t *testing.T) {
	tries := 0
	c := dial(t, func(context.Context, *onramp.Request) (*onramp.Response, error) {
		tries++
		return nil, onramp.NewError(onramp.Unavailable, onramp.Wire, "lost")
	}, WithPolicy(&policy.Service{Retry: policy.Retry{Idempotent: []string{"get"}, BaseDelay: time.Microsecond}}))
	for method, want := range map[string]int{"get": 3, "put": 1} {
		tries = 0
		if _, err := Call[message](t.Context(), c, "S/"+method, &message{}); err == nil || tries != want {
			t.Errorf("%s: %d attempts, want %d (%v)", method, tries, want, err)
		}
	}
}

func TestAPolicyIsSwappedAsAWhole(t *testing.T) {
	tries := 0
	c := dial(t, func(context.Context, *onramp.Request) (*onramp.Response, error) {
		tries++
		return nil, onramp.NewError(onramp.Unavailable, onramp.Local, "nowhere")
	})
	m := MethodOf[message, message](c, "S/m")
	for _, step := range []struct {
		p    *policy.Service
		want int
	}{{nil, 3}, {&policy.Service{Retry: policy.Retry{Disabled: true}}, 1}, {&policy.Service{Retry: policy.Retry{Attempts: 2}}, 2}, {nil, 3}} {
		if err := c.SetPolicy("S", step.p); err != nil {
			t.Fatal(err)
		}
		tries = 0
		if _, err := m.Call(t.Context(), &message{}); err == nil || tries != step.want {
			t.Errorf("%d attempts, want %d", tries, step.want)
		}
	}
	if err := c.SetPolicy("S", &policy.Service{Timeout: -1}); err == nil || !strings.Contains(err.Error(), "timeout") {
		t.Error(err)
	}
}
