package onramptest

import (
	"context"
	"time"

	"github.com/onrampmesh/onramp"
)

// unitPassChecks are about calls that nothing stands in the way of.
func unitPassChecks() []check[*UnitSuite] {
	const of, passes = "feature.Unit", "It passes ctx and the request on"
	return []check[*UnitSuite]{
		{name: "a call that succeeds goes to next once and its response comes back", of: of,
			says: "A stage calls next once and returns what next returned", do: "return next(ctx, req), or the very response that it returned",
			run: unitSucceeds},
		{name: "next gets the request as it was sent", of: of, says: passes,
			do: "hand on the request that came, or req.Clone(); make Deadline earlier only, and none for a stream", run: unitKeepsRequest},
		{name: "the request is as it was when the call returns", of: of,
			says: "What it sets in the Request for those below, the Deadline among it, it sets back", do: "keep the old value in a variable and store it again after next",
			run: unitRestores},
		{name: "next gets the context of the call", of: of,
			says: "a context that it derives keeps the values and ends no later than the call's", do: "derive contexts from the one that came, by package context",
			run: unitKeepsContext},
		{name: "an attempt that waited begins when it goes on", of: "onramp.Attempt.Start",
			says: "Whoever lets an attempt wait sets it anew", do: "set req.Attempt.Start = time.Now() after the wait, or the endpoint is taken to be slow",
			run: unitStarts},
		{name: "a stream outlives the call that opened it", of: of,
			says: "and is not canceled on return when Response.Stream is set", do: "cancel a derived context by req.Observe, at the end of the call, or not at all",
			run: unitStreams},
	}
}

func unitSucceeds(t *checking, s *UnitSuite) {
	r := s.rig(t)
	defer r.close()
	h := r.stage()
	for _, kind := range []onramp.Kind{onramp.Unary, onramp.Oneway, onramp.Unary} {
		c := r.through(h, kind, succeeds)
		switch {
		case c.err != nil || c.resp == nil:
			t.stop("next succeeded, and the stage returned the response %v and the error %v", c.resp, c.err)
		case len(c.tries) > 1 && !s.Copies:
			t.stop("next succeeded, and was called %d times", len(c.tries))
		case c.resp != c.tries[0].resp && c.resp.Body.Value != any(c):
			t.stop("the response is none that next returned")
		}
	}
}

func unitKeepsRequest(t *checking, s *UnitSuite) {
	unitEach(t, s, func(c *unitCall) {
		if text := c.fault(requestFault); text != "" {
			t.stop("%s", text)
		}
	})
}

func unitRestores(t *checking, s *UnitSuite) {
	unitEach(t, s, func(c *unitCall) {
		text := c.sent.differs(c.req)
		if text == "" && !c.req.Deadline.Equal(c.sent.deadline) {
			text = "its deadline moved by " + c.req.Deadline.Sub(c.sent.deadline).String()
		}
		if text != "" {
			t.stop("after the call: %s", text)
		}
	})
}

func unitStarts(t *checking, s *UnitSuite) {
	unitEach(t, s, func(c *unitCall) {
		if text := c.fault(startFault); text != "" {
			t.stop("%s", text)
		}
	})
}

// unitEach looks at calls of each kind, of which some fail.
func unitEach(t *checking, s *UnitSuite, look func(c *unitCall)) {
	t.Helper()
	r := s.rig(t)
	defer r.close()
	h := r.stage()
	for _, kind := range []onramp.Kind{onramp.Unary, onramp.Oneway, onramp.ServerStream} {
		for _, a := range []unitAnswer{succeeds, failsWith(unavailable(onramp.Wire), 5*time.Millisecond), failsWith(unavailable(onramp.Local), 0)} {
			look(r.through(h, kind, a))
		}
	}
}

func unitKeepsContext(t *checking, s *UnitSuite) {
	r := s.rig(t)
	defer r.close()
	h := r.stage()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	for range 50 {
		c := r.newCall(ctx, onramp.Unary, func(ctx context.Context, req *onramp.Request, _ int) (*onramp.Response, error) {
			cancel()
			if err := pause(ctx, time.Second/2); err == nil {
				ctx.Value(unitKey{}).(*unitCall).note(contextFault, "the call was canceled while next ran, and the context of next did not end")
			}
			return succeeds(ctx, req, 0)
		})
		c.run(h)
		if text := c.fault(contextFault); text != "" {
			t.stop("%s", text)
		}
		if len(c.tries) > 0 {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// openStream is the response of a call whose stream is open.
func openStream(_ context.Context, req *onramp.Request, _ int) (*onramp.Response, error) {
	resp := req.Reply()
	resp.Stream = idleStream{}
	return resp, nil
}

// idleStream is a stream on which nothing happens.
type idleStream struct{ onramp.Stream }

func unitStreams(t *checking, s *UnitSuite) {
	r := s.rig(t)
	defer r.close()
	h := r.stage()
	for _, kind := range []onramp.Kind{onramp.ClientStream, onramp.ServerStream, onramp.BidiStream} {
		c := r.through(h, kind, openStream)
		time.Sleep(20 * time.Second)
		switch try := c.last(); {
		case c.err != nil || c.resp == nil || c.resp.Stream == nil:
			t.stop("next returned a stream, and the stage the response %v and the error %v", c.resp, c.err)
		case len(c.tries) > 1:
			t.stop("next returned a stream, and was called %d times", len(c.tries))
		case try.ctx.Err() != nil:
			t.stop("20 s after the stream was opened the context that next got has ended: %v", context.Cause(try.ctx))
		}
		c.req.End(onramp.Outcome{At: time.Now()})
	}
}
