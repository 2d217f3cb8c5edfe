package onramptest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/feature"
)

// unitFailureChecks are about calls that fail, below the stage or in it.
func unitFailureChecks(s *UnitSuite) []check[*UnitSuite] {
	const of = "feature.Unit"
	all := []check[*UnitSuite]{
		{name: "a failure comes back as what it was", of: of,
			says: "returns what next returned", do: "return the error of next, or an *onramp.Error with its code that wraps it", run: unitFails},
		{name: "an error never denies that the call may have run", of: of,
			says: "its error never says that a call did not run of which an attempt may have", do: "return an error of origin Wire when an attempt before the last one may have run",
			run: unitHonest},
		{name: "next is called no more often than the unit says", of: "onramptest.UnitSuite.MostCalls",
			says: "how often the unit may call next for one call", do: "count the attempts of the call, over all kinds of failures", run: unitMost},
		{name: "a request is in one hand at a time", of: of,
			says: "What runs beside next, or longer than the stage's Handler, gets a clone of the Request", do: "call next with req.Clone() in a goroutine",
			run: unitShares},
		{name: "a call ends by its deadline", of: of,
			says: "It waits no longer than ctx and req.Deadline allow", do: "wait on a timer of what is left, and do not begin an attempt after the deadline",
			run: unitKeepsDeadline},
		{name: "a call ends when its context does", of: of,
			says: "It waits no longer than ctx and req.Deadline allow", do: "wait in a select with ctx.Done(), not by time.Sleep", run: unitKeepsCancel},
	}
	if s.Refuses {
		all = append(all, check[*UnitSuite]{name: "a refusal says that nothing was sent", of: of,
			says: "does not call it and returns an *onramp.Error of origin Local", do: "return &onramp.Error{Code: ..., Origin: onramp.Local, Target: req.Target(), Err: ...}; Origin's zero value is Remote",
			run: unitRefuses})
	}
	return all
}

// failureKinds are errors that next may return: every code that calls end with, from
// each origin, and a business error.
func failureKinds() []*onramp.Error {
	all := []*onramp.Error{{Code: onramp.Unknown, Business: true, Err: errors.New("scripted")}}
	for _, code := range []onramp.Code{onramp.Unavailable, onramp.ResourceExhausted, onramp.Internal, onramp.Aborted, onramp.NotFound, onramp.Unknown} {
		for _, origin := range []onramp.Origin{onramp.Remote, onramp.Local, onramp.Refused, onramp.Wire} {
			all = append(all, &onramp.Error{Code: code, Origin: origin, Err: errors.New("scripted")})
		}
	}
	return all
}

func describe(e *onramp.Error) string {
	if e.Business {
		return "an error of the application"
	}
	return fmt.Sprintf("%s of origin %s", e.Code, e.Origin)
}

func unitFails(t *checking, s *UnitSuite) {
	for _, e := range failureKinds() {
		r := s.rig(t)
		c := r.through(r.stage(), onramp.Unary, failsWith(e, time.Millisecond))
		var got *onramp.Error
		switch {
		case c.err == nil:
			t.stop("next failed with %s, and the call succeeded with %+v", describe(e), c.resp)
		case !errors.As(c.err, &got):
			t.stop("next failed with %s, and the call with a %T, which is no *onramp.Error: %v", describe(e), c.err, c.err)
		case !errors.Is(c.err, e.Err):
			t.stop("next failed with %s, and the call's error does not wrap that: %v", describe(e), c.err)
		case got.Code != e.Code || got.Business != e.Business:
			t.stop("next failed with %s (business: %v), and the call with %s (business: %v): %v", describe(e), e.Business, got.Code, got.Business, c.err)
		}
		r.close()
	}
}

func unitHonest(t *checking, s *UnitSuite) {
	for _, origins := range [][]onramp.Origin{
		{onramp.Wire, onramp.Local, onramp.Local}, {onramp.Remote, onramp.Refused, onramp.Local}, {onramp.Local, onramp.Wire, onramp.Refused}, {onramp.Wire}, {onramp.Remote},
	} {
		r := s.rig(t)
		c := r.through(r.stage(), onramp.Unary, func(_ context.Context, _ *onramp.Request, n int) (*onramp.Response, error) {
			return nil, unavailable(origins[min(n, len(origins))-1])
		})
		ran := false
		for _, try := range c.tries {
			ran = ran || onramp.AsError(try.err).MayHaveRun()
		}
		if e := onramp.AsError(c.err); ran && e != nil && !e.MayHaveRun() {
			t.stop("the attempts of a call failed with the origins %v, of which one may have run, and the call's error has the origin %s: %v", origins[:min(len(c.tries), len(origins))], e.Origin, c.err)
		}
		r.close()
	}
}

func unitMost(t *checking, s *UnitSuite) {
	for _, kind := range []onramp.Kind{onramp.Unary, onramp.Oneway, onramp.BidiStream} {
		for _, e := range failureKinds() {
			r := s.rig(t)
			if c := r.through(r.stage(), kind, failsWith(e, time.Millisecond)); len(c.tries) > s.MostCalls {
				t.stop("for a call that failed with %s next was called %d times; UnitSuite.MostCalls is %d", describe(e), len(c.tries), s.MostCalls)
			}
			r.close()
		}
	}
}

func unitShares(t *checking, s *UnitSuite) {
	r := s.rig(t)
	defer r.close()
	h := r.stage()
	slow := func(ctx context.Context, req *onramp.Request, _ int) (*onramp.Response, error) {
		_ = pause(ctx, 300*time.Millisecond)
		return succeeds(ctx, req, 0)
	}
	for _, a := range []unitAnswer{succeeds, slow, failsWith(unavailable(onramp.Local), 5*time.Millisecond), failsWith(unavailable(onramp.Wire), 300*time.Millisecond)} {
		c := r.through(h, onramp.Unary, a)
		time.Sleep(3 * time.Second) // what runs on comes late
		if text := c.fault(sharedFault); text != "" {
			t.stop("%s", text)
		}
	}
}

func unitKeepsDeadline(t *checking, s *UnitSuite) {
	r := s.rig(t)
	defer r.close()
	h := r.stage()
	for i := range 24 {
		left, attempt := time.Duration(2+3*i)*time.Millisecond, 10*time.Millisecond
		if i%6 == 5 {
			attempt = time.Minute // next itself ends by the deadline
		}
		for _, by := range []string{"Request.Deadline", "its context"} {
			if took, err := r.bounded(h, left, attempt, by); took > left {
				t.stop("a call that had %v left by %s, and whose attempts fail after %v, ended after %v with %v", left, by, attempt, took, err)
			}
		}
	}
}

// bounded makes a call that has so much time left, and returns how long it took.
func (r *unitRig) bounded(h onramp.Handler, left, attempt time.Duration, by string) (time.Duration, error) {
	end := time.Hour
	if by != "Request.Deadline" {
		end = left
	}
	ctx, cancel := context.WithTimeout(r.t.Context(), end)
	defer cancel()
	c := r.newCall(ctx, onramp.Unary, failsWith(unavailable(onramp.Local), attempt))
	if by == "Request.Deadline" {
		c.req.Deadline = c.req.Started().Add(left)
	}
	c.run(h)
	return c.ended.Sub(c.began), c.err
}

func unitKeepsCancel(t *checking, s *UnitSuite) {
	r := s.rig(t)
	defer r.close()
	h := r.stage()
	for i := range 20 {
		after := time.Duration(i)*3*time.Millisecond + time.Millisecond
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(after, cancel)
		c := r.newCall(ctx, onramp.Unary, failsWith(unavailable(onramp.Local), 5*time.Millisecond))
		c.run(h)
		if took := c.ended.Sub(c.began); took > after {
			t.stop("a call that was canceled %v after it began ended after %v with %v", after, took, c.err)
		}
		time.Sleep(time.Second)
		cancel()
	}
}

func unitRefuses(t *checking, s *UnitSuite) {
	r := s.rig(t)
	defer r.close()
	refused := 0
	for _, c := range r.pressed(r.stage()) {
		if len(c.tries) > 0 || r.unit.Feature() == feature.Fault {
			continue
		}
		refused++
		e, ok := c.err.(*onramp.Error)
		switch {
		case c.err == nil:
			t.stop("next was not called, and the call returned %+v and no error", c.resp)
		case !ok:
			t.stop("a refused call ends with a %T, which is no *onramp.Error: %v", c.err, c.err)
		case e.Origin != onramp.Local || e.Code == onramp.OK || e.Business:
			t.stop("a refused call ends with the code %s, the origin %s and business %v: %v", e.Code, e.Origin, e.Business, e)
		}
	}
	t.Logf("of 364 calls %d were refused", refused)
}

// pressed makes 64 calls at once, which last a while, and 300 that fail.
func (r *unitRig) pressed(h onramp.Handler) []*unitCall {
	all := r.crowd(h, 64)
	for range 300 {
		all = append(all, r.call(h, onramp.Unary, failsWith(unavailable(onramp.Wire), time.Millisecond)))
		time.Sleep(time.Millisecond)
	}
	return all
}

// crowd makes n calls that begin one after the other and are all under way at once.
func (r *unitRig) crowd(h onramp.Handler, n int) []*unitCall {
	all, done := make([]*unitCall, n), make(chan struct{})
	for i := range all {
		all[i] = r.newCall(r.t.Context(), onramp.Unary, func(ctx context.Context, req *onramp.Request, _ int) (*onramp.Response, error) {
			if err := wait(ctx, req, 100*time.Millisecond); err != nil {
				return nil, err
			}
			return succeeds(ctx, req, 0)
		})
		go func() {
			all[i].run(h)
			done <- struct{}{}
		}()
		time.Sleep(time.Microsecond)
	}
	for range all {
		<-done
	}
	return all
}
