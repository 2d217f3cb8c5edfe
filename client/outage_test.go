package client

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/feature"
	"github.com/onrampmesh/onramp/policy"
)

func TestAnOutageOverThousandFlipsKeepsTheCircuitOpenAndTheBudgetSpent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		h := &hops{direct: func(context.Context, *onramp.Request) (*onramp.Response, error) {
			attempts++
			return nil, onramp.NewError(onramp.Unavailable, onramp.Remote, "outage")
		}}
		h.lane = h.direct
		c, err := New(WithCodec(named("fake")), WithDiscovery(scheme("list")), quiet(), withHops(h))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		m := MethodOf[message, message](c, "S/m", Idempotent())
		for range 100 {
			_, _ = m.Call(t.Context(), &message{})
		}
		s := m.service(c)
		for now := time.Now(); s.retry.Budget().Spend(now); {
		}
		if _, err := s.breaker.circuit.Allow(); err == nil {
			t.Fatal("the circuit is closed after 100 failed calls")
		}
		attempts = 0
		for v := range uint64(1000) {
			var moved []feature.Name
			if v%3 == 0 {
				moved = []feature.Name{feature.Retry, feature.ServiceBreaker}
			}
			if err := c.SetPlan("S", atSidecar(t, v, uint16(v%2)*5000, moved...)); err != nil {
				t.Fatal(err)
			}
			if err := c.SetPlan("S", nil); err != nil {
				t.Fatal(err)
			}
			if _, err := m.Call(t.Context(), &message{}); !errors.Is(err, onramp.Unavailable) || onramp.AsError(err).Origin != onramp.Local {
				t.Fatalf("flip %d: %v", v, err)
			}
			if left := s.retry.Budget().Left(time.Now()); left > int(v+1)/5 {
				t.Fatalf("flip %d: %d retries are left, and the calls since earned %d", v, left, (v+1)/5)
			}
		}
		if attempts != 0 {
			t.Errorf("%d attempts passed the open circuit", attempts)
		}
		if st := c.Status("S")[0]; st.Draining != 0 {
			t.Errorf("%+v", st)
		}
		// After the cool-down one probe passes, and no more: the state is the same circuit's.
		time.Sleep(1100 * time.Millisecond)
		for range 10 {
			_, _ = m.Call(t.Context(), &message{})
		}
		if attempts != 1 {
			t.Errorf("%d probes after the cool-down", attempts)
		}
	})
}

// service returns the state behind a method.
func (m *Method[Req, Resp]) service(c *Client) *service {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.services[c.key(discovery.Target{Service: m.target.Service})]
}

func TestAnObservedCircuitCountsWhatItWouldRefuseAndRefusesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		h := &hops{lane: func(context.Context, *onramp.Request) (*onramp.Response, error) {
			attempts++
			return nil, onramp.NewError(onramp.Unavailable, onramp.Remote, "outage")
		}}
		plan, err := feature.Shares{
			Version: 1, Dial: feature.Scale, Lane: &scripted{name: "sidecar"},
			Governance: map[feature.Name]uint16{feature.Retry: feature.Scale, feature.ServiceBreaker: feature.Scale},
			Observe:    []feature.Name{feature.Retry, feature.ServiceBreaker},
		}.Plan()
		if err != nil {
			t.Fatal(err)
		}
		c, err := New(WithCodec(named("fake")), WithDiscovery(scheme("list")), quiet(), withHops(h), WithPlan("S", plan))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		m := MethodOf[message, message](c, "S/m", Idempotent())
		for range 100 {
			if _, err := m.Call(t.Context(), &message{}); err == nil {
				t.Fatal("no error")
			}
		}
		st := c.Status("S")[0]
		if attempts != 100 || st.WouldReject == 0 || st.WouldReject == 100 || st.Retry.WouldRetry != 100 || st.Retry.Retries != 0 {
			t.Errorf("%d attempts for 100 calls; %+v", attempts, st)
		}
	})
}

func TestAnOpenCircuitFailsACallAtOnceAndIsNotRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := true
		c := dial(t, func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
			if down {
				return nil, onramp.NewError(onramp.Unavailable, onramp.Remote, "outage")
			}
			return echo(ctx, req)
		}, WithPolicy(&policy.Service{ServiceBreaker: policy.Breaker{CoolDown: 30 * time.Second}}))
		m := MethodOf[message, message](c, "S/m")
		for range 30 {
			_, _ = m.Call(t.Context(), &message{})
		}
		begin := time.Now()
		_, err := MethodOf[message, message](c, "S/m", Timeout(time.Hour)).Call(t.Context(), &message{})
		if e := onramp.AsError(err); e == nil || e.Origin != onramp.Local || e.RetryAfter <= 0 || time.Since(begin) != 0 {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
		if n := c.Status("S")[0].Retry.Retries; n != 0 {
			t.Errorf("%d retries against an open circuit", n)
		}
		down = false
		time.Sleep(31 * time.Second)
		if _, err := m.Call(t.Context(), &message{}); err != nil {
			t.Errorf("after the cool-down: %v", err)
		}
	})
}

// boom has h called and swallows its panic.
func boom(t *testing.T, h func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Error("the panic was swallowed")
		}
	}()
	h()
}

func TestAPanicKeepsNeitherTheCallNorTheCircuitsProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var blow, down bool
		c := dial(t, func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
			switch {
			case blow:
				panic("mine")
			case down:
				return nil, onramp.NewError(onramp.Unavailable, onramp.Remote, "outage")
			}
			return echo(ctx, req)
		})
		m := MethodOf[message, message](c, "S/m")
		down = true
		for range 30 {
			_, _ = m.Call(t.Context(), &message{})
		}
		time.Sleep(1100 * time.Millisecond)
		down, blow = false, true
		boom(t, func() { _, _ = m.Call(t.Context(), &message{}) }) // the only probe
		boom(t, func() { _, _ = StreamOf[message, message](c, "S/chat", onramp.BidiStream).Open(t.Context()) })
		blow = false
		if _, err := m.Call(t.Context(), &message{}); err != nil {
			t.Errorf("the panic kept the probe: %v", err)
		}
		if st := c.Status("S")[0]; st.InFlight != 0 {
			t.Errorf("%+v", st)
		}
	})
}

// observed counts the ends of calls by code.
type observed map[onramp.Code]int

func (o observed) End(_ *onramp.Request, end onramp.Outcome) { o[end.Code]++ }

func TestObserversAreToldOfACallThatEndsByAPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ends, records := observed{}, observed{}
		c := dial(t, func(context.Context, *onramp.Request) (*onramp.Response, error) { panic("mine") },
			WithRecorder(func(r Record) { records[r.Outcome.Code]++ }),
			WithInterceptor(func(next onramp.Handler) onramp.Handler {
				return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
					req.Observe(ends)
					return next(ctx, req)
				}
			}))
		boom(t, func() { _, _ = MethodOf[message, message](c, "S/m").Call(t.Context(), &message{}) })
		boom(t, func() { _, _ = StreamOf[message, message](c, "S/chat", onramp.BidiStream).Open(t.Context()) })
		if ends[onramp.Internal] != 2 || len(ends) != 1 || records[onramp.Internal] != 2 || len(records) != 1 {
			t.Errorf("observers were told %v and the recorder %v, want each of 2 calls once, as internal", ends, records)
		}
	})
}
