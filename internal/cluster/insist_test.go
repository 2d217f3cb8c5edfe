package cluster

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/balancer"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/internal/pool"
	"github.com/onrampmesh/onramp/internal/pool/pooltest"
)

// inOrder is a policy that picks the first endpoint that was not tried.
type inOrder struct{}

type inOrderPicker []*balancer.Node

func (inOrder) Name() string                                 { return "in order" }
func (inOrder) Build(nodes []*balancer.Node) balancer.Picker { return inOrderPicker(nodes) }

func (p inOrderPicker) Pick(_ context.Context, req *onramp.Request) (*balancer.Node, error) {
	for _, n := range p {
		if !slices.Contains(req.Attempt.Tried, n.Endpoint.Key()) {
			return n, nil
		}
	}
	return p[0], nil
}

func ordered(c *Config) { c.Balancer = inOrder{} }

func TestRetryGoesBackToAnEndpointWhenTheOnlyOtherIsDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, ordered, "a", "b", "c")
		w.net.Server("a").Set(pooltest.Refusing)
		w.net.Server("a").Kill()
		_ = w.once(t.Context(), time.Second) // the pool of a rests from now on
		req := request(time.Second)
		req.Attempt.Tried = []string{"b", "c"}
		if _, err := w.RoundTrip(t.Context(), req); err != nil || !slices.Equal(req.Attempt.Tried, []string{"b", "c", "b"}) {
			t.Errorf("%v, tried %v", err, req.Attempt.Tried)
		}
	})
}

func TestCallThatWaitedForADialInVainGoesElsewhere(t *testing.T) {
	for name, c := range map[string]struct {
		mode pooltest.Mode
		want time.Duration
	}{
		"refused":           {pooltest.Refusing, 20 * time.Millisecond},
		"accept queue full": {pooltest.Hanging, 62500 * time.Microsecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := open(t, ordered)
				w.net.Server("a").Set(c.mode)
				w.net.Server("a").DialTime(20 * time.Millisecond)
				w.net.Server("b").DialTime(15 * time.Millisecond)
				w.feed.addrs("a", "b")
				synctest.Wait()
				start, req := time.Now(), request(time.Second)
				if _, err := w.RoundTrip(t.Context(), req); err != nil {
					t.Fatal(err)
				}
				if d := time.Since(start); d != c.want || !slices.Equal(req.Attempt.Tried, []string{"b"}) {
					t.Errorf("served after %v by %v, want %v", d, req.Attempt.Tried, c.want)
				}
				if a := w.view.Load().parts[0].node; c.mode == pooltest.Refusing && a.Failing() == 0 {
					t.Error("the balancer knows nothing of the dial that failed")
				}
			})
		})
	}
}

func TestCallFailsWithTheCauseWhenNobodyCanBeDialed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, nil)
		for _, a := range []string{"a", "b", "c"} {
			w.net.Server(a).Set(pooltest.Refusing)
		}
		w.feed.addrs("a", "b", "c")
		synctest.Wait()
		start, req := time.Now(), request(time.Second)
		_, err := w.RoundTrip(t.Context(), req)
		e := onramp.AsError(err)
		if !errors.Is(err, pooltest.ErrRefused) || e.Code != onramp.Unavailable || e.Origin != onramp.Local || e.Endpoint == "" || e.Target != "greeter/hello" {
			t.Errorf("error %v", err)
		}
		if d := time.Since(start); d > 10*time.Millisecond {
			t.Errorf("it took %v", d)
		}
		if o := req.Attempt.Outcome; o.Code != onramp.Unavailable || o.Origin != onramp.Local || o.At.IsZero() || len(req.Attempt.Tried) == 0 {
			t.Errorf("outcome %+v, tried %v", o, req.Attempt.Tried)
		}
	})
}

func TestAnotherEndpointIsTriedBeforeWaitingForRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, func(c *Config) { ordered(c); c.Pool.MaxConns = 1; c.Codec.(*pooltest.Codec).Room = 10 }, "a", "b", "c")
		var wg sync.WaitGroup
		for range 30 { // c is a third endpoint: only one other is tried
			wg.Go(func() {
				if err := w.once(t.Context(), time.Minute); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		a, b, c := w.net.Server("a").Calls(), w.net.Server("b").Calls(), w.net.Server("c").Calls()
		if line := w.Status().Endpoints[0].Waiting; a != 10 || b != 10 || c != 0 || line != 10 {
			t.Errorf("%d calls at a, %d at b, %d at c, and %d in line at a", a, b, c, line)
		}
		wg.Wait()
	})
}

func TestGatesThatAllShutBeforeTheNextViewRefuseNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, nil, "a", "b")
		w.cancel() // no view is built any more
		synctest.Wait()
		for _, p := range w.view.Load().parts {
			for range 5 {
				p.member.report(onramp.Outcome{Code: onramp.Unavailable, Origin: onramp.Wire})
			}
		}
		if err := w.once(t.Context(), time.Second); err != nil {
			t.Error(err)
		}
	})
}

func TestGateThatShutBeforeTheNextViewSendsTheCallElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, ordered, "a", "b")
		w.cancel()
		synctest.Wait()
		for range 5 {
			w.view.Load().parts[0].member.report(onramp.Outcome{Code: onramp.Unavailable, Origin: onramp.Wire})
		}
		req := request(time.Second)
		if _, err := w.RoundTrip(t.Context(), req); err != nil || !slices.Equal(req.Attempt.Tried, []string{"b"}) {
			t.Errorf("%v, tried %v", err, req.Attempt.Tried)
		}
	})
}

func TestEndpointRemovedUnderAPickIsNotTheEndOfTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, nil, "a")
		old := w.view.Load()
		w.feed.addrs("b")
		synctest.Wait()
		req := request(time.Second)
		a := attempt{c: w.Cluster}
		if err := a.search(t.Context(), req, old, nil); !errors.Is(err, pool.ErrGone) || !a.again {
			t.Errorf("%v, again %v", err, a.again)
		}
		first := a.reach(t.Context(), req, old, old.picker)
		if _, err := a.insist(t.Context(), req, first); err != nil || !slices.Equal(req.Attempt.Tried, []string{"b"}) {
			t.Errorf("%v, tried %v", err, req.Attempt.Tried)
		}
	})
}

func TestWaitingForAConnectionIsNotTheEndpointsLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, nil)
		w.net.Server("a").DialTime(500 * time.Millisecond)
		w.net.Server("a").Latency(10 * time.Millisecond)
		w.feed.addrs("a")
		req := request(time.Second)
		if _, err := w.RoundTrip(t.Context(), req); err != nil {
			t.Fatal(err)
		}
		if d := req.Attempt.Outcome.Latency; d != 510*time.Millisecond {
			t.Errorf("the attempt took %v, want 510ms", d)
		}
		if d := w.Status().Endpoints[0].Latency; d != 10*time.Millisecond {
			t.Errorf("the endpoint's latency is %v, want 10ms", d)
		}
	})
}

// shy is a codec whose connections refuse so many calls after they were taken,
// or panic.
type shy struct {
	pooltest.Codec
	refusals atomic.Int32
	panics   atomic.Bool
}

type shyConn struct {
	codec.Conn
	of *shy
}

func (s *shy) Dial(ctx context.Context, nc net.Conn) (codec.Conn, error) {
	c, err := s.Codec.Dial(ctx, nc)
	return shyConn{c, s}, err
}

func (c shyConn) RoundTrip(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
	if c.of.panics.Load() {
		panic("the serializer is broken")
	}
	if c.of.refusals.Add(-1) >= 0 {
		return nil, onramp.NewError(onramp.Unavailable, onramp.Local, "the connection is draining")
	}
	return c.Conn.RoundTrip(ctx, req)
}

func TestConnectionThatTakesNoCallIsNotTheEndOfIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shy{}
		w := open(t, func(c *Config) { c.Codec = s }, "a", "b")
		for _, kind := range []onramp.Kind{onramp.Unary, onramp.BidiStream} {
			s.refusals.Store(3)
			req := request(time.Second)
			req.Kind = kind
			if _, err := w.RoundTrip(t.Context(), req); err != nil || len(req.Attempt.Tried) != 1 {
				t.Errorf("%v, tried %v", err, req.Attempt.Tried)
			}
		}
		s.refusals.Store(1000)
		if err := w.once(t.Context(), time.Second); !errors.Is(err, onramp.Unavailable) {
			t.Errorf("refused for ever: %v", err)
		}
		if left := s.refusals.Load(); left < 990 {
			t.Errorf("the call asked %d times", 1000-left)
		}
		if n := w.inFlight(); n != 1 { // the stream
			t.Errorf("%d in flight", n)
		}
	})
}

func TestProbeThatFindsNobodyKeepsTheEndpointOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, ordered, "a", "b", "c")
		a := w.view.Load().parts[0].member
		for range 5 {
			a.report(onramp.Outcome{Code: onramp.Unavailable, Origin: onramp.Wire})
		}
		w.net.Server("a").Kill()
		time.Sleep(1100 * time.Millisecond)
		noneFailed(t, w.load(t.Context(), 100, time.Second, w.once), 10*time.Millisecond)
		if s := w.stateOf("a"); s != "open" && s != "probing" {
			t.Errorf("the dead endpoint is %q", s)
		}
		w.net.Server("a").Set(pooltest.Up)
		noneFailed(t, w.load(t.Context(), 100, 10*time.Second, w.once), 10*time.Millisecond)
		if s := w.stateOf("a"); s != "ready" {
			t.Errorf("the endpoint that is up is %q", s)
		}
	})
}

func TestPanicInACallLeavesNothingBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shy{}
		s.Kind = codec.PingPong
		w := open(t, func(c *Config) { c.Codec = s; c.Pool.MaxConns = 1 }, "a")
		for _, kind := range []onramp.Kind{onramp.Unary, onramp.BidiStream} {
			s.panics.Store(true)
			func() {
				defer func() {
					if recover() == nil {
						t.Error("the panic was swallowed")
					}
				}()
				req := request(time.Second)
				req.Kind = kind
				_, _ = w.RoundTrip(t.Context(), req)
			}()
			s.panics.Store(false)
			if n := w.inFlight(); n != 0 {
				t.Errorf("%d in flight", n)
			}
			if err := w.once(t.Context(), time.Second); err != nil {
				t.Errorf("the only connection was not given back: %v", err)
			}
		}
	})
}
