package cluster

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/internal/pool"
	"github.com/onrampmesh/onramp/internal/pool/pooltest"
	"github.com/onrampmesh/onramp/policy"
)

func TestWrongConfigNamesTheField(t *testing.T) {
	good := Config{Service: "s", Source: make(feed), Codec: &pooltest.Codec{}}
	for want, change := range map[string]func(*Config){
		"Config.Service is empty":                         func(c *Config) { c.Service = "" },
		"Config.Source is nil":                            func(c *Config) { c.Source = nil },
		"Config.Codec is nil":                             func(c *Config) { c.Codec = nil },
		"Config.Pool: pool: Config.MaxConns is 99":        func(c *Config) { c.Pool.MaxConns = 99 },
		"Config.EndpointBreaker: policy: endpointBreaker": func(c *Config) { c.EndpointBreaker.Window = 1 },
	} {
		cfg := good
		change(&cfg)
		if _, err := New(cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want it to say %q", err, want)
		}
	}
}

func TestAttemptTellsWhereItWentAndHowItEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, nil, "a")
		req := request(time.Second)
		req.Attempt.Tried = append(req.Attempt.Tried, "x")
		if _, err := w.RoundTrip(t.Context(), req); err != nil {
			t.Fatal(err)
		}
		o := req.Attempt.Outcome
		if o.Code != onramp.OK || o.Latency != 10*time.Millisecond || !o.At.Equal(time.Now()) {
			t.Errorf("outcome %+v", o)
		}
		shared := onramp.NewError(onramp.Internal, onramp.Remote, "broken")
		w.net.Server("a").Answer(shared)
		_, err := w.RoundTrip(t.Context(), req)
		e := onramp.AsError(err)
		if e == nil || e.Target != "greeter/hello" || e.Endpoint != "a" || e.Code != onramp.Internal || e.Origin != onramp.Remote {
			t.Errorf("error %v", err)
		}
		if shared.Target != "" || shared.Endpoint != "" {
			t.Error("an error that others may hold was changed")
		}
		if o := req.Attempt.Outcome; o.Code != onramp.Internal || o.Origin != onramp.Remote {
			t.Errorf("outcome %+v", o)
		}
		if got := strings.Join(req.Attempt.Tried, " "); got != "x a a" {
			t.Errorf("tried %q", got)
		}
	})
}

func TestRetryGoesToAnotherEndpoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, nil, "a", "b", "c")
		for range 50 {
			req := request(time.Second)
			for range 3 {
				if _, err := w.RoundTrip(t.Context(), req); err != nil {
					t.Fatal(err)
				}
			}
			seen := map[string]bool{}
			for _, k := range req.Attempt.Tried {
				seen[k] = true
			}
			if len(seen) != 3 {
				t.Fatalf("three attempts went to %v", req.Attempt.Tried)
			}
		}
	})
}

func TestCallWaitsForAnEndpoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, nil)
		time.AfterFunc(500*time.Millisecond, func() { w.feed.addrs("a") })
		start := time.Now()
		if err := w.once(t.Context(), time.Second); err != nil || time.Since(start) != 500*time.Millisecond {
			t.Fatalf("%v after %v", err, time.Since(start))
		}
		w.feed.addrs() // scaled to zero
		synctest.Wait()
		time.AfterFunc(500*time.Millisecond, func() { w.feed.addrs("b") })
		if err := w.once(t.Context(), time.Second); err != nil {
			t.Fatal(err)
		}
		if n := w.net.Server("b").Calls(); n != 1 {
			t.Fatalf("%d calls at b", n)
		}
	})
}

func TestCallWithoutAnEndpointEndsAtItsDeadlineAndSaysWhy(t *testing.T) {
	for want, say := range map[string]func(*world){
		"discovery has not answered yet": func(*world) {},
		"last discovery error: no route to registry": func(w *world) {
			w.feed <- discovery.Update{State: discovery.Failed, Err: errors.New("no route to registry")}
		},
		"discovery knows the service and lists no endpoint of it": func(w *world) { w.feed.addrs() },
		"discovery says that the service is gone":                 func(w *world) { w.feed <- discovery.Update{State: discovery.Gone} },
		"no endpoint of feed:///greeter: a file lists no greeter: context": func(w *world) {
			w.feed <- discovery.Update{State: discovery.Failed, Err: errors.New("line 1: not JSON")}
			w.feed <- discovery.Update{State: discovery.Known, Err: errors.New("a file lists no greeter")}
		},
		"none of the 1 known endpoints speaks fake, but dubbo":                 func(w *world) { w.feed.push(onramp.Endpoint{Addr: "a", Protocol: "dubbo"}) },
		"no endpoint of feed:///greeter: discovery has not answered yet: cont": func(*world) {},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := open(t, nil)
			say(w)
			start, req := time.Now(), request(time.Second)
			_, err := w.RoundTrip(t.Context(), req)
			e := onramp.AsError(err)
			if e == nil || e.Code != onramp.DeadlineExceeded || e.Origin != onramp.Local || e.Target != "greeter/hello" || e.Endpoint != "" {
				t.Errorf("error %v", err)
			}
			if time.Since(start) != time.Second || !strings.Contains(err.Error(), want) {
				t.Errorf("after %v: %v, want it to say %q", time.Since(start), err, want)
			}
			if o := req.Attempt.Outcome; o.Code != onramp.DeadlineExceeded || o.Origin != onramp.Local || o.At.IsZero() {
				t.Errorf("outcome %+v", o)
			}
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Millisecond, cancel)
			if e := onramp.AsError(w.once(ctx, time.Second)); e == nil || e.Code != onramp.Canceled {
				t.Errorf("canceled: %v", e)
			}
		})
	}
}

func TestEndpointThatStaysKeepsItsConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, nil)
		w.feed.push(onramp.Endpoint{ID: "1", Addr: "a"}, onramp.Endpoint{ID: "2", Addr: "b"})
		synctest.Wait()
		w.connect()
		first := w.view.Load().parts
		w.feed.push(onramp.Endpoint{ID: "2", Addr: "c"}, onramp.Endpoint{ID: "1", Addr: "a", Weight: 7, Labels: map[string]string{"version": "v2"}})
		synctest.Wait()
		w.connect()
		now := w.view.Load().parts
		if now[1].member != first[0].member || now[1].node.Endpoint.Weight != 7 {
			t.Error("the endpoint with a new weight is not the same member with it")
		}
		if now[0].member == first[1].member || now[0].node == first[1].node {
			t.Error("an endpoint that moved kept its state")
		}
		if at, _ := w.net.Server("a").Dials(); len(at) != 1 || w.net.Server("b").Conns() != 0 {
			t.Errorf("%d dials of a, %d connections to b", len(at), w.net.Server("b").Conns())
		}
		w.feed.push(onramp.Endpoint{ID: "2", Addr: "c"}, onramp.Endpoint{ID: "1", Addr: "a", Weight: 7, Labels: map[string]string{"version": "v2"}})
		synctest.Wait()
		if w.view.Load().parts[1].node != now[1].node {
			t.Error("an equal set made a new node")
		}
	})
}

func TestRemovedEndpointFinishesItsCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, nil, "a")
		w.net.Server("a").Latency(10 * time.Second)
		done := make(chan error, 1)
		go func() { done <- w.once(t.Context(), time.Minute) }()
		synctest.Wait()
		w.feed.addrs("b")
		synctest.Wait()
		if s := w.Status(); s.Draining != 1 || len(s.Endpoints) != 1 {
			t.Errorf("%d draining, %d endpoints", s.Draining, len(s.Endpoints))
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if n := w.net.Server("a").Conns(); n != 0 {
			t.Errorf("%d connections to the removed endpoint", n)
		}
	})
}

func TestEndpointsThatDiscoveryCallsUnwellAreLeftOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, nil)
		w.feed.push(onramp.Endpoint{Addr: "a"}, onramp.Endpoint{Addr: "b", Health: onramp.Draining},
			onramp.Endpoint{Addr: "c", Health: onramp.Healthy}, onramp.Endpoint{Addr: "d", Health: onramp.Unhealthy})
		noneFailed(t, w.load(t.Context(), 100, time.Second, w.once), 0)
		if b, d := w.net.Server("b").Calls(), w.net.Server("d").Calls(); b != 0 || d != 0 {
			t.Errorf("%d calls at the draining, %d at the unhealthy endpoint", b, d)
		}
		if b, d := w.stateOf("b"), w.stateOf("d"); b != "draining" || d != "unhealthy" {
			t.Errorf("states %q and %q", b, d)
		}
		w.feed.push(onramp.Endpoint{Addr: "b", Health: onramp.Draining})
		synctest.Wait()
		noneFailed(t, w.load(t.Context(), 100, time.Second, w.once), 0)
		if b := w.net.Server("b").Calls(); b != 100 {
			t.Errorf("%d of 100 calls at the only endpoint", b)
		}
	})
}

func TestFullEndpointSendsCallsToAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, func(c *Config) { c.Pool.MaxConns = 1; c.Codec.(*pooltest.Codec).Room = 10 }, "a", "b")
		w.net.Server("a").Latency(time.Second)
		w.net.Server("b").Latency(time.Second)
		start := time.Now()
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if err := w.once(t.Context(), time.Minute); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if d := time.Since(start); d != time.Second {
			t.Errorf("20 calls on 2 endpoints with room for 10 each took %v, want 1s", d)
		}
	})
}

func TestCallsWaitInLineWhenAllIsFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, func(c *Config) { c.Pool.MaxConns = 1; c.Pool.MaxWaiting = 3; c.Codec.(*pooltest.Codec).Room = 1 }, "a", "b")
		w.net.Server("a").Latency(time.Second)
		w.net.Server("b").Latency(time.Second)
		errs := make(chan error, 30)
		for range 30 {
			go func() { errs <- w.once(t.Context(), time.Minute) }()
			synctest.Wait()
		}
		ok, refused := 0, 0
		for range 30 {
			switch err := <-errs; {
			case err == nil:
				ok++
			case errors.Is(err, onramp.ResourceExhausted) && onramp.AsError(err).Origin == onramp.Local:
				refused++
			default:
				t.Error(err)
			}
		}
		if ok != 8 || refused != 22 { // 2 under way, 3 in line at each
			t.Errorf("%d calls served, %d refused", ok, refused)
		}
	})
}

func TestPolicyOfBreakersChangesWhileTheyRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, func(c *Config) { roundRobin(c); c.EndpointBreaker.Disabled = true }, "a", "b", "c")
		w.net.Server("a").Answer(onramp.NewError(onramp.Internal, onramp.Remote, "broken"))
		w.load(t.Context(), 100, time.Second, w.once)
		if s := w.stateOf("a"); s != "ready" {
			t.Fatalf("a disabled breaker made the endpoint %q", s)
		}
		if err := w.Reconfigure(policy.Breaker{Consecutive: 2, CoolDown: time.Hour}); err != nil {
			t.Fatal(err)
		}
		w.load(t.Context(), 100, time.Second, w.once)
		if s := w.stateOf("a"); s != "open" {
			t.Fatalf("the enabled breaker made the endpoint %q", s)
		}
		if err := w.Reconfigure(policy.Breaker{Window: 1}); err == nil {
			t.Fatal("a wrong policy was taken")
		}
	})
}

func TestStatusTellsWhatAPersonAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, func(c *Config) { c.EndpointBreaker.Disabled = true }, "a", "b")
		w.net.Server("a").Latency(time.Second)
		w.net.Server("b").Kill()
		time.Sleep(time.Minute)
		go func() { _ = w.once(t.Context(), time.Minute) }()
		synctest.Wait()
		_ = w.once(t.Context(), time.Second) // to b, which is found dead, and then to a
		s := w.Status()
		if s.Service != "greeter" || !s.Listed || s.Age < time.Minute || s.Err != nil || s.Panic {
			t.Errorf("status %+v", s)
		}
		a, b := s.Endpoints[0], s.Endpoints[1]
		if a.State != "ready" || a.Conns != 1 || b.Conns != 0 {
			t.Errorf("a: %+v\nb: %+v", a, b)
		}
		time.Sleep(200 * time.Millisecond)
		for range 5 {
			_ = w.once(t.Context(), time.Second)
		}
		if b := w.Status().Endpoints[1]; b.State != "failing" || !errors.Is(b.Err, pooltest.ErrRefused) {
			t.Errorf("b: %+v", b)
		}
	})
}

func TestLogTellsEachChangeOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		w := open(t, func(c *Config) { roundRobin(c); c.Logger = slog.New(slog.NewTextHandler(&log, nil)) }, "a", "b", "c")
		w.net.Server("a").Kill()
		w.load(t.Context(), 200, 10*time.Second, w.retried)
		w.net.Server("a").Set(pooltest.Up)
		w.load(t.Context(), 200, 20*time.Second, w.retried)
		_ = w.Close()
		for line, want := range map[string]int{
			"endpoints changed": 1, "endpoint cannot be dialed": 1, "endpoint can be dialed again": 1,
			"endpoint taken out": 1, "endpoint is back": 1, "service=greeter": 5,
		} {
			if n := strings.Count(log.String(), line); n != want {
				t.Errorf("%q stands %d times in the log, want %d:\n%s", line, n, want, log.String())
			}
		}
	})
}

func TestDrainingPoolIsNotADeadEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, func(c *Config) { c.Pool.MaxConns = 1; c.Codec.(*pooltest.Codec).Room = 1 }, "a")
		w.net.Server("a").Latency(time.Second)
		errs := make(chan error, 3)
		for range 3 { // one under way, two in line
			go func() { errs <- w.once(t.Context(), time.Minute) }()
		}
		synctest.Wait()
		w.feed.addrs("b")
		for range 3 {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		if n := w.net.Server("b").Calls(); n != 2 {
			t.Errorf("%d calls moved to the new endpoint, want 2", n)
		}
		if _, s := w.view.Load().parts[0].member.pool.Get(); s != pool.Ready {
			t.Errorf("the new endpoint's pool says %d", s)
		}
	})
}

func TestEndpointAnswersWhenItIsConnectedAndItsBreakerClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, nil, "a", "b")
		w.net.Server("c").Set(pooltest.Refusing)
		w.feed.addrs("a", "b", "c")
		synctest.Wait()
		for range 5 {
			w.view.Load().names["b"].report(onramp.Outcome{Code: onramp.Unavailable, Origin: onramp.Wire})
		}
		for id, want := range map[string]bool{"a": true, "b": false, "c": false, "stranger": false} {
			if got := w.answers(id); got != want {
				t.Errorf("%s answers: %v, want %v", id, got, want)
			}
		}
	})
}

func TestLogWarnsOfNoEndpointsAndIsSilentAboutFixedOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		logger := slog.New(slog.NewTextHandler(&log, nil))
		w := open(t, func(c *Config) { c.Logger = logger }, "a", "b")
		w.feed <- discovery.Update{State: discovery.Gone}
		time.Sleep(2 * time.Minute)
		_ = w.Close()
		if want := `level=WARN msg="no endpoint is left: calls wait for one until their deadline" service=greeter added=0 removed=2`; !strings.Contains(log.String(), want) {
			t.Errorf("want %s in:\n%s", want, log.String())
		}
		log.Reset()
		w = open(t, func(c *Config) { c.Logger, c.Target.Scheme = logger, discovery.Direct }, "a", "b")
		_ = w.Close()
		if log.Len() > 0 {
			t.Errorf("of a fixed list: %s", log.String())
		}
	})
}
