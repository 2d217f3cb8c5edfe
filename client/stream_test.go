package client

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/feature"
	"github.com/onrampmesh/onramp/onramptest"
)

// echoStream sends every message back, with the name of who answers.
func echoStream(name string) onramp.Handler {
	return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		if !req.Kind.Streaming() {
			var in message
			if err := req.Body.Decode(&in); err != nil {
				return nil, err
			}
			resp := req.Reply()
			resp.Body.Value = &message{name + ":" + in.Text}
			return resp, nil
		}
		for {
			var in message
			if err := req.Stream.Recv(&in); errors.Is(err, io.EOF) {
				return req.Reply(), nil
			} else if err != nil {
				return nil, err
			}
			if err := req.Stream.Send(&message{name + ":" + in.Text}); err != nil {
				return nil, err
			}
		}
	}
}

// onNetwork is a client over the streaming codec and a network in memory, whose
// service is at srv:1 and whose sidecar is at 127.0.0.1:15001.
func onNetwork(t *testing.T, opts ...Option) (*Client, *onramptest.Network) {
	t.Helper()
	n, k := onramptest.NewNetwork(), onramptest.StreamCodec()
	serve(t, n, "srv:1", k, echoStream("direct"))
	serve(t, n, "127.0.0.1:15001", k, echoStream("sidecar"))
	c, err := New(append(opts, WithCodec(k), WithDialer(n.Dial), quiet(), WithDiscovery(discovery.Static("srv:1")))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c, n
}

func atSidecar(t *testing.T, version uint64, share uint16, moved ...feature.Name) *feature.Plan {
	t.Helper()
	s := feature.Shares{Version: version, Dial: share, Lane: &scripted{name: "sidecar"}, Governance: map[feature.Name]uint16{}}
	for _, n := range moved {
		s.Governance[n] = share
	}
	p, err := s.Plan()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAStreamKeepsItsPipelineOverAFlip(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var records []Record
		c, _ := onNetwork(t, WithRecorder(func(r Record) { mu.Lock(); records = append(records, r); mu.Unlock() }))
		chat := StreamOf[message, message](c, "S/chat", onramp.BidiStream)
		talk := func(s *Stream[message, message], want string) {
			t.Helper()
			if err := s.Send(&message{"hi"}); err != nil {
				t.Fatal(err)
			}
			if out, err := s.Recv(); err != nil || out.Text != want {
				t.Fatalf("%v, %v, want %s", out, err, want)
			}
		}
		old, err := chat.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		talk(old, "direct:hi")
		if err := c.SetPlan("S", atSidecar(t, 1, feature.Scale, feature.Retry)); err != nil {
			t.Fatal(err)
		}
		young, err := chat.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		talk(young, "sidecar:hi")
		talk(old, "direct:hi")
		if st := c.Status("S")[0]; st.Draining != 1 || st.InFlight != 2 {
			t.Errorf("two streams, one of them older than the plan: %+v", st)
		}
		for _, s := range []*Stream[message, message]{old, young} {
			if err := s.CloseSend(); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Recv(); err != io.EOF {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		if st := c.Status("S")[0]; st.Draining != 0 || st.InFlight != 0 {
			t.Errorf("after both ended: %+v", st)
		}
		mu.Lock()
		defer mu.Unlock()
		if len(records) != 2 || records[0].Plan != 0 || records[0].Owner(feature.Retry) != "process" || records[1].Plan != 1 || records[1].Owner(feature.Retry) != "sidecar" {
			t.Errorf("%+v", records)
		}
		_ = c.Close()
	})
}

func TestACancelledStreamLetsItsPipelineGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := onNetwork(t)
		ctx, cancel := context.WithCancel(t.Context())
		s, err := StreamOf[message, message](c, "S/chat", onramp.BidiStream).Open(ctx)
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		if _, err := s.Recv(); !errors.Is(err, onramp.Canceled) || onramp.AsError(err).Target != "S/chat" {
			t.Errorf("%v", err)
		}
		synctest.Wait()
		if st := c.Status("S")[0]; st.InFlight != 0 {
			t.Errorf("%+v", st)
		}
		_ = c.Close()
	})
}

func TestAStreamThatCannotBeOpenedEndsItsCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		c := dial(t, func(context.Context, *onramp.Request) (*onramp.Response, error) {
			tries++
			return nil, onramp.NewError(onramp.Unavailable, onramp.Local, "nowhere")
		})
		if _, err := StreamOf[message, message](c, "S/chat", onramp.BidiStream).Open(t.Context()); !errors.Is(err, onramp.Unavailable) || tries != 3 {
			t.Errorf("%v after %d attempts", err, tries)
		}
		if st := c.Status("S")[0]; st.InFlight != 0 {
			t.Errorf("%+v", st)
		}
		if err := StreamOf[message, message](c, "S/chat", onramp.Unary).Err(); !errors.Is(err, onramp.InvalidArgument) {
			t.Errorf("a stream of kind unary: %v", err)
		}
	})
}

func TestACallOverTheNetworkGoesWhereThePlanSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, n := onNetwork(t)
		m := MethodOf[message, message](c, "S/m")
		for i, want := range []string{"direct:hi", "sidecar:hi", "direct:hi", "sidecar:hi"} {
			if err := c.SetPlan("S", atSidecar(t, uint64(i), uint16(i%2)*feature.Scale)); err != nil {
				t.Fatal(err)
			}
			if out, err := m.Call(t.Context(), &message{"hi"}); err != nil || out.Text != want {
				t.Errorf("%v, %v, want %s", out, err, want)
			}
		}
		if eps := c.Status("S")[0].Endpoints; len(eps) != 1 || eps[0].Addr != "srv:1" || eps[0].State != "ready" {
			t.Errorf("endpoints: %+v", eps)
		}
		if n.Dials("srv:1") != 1 {
			t.Errorf("the service was dialed %d times: its connections did not outlive the plans", n.Dials("srv:1"))
		}
		_ = c.Close()
	})
}

func TestATargetMayListItsAddresses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, n := onNetwork(t)
		serve(t, n, "other:7", onramptest.StreamCodec(), echoStream("other"))
		for target, want := range map[string]string{"S/m": "direct:hi", "stream://other:7/S/m": "other:hi", "static:///other:7?service=S/m": "other:hi"} {
			if out, err := Call[message](t.Context(), c, target, &message{"hi"}); err != nil || out.Text != want {
				t.Errorf("%s: %v, %v", target, out, err)
			}
		}
		_ = c.Close()
	})
}

// ends notes how calls ended, by where it observed them.
type ends struct {
	mu    sync.Mutex
	heard map[string][]onramp.Outcome
}

func (e *ends) observe(where string) onramp.Interceptor {
	return func(next onramp.Handler) onramp.Handler {
		return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
			req.Observe(&ending{e, where})
			return next(ctx, req)
		}
	}
}

type ending struct {
	*ends
	where string
}

func (e *ending) End(_ *onramp.Request, o onramp.Outcome) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.heard[e.where] = append(e.heard[e.where], o)
}

func TestObserversHearOnceHowAStreamReallyEnded(t *testing.T) {
	for name, tc := range map[string]struct {
		end    func(s *Stream[message, message], cancel func(), n *onramptest.Network, c *Client)
		code   onramp.Code
		origin onramp.Origin
	}{
		"clean end": {func(s *Stream[message, message], _ func(), _ *onramptest.Network, _ *Client) { _ = s.CloseSend() }, onramp.OK, onramp.Remote},
		"the peer fails": {func(s *Stream[message, message], _ func(), _ *onramptest.Network, _ *Client) {
			_ = s.Send(&message{"fail"})
		}, onramp.DataLoss, onramp.Remote},
		"cancelled": {func(_ *Stream[message, message], cancel func(), _ *onramptest.Network, _ *Client) { cancel() }, onramp.Canceled, onramp.Wire},
		"deadline":  {func(*Stream[message, message], func(), *onramptest.Network, *Client) { time.Sleep(time.Hour) }, onramp.DeadlineExceeded, onramp.Wire},
		"cut":       {func(_ *Stream[message, message], _ func(), n *onramptest.Network, _ *Client) { n.Cut("srv:2") }, onramp.Unavailable, onramp.Wire},
		"closed":    {func(_ *Stream[message, message], _ func(), _ *onramptest.Network, c *Client) { _ = c.Close() }, onramp.Unavailable, onramp.Wire},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := &ends{heard: map[string][]onramp.Outcome{}}
				c, n := onNetwork(t, WithInterceptor(e.observe("call")), WithAttemptInterceptor(e.observe("attempt")),
					WithRecorder(func(r Record) {
						e.mu.Lock()
						defer e.mu.Unlock()
						e.heard["record"] = append(e.heard["record"], r.Outcome)
					}))
				serve(t, n, "srv:2", onramptest.StreamCodec(), failing(echoStream("b")))
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				s, err := StreamOf[message, message](c, "stream://srv:2/S/chat", onramp.BidiStream).Open(ctx)
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Second)
				tc.end(s, cancel, n, c)
				_, err = s.Recv()
				if o := onramp.Classify(err); err != io.EOF && (o.Code != tc.code || o.Origin != tc.origin || onramp.AsError(err).Endpoint != "srv:2" || onramp.AsError(err).Target != "S/chat") {
					t.Errorf("Recv: %v", err)
				}
				synctest.Wait()
				e.mu.Lock()
				defer e.mu.Unlock()
				for _, where := range []string{"call", "attempt", "record"} {
					if h := e.heard[where]; len(h) != 1 || h[0].Code != tc.code || h[0].Origin != tc.origin || h[0].Latency < time.Second {
						t.Errorf("%s heard %+v", where, h)
					}
				}
				for _, st := range c.Status("S") {
					if st.InFlight != 0 {
						t.Errorf("%+v", st)
					}
				}
				_ = c.Close()
			})
		})
	}
}

// failing answers the message "fail" with an error of the handler.
func failing(next onramp.Handler) onramp.Handler {
	return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		req.Stream = &failer{req.Stream}
		return next(ctx, req)
	}
}

type failer struct{ onramp.Stream }

func (f *failer) Recv(into any) error {
	err := f.Stream.Recv(into)
	if m, ok := into.(*message); ok && err == nil && m.Text == "fail" {
		return onramp.NewError(onramp.DataLoss, onramp.Remote, "as it was told")
	}
	return err
}

func TestAShareOfTheStreamsTakesTheLaneForItsWholeLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := onNetwork(t, WithSeed(3), WithPlan("S", atSidecar(t, 1, 3000)))
		chat := StreamOf[message, message](c, "S/chat", onramp.BidiStream)
		took := map[string]int{}
		var open sync.WaitGroup
		for i := range 300 {
			s, err := chat.Open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			first := ""
			for range 3 {
				if err := s.Send(&message{"x"}); err != nil {
					t.Fatal(err)
				}
				out, err := s.Recv()
				if err != nil || first != "" && out.Text != first {
					t.Fatalf("%v, %v; the stream began with %s", out, err, first)
				}
				first = out.Text
				if i%100 == 0 { // under the stream's feet
					if err := c.SetPlan("S", atSidecar(t, uint64(i), 3000)); err != nil {
						t.Fatal(err)
					}
				}
			}
			took[first]++
			open.Go(func() {
				time.Sleep(time.Second)
				_ = s.CloseSend()
				if _, err := s.Recv(); err != io.EOF {
					t.Error(err)
				}
			})
			if i%50 == 49 { // connections carry so many
				open.Wait()
			}
		}
		if took["sidecar:x"] < 60 || took["sidecar:x"] > 120 || took["sidecar:x"]+took["direct:x"] != 300 {
			t.Errorf("the lane's share is 30 %%: %v", took)
		}
		synctest.Wait()
		if st := c.Status("S")[0]; st.InFlight != 0 || st.Draining != 0 {
			t.Errorf("%+v", st)
		}
		_ = c.Close()
	})
}

func TestAServerThatDrainsFinishesItsStreamsAndNewOnesGoElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, k := onramptest.NewNetwork(), onramptest.StreamCodec()
		a := onramptest.NewBackend(t, n, "a:1", k, echoStream("a"))
		onramptest.NewBackend(t, n, "b:1", k, echoStream("b"))
		c, err := New(WithCodec(k), WithDialer(n.Dial), quiet(), WithDiscovery(discovery.Static("a:1", "b:1")))
		if err != nil {
			t.Fatal(err)
		}
		chat := StreamOf[message, message](c, "S/chat", onramp.BidiStream)
		talk := func(s *Stream[message, message]) string {
			t.Helper()
			if err := s.Send(&message{"x"}); err != nil {
				t.Fatal(err)
			}
			out, err := s.Recv()
			if err != nil {
				t.Fatal(err)
			}
			return out.Text
		}
		var old []*Stream[message, message]
		at := map[string]int{}
		for range 20 {
			s, err := chat.Open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			old = append(old, s)
			at[talk(s)]++
			synctest.Wait() // both get connected
		}
		if at["a:x"] == 0 {
			t.Errorf("all streams are at one endpoint: %v, %+v", at, c.Status("S")[0].Endpoints)
		}
		drained := make(chan error, 1)
		go func() { drained <- a.Drain(t.Context()) }()
		synctest.Wait()
		for range 20 {
			s, err := chat.Open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if from := talk(s); from != "b:x" {
				t.Errorf("a new stream is at %s", from)
			}
			old = append(old, s)
		}
		for _, s := range old {
			talk(s)
			_ = s.CloseSend()
			if _, err := s.Recv(); err != io.EOF {
				t.Errorf("a stream that was open: %v", err)
			}
		}
		if err := <-drained; err != nil {
			t.Error(err)
		}
		_ = c.Close()
	})
}
