package server_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/server"
)

func TestTypedHandlerGetsTheMessageAndItsReplyGoesOut(t *testing.T) {
	r := serve(t)
	if got := r.dial().call(lineCall{}); string(got.Body) != `{"Text":"hello ann"}` {
		t.Fatalf("got %+v", got)
	}
}

func TestBytesPassUndecoded(t *testing.T) {
	r := serve(t)
	echo := func(_ context.Context, in *[]byte) (*[]byte, error) { return in, nil }
	if err := server.Handle(r.Server, "com.acme.Greeter/echo", echo); err != nil {
		t.Fatal(err)
	}
	if got := r.dial().call(lineCall{Method: "echo", Body: 42}); string(got.Body) != "42" {
		t.Fatalf("got %+v", got)
	}
}

func TestCallWithoutHandlerIsRefusedWithAReason(t *testing.T) {
	r := serve(t)
	r.handle("old", sayHello, server.Version("2.0"), server.Group("blue"))
	c := r.dial()
	for _, tc := range []struct {
		call lineCall
		want string
	}{
		{lineCall{Service: "com.acme.Nobody"}, `service "com.acme.Nobody" is not served here`},
		{lineCall{Method: "sayBye"}, `service com.acme.Greeter has no method "sayBye"`},
		{lineCall{Method: "old", Version: "3.0"}, `com.acme.Greeter/old is served here, but not in version "3.0"`},
		{lineCall{Service: strings.Repeat("x", 4000)}, `xxx..." is not served`},
	} {
		got := c.call(tc.call)
		if got.Code != onramp.Unimplemented || got.Origin != onramp.Refused || !strings.Contains(got.Text, tc.want) || len(got.Text) > 400 {
			t.Errorf("got %+v, want %q", got, tc.want)
		}
	}
	if n := r.Stats().Missing; n != 4 {
		t.Errorf("%d calls counted as missing, want 4", n)
	}
}

func TestTheMostParticularHandlerTakesTheCall(t *testing.T) {
	r := serve(t)
	named := func(name string) func(context.Context, *hello) (*greeting, error) {
		return func(context.Context, *hello) (*greeting, error) { return &greeting{name}, nil }
	}
	r.handle("m", named("any"))
	r.handle("m", named("group"), server.Group("g"))
	r.handle("m", named("version"), server.Version("2.0"))
	r.handle("m", named("both"), server.Group("g"), server.Version("2.0"))
	c := r.dial()
	for _, tc := range []struct{ version, group, want string }{
		{"", "", "any"}, {"1.0", "", "any"}, {"2.0", "", "version"}, {"2.0", "h", "version"},
		{"1.0", "g", "group"}, {"2.0", "g", "both"}, {"", "h", "any"},
	} {
		if got := c.call(lineCall{Method: "m", Version: tc.version, Group: tc.group}); string(got.Body) != `{"Text":"`+tc.want+`"}` {
			t.Errorf("version %q group %q: got %s, want %s", tc.version, tc.group, got.Body, tc.want)
		}
	}
}

func TestWrongRegistrationsSayWhatIsWrong(t *testing.T) {
	r := serve(t)
	for target, want := range map[string]string{
		"com.acme.Greeter/sayHello":        "there is one already",
		"com.acme.Greeter":                 "want service/method",
		"/sayHello":                        "want service/method",
		"com.acme.Greeter/":                "want service/method",
		"bolt://com.acme.Greeter/sayHello": "without protocol or registry",
		"com.acme.Greeter:1.0/sayHello":    `write com.acme.Greeter/sayHello and the option Version("1.0")`,
		"/com.acme.Greeter/sayHello":       "a slash stands between service and method only",
		"com.acme.Greeter//sayHello":       "a slash stands between service and method only",
		"com.acme.Greeter/m?version=2.0":   "Version, Group and UniqueID are options",
	} {
		err := server.Handle(r.Server, target, sayHello)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), target) {
			t.Errorf("%s: got %v, want %q", target, err, want)
		}
	}
	if err := server.Handle[hello, greeting](r.Server, "a/b", nil); err == nil {
		t.Error("a nil handler was taken")
	}
	if err := r.HandleFunc("a/b", nil); err == nil {
		t.Error("a nil raw handler was taken")
	}
}

func TestHandlersMayBeAddedUnderLoad(t *testing.T) {
	r := serve(t)
	var wg sync.WaitGroup
	for range 4 {
		c := r.dial()
		wg.Go(func() {
			for range 50 {
				if got := c.call(lineCall{}); got.Code != onramp.OK {
					t.Errorf("got %+v", got)
				}
			}
		})
	}
	for i := range 50 {
		r.handle(fmt.Sprintf("m%d", i), sayHello)
	}
	wg.Wait()
	if got := r.dial().call(lineCall{Method: "m49"}); got.Code != onramp.OK {
		t.Fatalf("got %+v", got)
	}
}

func TestErrorOfAHandlerNeverSaysThatItDidNotRun(t *testing.T) {
	downstream := &onramp.Error{Code: onramp.Unavailable, Origin: onramp.Local, Target: "com.acme.Db/get", Err: errors.New("no endpoint")}
	for _, tc := range []struct {
		name string
		err  error
		opts []server.HandlerOption
		code onramp.Code
		want onramp.Origin
	}{
		{"plain", errors.New("boom"), nil, onramp.Unknown, onramp.Remote},
		{"code", onramp.NotFound, nil, onramp.NotFound, onramp.Remote},
		{"own error", onramp.NewError(onramp.Aborted, onramp.Remote, "x"), nil, onramp.Aborted, onramp.Remote},
		{"own error that claims", onramp.NewError(onramp.Aborted, onramp.Refused, "x"), nil, onramp.Aborted, onramp.Remote},
		{"of a call elsewhere", downstream, nil, onramp.Unavailable, onramp.Remote},
		{"wrapped", fmt.Errorf("loading: %w", downstream), nil, onramp.Unavailable, onramp.Remote},
		{"passed on", downstream, []server.HandlerOption{server.Forwarding()}, onramp.Unavailable, onramp.Refused},
		{"passed on, may have run", &onramp.Error{Code: onramp.Unavailable, Origin: onramp.Wire}, []server.HandlerOption{server.Forwarding()}, onramp.Unavailable, onramp.Remote},
		{"context", context.DeadlineExceeded, nil, onramp.DeadlineExceeded, onramp.Remote},
		{"nil inside", (*onramp.Error)(nil), nil, onramp.Unknown, onramp.Remote},
		{"ok as an error", onramp.OK, nil, onramp.Unknown, onramp.Remote},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := serve(t)
			r.handle("m", func(context.Context, *hello) (*greeting, error) { return nil, tc.err }, tc.opts...)
			if got := r.dial().call(lineCall{Method: "m"}); got.Code != tc.code || got.Origin != tc.want {
				t.Errorf("got %v %v (%s), want %v %v", got.Code, got.Origin, got.Text, tc.code, tc.want)
			}
		})
	}
}

func TestInterceptorRefusesWithoutRunningTheHandler(t *testing.T) {
	var order []string
	in := func(name string, refuse onramp.Origin) onramp.Interceptor {
		return func(next onramp.Handler) onramp.Handler {
			return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
				order = append(order, name)
				if req.Method == "deny" && refuse != onramp.Remote {
					return nil, onramp.NewError(onramp.PermissionDenied, refuse, "denied")
				}
				return next(ctx, req)
			}
		}
	}
	for _, tc := range []struct{ says, want onramp.Origin }{{onramp.Refused, onramp.Refused}, {onramp.Local, onramp.Remote}} {
		order = nil
		r := serve(t, server.WithInterceptor(in("first", onramp.Remote), in("second", tc.says)))
		r.handle("deny", func(context.Context, *hello) (*greeting, error) { order = append(order, "handler"); return nil, nil })
		if got := r.dial().call(lineCall{Method: "deny"}); got.Code != onramp.PermissionDenied || got.Origin != tc.want {
			t.Errorf("got %+v", got)
		}
		if s := strings.Join(order, " "); s != "first second" {
			t.Errorf("ran %q", s)
		}
	}
}

func TestUndecodableMessageAndMissingReplyAreErrors(t *testing.T) {
	r := serve(t)
	r.handle("nothing", func(context.Context, *hello) (*greeting, error) { return nil, nil })
	c := r.dial()
	if got := c.call(lineCall{Body: "not an object"}); got.Code != onramp.InvalidArgument {
		t.Errorf("got %+v", got)
	}
	if got := c.call(lineCall{Method: "nothing"}); got.Code != onramp.Internal || !strings.Contains(got.Text, "neither a message nor an error") {
		t.Errorf("got %+v", got)
	}
}

func TestCallsBeyondTheBoundAreRefusedAndTheOthersGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := serve(t, server.WithMaxConcurrent(2))
		r.handle("slow", func(context.Context, *hello) (*greeting, error) {
			time.Sleep(time.Second)
			return &greeting{"slow"}, nil
		})
		c, d := r.dial(), r.dial()
		c.send(lineCall{Method: "slow"})
		c.send(lineCall{Method: "slow"})
		synctest.Wait()
		if got := d.call(lineCall{}); got.Code != onramp.ResourceExhausted || got.Origin != onramp.Refused {
			t.Errorf("got %+v", got)
		}
		if n := r.Stats(); n.Running != 2 || n.Busy != 1 {
			t.Errorf("stats %+v", n)
		}
		for range 2 {
			if got := c.recv(); got.Code != onramp.OK {
				t.Errorf("got %+v", got)
			}
		}
		synctest.Wait()
		if got := d.call(lineCall{}); got.Code != onramp.OK {
			t.Errorf("after the load: got %+v", got)
		}
		r.Close()
	})
}

func TestNoHandlerStartsAfterItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		started := 0
		late := func(next onramp.Handler) onramp.Handler {
			return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
				started++
				return next(ctx, req)
			}
		}
		r := serve(t, server.WithInterceptor(late))
		c := r.dial()
		got := c.call(lineCall{Timeout: -time.Nanosecond})
		if got.Code != onramp.DeadlineExceeded || got.Origin != onramp.Refused || started != 0 {
			t.Errorf("got %+v, %d handlers started", got, started)
		}
		if got := c.call(lineCall{Timeout: time.Second}); got.Code != onramp.OK || started != 1 {
			t.Errorf("got %+v, %d handlers started", got, started)
		}
		r.Close()
	})
}

func TestHandlersContextCarriesTheDeadlineOverACodecWithout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := serve(t)
		r.handle("wait", func(ctx context.Context, _ *hello) (*greeting, error) { <-ctx.Done(); return nil, ctx.Err() })
		began := time.Now()
		got := r.dial().call(lineCall{Method: "wait", Timeout: 3 * time.Second})
		if got.Code != onramp.DeadlineExceeded || got.Origin != onramp.Remote || time.Since(began) != 3*time.Second {
			t.Errorf("got %+v after %v", got, time.Since(began))
		}
		r.Close()
	})
}

type seen struct {
	n int
	o onramp.Outcome
}

func (s *seen) End(_ *onramp.Request, o onramp.Outcome) { s.n++; s.o = o }

func TestObserversHearTheEndOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var o seen
		watch := func(next onramp.Handler) onramp.Handler {
			return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
				o = seen{}
				req.Observe(&o)
				return next(ctx, req)
			}
		}
		r := serve(t, server.WithInterceptor(watch))
		r.handle("fail", func(context.Context, *hello) (*greeting, error) { time.Sleep(time.Second); return nil, onramp.Aborted })
		r.handle("panic", func(context.Context, *hello) (*greeting, error) { panic("x") })
		c := r.dial()
		for method, want := range map[string]onramp.Code{"sayHello": onramp.OK, "fail": onramp.Aborted, "panic": onramp.Internal} {
			c.call(lineCall{Method: method})
			if o.n != 1 || o.o.Code != want || o.o.At.IsZero() {
				t.Errorf("%s: %+v", method, o)
			}
			if method == "fail" && o.o.Latency != time.Second {
				t.Errorf("latency %v", o.o.Latency)
			}
		}
		r.Close()
	})
}
