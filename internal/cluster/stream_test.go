package cluster

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/breaker"
	"github.com/onrampmesh/onramp/internal/pool/pooltest"
)

func stream() *onramp.Request {
	req := request(0)
	req.Kind, req.Deadline = onramp.BidiStream, time.Time{}
	return req
}

func (w *world) inFlight() (n int) {
	for _, e := range w.Status().Endpoints {
		n += e.InFlight
	}
	return n
}

// underlying returns the connection's own end of an open stream.
func underlying(p *onramp.Response) *pooltest.Stream {
	return p.Stream.(*located).Stream.(*pooltest.Stream)
}

func TestStreamIsInFlightUntilItReallyEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, nil, "a")
		req := stream()
		p, err := w.RoundTrip(t.Context(), req)
		if err != nil || p.Stream == nil {
			t.Fatalf("%v, %v", p, err)
		}
		if o := req.Attempt.Outcome; o.Code != onramp.OK || o.Latency != 10*time.Millisecond {
			t.Errorf("outcome of opening %+v", o)
		}
		time.Sleep(time.Hour / 2)
		if n := w.inFlight(); n != 1 {
			t.Errorf("%d in flight while the stream is open", n)
		}
		underlying(p).End(onramp.Outcome{})
		underlying(p).End(onramp.Outcome{})
		if n := w.inFlight(); n != 0 {
			t.Errorf("%d in flight after the end", n)
		}
	})
}

func TestStreamThatCannotBeOpenedEndsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, nil, "a")
		w.net.Server("a").Answer(onramp.NewError(onramp.Internal, onramp.Remote, "broken"))
		req := stream()
		_, err := w.RoundTrip(t.Context(), req)
		if !errors.Is(err, onramp.Internal) || w.inFlight() != 0 {
			t.Errorf("%v, %d in flight", err, w.inFlight())
		}
		req.End(req.Attempt.Outcome) // the client's own end of the call
		if n := w.inFlight(); n != 0 {
			t.Errorf("%d in flight after the call's end", n)
		}
		gate := w.view.Load().parts[0].member.gate
		if n := gate.Counts().Failures; n != 1 {
			t.Errorf("the gate counted %d failures, want 1", n)
		}
	})
}

func TestFailureOfAStreamCountsWhenItEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, nil, "a", "b", "c")
		gate := w.view.Load().parts[0].member.gate
		for gate.State() == breaker.Closed {
			p, err := w.RoundTrip(t.Context(), stream())
			if err != nil {
				t.Fatal(err)
			}
			underlying(p).End(onramp.Outcome{Code: onramp.Unavailable, Origin: onramp.Wire})
		}
	})
}

func TestOpeningALongStreamAnswersTheProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, roundRobin, "a", "b", "c")
		w.net.Server("a").Answer(onramp.NewError(onramp.Internal, onramp.Remote, "broken"))
		for w.stateOf("a") != "open" {
			_ = w.once(t.Context(), time.Second)
			synctest.Wait()
		}
		w.net.Server("a").Answer(nil)
		time.Sleep(1100 * time.Millisecond)
		var opened []*onramp.Response
		for range 3 {
			p, err := w.RoundTrip(t.Context(), stream())
			if err != nil {
				t.Fatal(err)
			}
			opened = append(opened, p)
		}
		synctest.Wait()
		if s := w.stateOf("a"); s != "ready" {
			t.Errorf("the endpoint is %q while its probe, a stream, is open", s)
		}
		for _, p := range opened {
			underlying(p).End(onramp.Outcome{Code: onramp.Unavailable, Origin: onramp.Wire})
		}
		if n := w.inFlight(); n != 0 {
			t.Errorf("%d in flight", n)
		}
		failures := 0
		for _, p := range w.view.Load().parts {
			failures += p.member.gate.Counts().Failures
		}
		if failures != 3 {
			t.Errorf("%d failures counted after three streams broke", failures)
		}
	})
}

func TestOnewayCallEndsWhenItIsWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, nil, "a")
		req := request(time.Second)
		req.Kind = onramp.Oneway
		if _, err := w.RoundTrip(t.Context(), req); err != nil || w.inFlight() != 0 {
			t.Errorf("%v, %d in flight", err, w.inFlight())
		}
		if d := w.Status().Endpoints[0].Latency; d != 0 {
			t.Errorf("a call without an answer made a latency of %v", d)
		}
	})
}
