package onramptest

import (
	"context"
	"errors"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/feature"
)

// unitRepeatChecks are for units that call next more than once.
func unitRepeatChecks() []check[*UnitSuite] {
	const of, repeats = "feature.Unit", "repeats nothing that may have run unless Path.Idempotent, nothing with Business set, and nothing of a stream that is open"
	return []check[*UnitSuite]{
		{name: "what may have run is repeated for idempotent methods only", of: of, says: repeats,
			do: "ask onramp.Error.MayHaveRun and Path.Idempotent before each repetition", run: unitIdempotent},
		{name: "an answer that is final is not repeated", of: of, says: repeats,
			do: "do not repeat errors with Business set, or whose cause is a feature.Final", run: unitFinal},
		{name: "attempts are counted on", of: "onramp.Attempt.Number",
			says: "Number is 1 for the first", do: "before next is called again: Number++, Resent by Origin.Resendable, and an empty Outcome", run: unitCounts},
		{name: "the body of a dropped response is released", of: of,
			says: "It releases the body of a response that it drops", do: "call resp.Body.Release() before the next attempt, and not for the response that is returned",
			run: unitReleases},
	}
}

func unitIdempotent(t *checking, s *UnitSuite) {
	for _, e := range failureKinds() {
		if !e.MayHaveRun() {
			continue
		}
		r := s.rig(t)
		if c := r.through(r.stageOf(feature.Enforce, false), onramp.Unary, failsWith(e, time.Millisecond)); len(c.tries) > 1 {
			t.stop("a call of a method that is not idempotent failed with %s, and next was called %d times", describe(e), len(c.tries))
		}
		r.close()
	}
}

// lastWord is a cause that no further attempt can change.
type lastWord struct{ error }

func (lastWord) Final() bool { return true }

func unitFinal(t *checking, s *UnitSuite) {
	for what, e := range map[string]*onramp.Error{
		"an error with Business set":               {Code: onramp.Unavailable, Business: true, Err: errors.New("scripted")},
		"a refusal whose cause is a feature.Final": {Code: onramp.Unavailable, Origin: onramp.Local, Err: lastWord{errors.New("scripted")}},
	} {
		r := s.rig(t)
		if c := r.through(r.stage(), onramp.Unary, failsWith(e, time.Millisecond)); len(c.tries) > 1 {
			t.broken("a call failed with %s, and next was called %d times", what, len(c.tries))
		}
		r.close()
	}
}

func unitCounts(t *checking, s *UnitSuite) {
	for _, origin := range []onramp.Origin{onramp.Local, onramp.Wire} {
		r := s.rig(t)
		c := r.through(r.stage(), onramp.Unary, failsWith(unavailable(origin), time.Millisecond))
		for i, try := range c.tries {
			switch {
			case try.number != i+1:
				t.stop("at the %d. call of next Attempt.Number was %d", i+1, try.number)
			case try.resent != (i > 0 && origin.Resendable()):
				t.stop("at the %d. call of next, after a failure of origin %s, Attempt.Resent was %v", i+1, origin, try.resent)
			case try.before != onramp.Outcome{}:
				t.stop("at the %d. call of next Attempt.Outcome was %+v", i+1, try.before)
			}
		}
		r.close()
	}
}

// counted counts releases.
type counted struct{ n int }

func (c *counted) Release() { c.n++ }

func unitReleases(t *checking, s *UnitSuite) {
	for _, succeedsAt := range []int{0, 2} {
		r := s.rig(t)
		var owners []*counted
		c := r.through(r.stage(), onramp.Unary, func(_ context.Context, req *onramp.Request, n int) (*onramp.Response, error) {
			resp, owner := &onramp.Response{Body: onramp.Received([]byte("x"), 0, nil)}, new(counted)
			resp.Body.Own(owner)
			owners = append(owners, owner)
			if n == succeedsAt {
				return resp, nil
			}
			return resp, unavailable(onramp.Local)
		})
		for i, o := range owners {
			dropped := c.resp == nil || c.resp != c.tries[i].resp
			switch {
			case dropped && o.n == 0:
				t.stop("of %d attempts the response of number %d was dropped, and its body not released", len(owners), i+1)
			case !dropped && o.n > 0:
				t.stop("of %d attempts the response of number %d was returned, and its body released", len(owners), i+1)
			}
		}
		r.close()
	}
}
