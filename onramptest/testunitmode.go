package onramptest

import (
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/feature"
)

// unitModeChecks are about a feature that another owner enforces.
func unitModeChecks(s *UnitSuite) []check[*UnitSuite] {
	const of, says = "feature.Unit.Wrap", "In mode Observe the stage counts what it would have done and does nothing else"
	all := []check[*UnitSuite]{
		{name: "in mode Observe calls are as without the unit", of: of, says: says,
			do: "in mode Observe call next once with what came and return what it returned", run: unitObserves},
	}
	if s.WouldHave != nil {
		all = append(all, check[*UnitSuite]{name: "in mode Observe what would have been done is counted", of: of, says: says,
			do: "count where mode Enforce would have refused or repeated", run: unitWouldHave})
	}
	return all
}

func unitObserves(t *checking, s *UnitSuite) {
	r := s.rig(t)
	defer r.close()
	h := r.stageOf(feature.Observe, true)
	for _, c := range r.pressed(h) { // now would be the time to refuse
		unitUntouched(t, c, "one of many that failed, or were under way at once,")
	}
	for _, kind := range []onramp.Kind{onramp.Unary, onramp.BidiStream} {
		unitUntouched(t, r.call(h, kind, succeeds), "that succeeded")
		for _, e := range failureKinds() {
			unitUntouched(t, r.call(h, kind, failsWith(e, time.Millisecond)), "that failed with "+describe(e))
		}
	}
}

// unitUntouched wants that a call went by as without a stage.
func unitUntouched(t *checking, c *unitCall, which string) {
	t.Helper()
	switch try := c.last(); {
	case len(c.tries) != 1:
		t.stop("for a call %s next was called %d times; it ended with %v", which, len(c.tries), c.err)
	case c.resp != try.resp || c.err != try.err:
		t.stop("for a call %s next returned %v and %v, and the stage %v and %v", which, try.resp, try.err, c.resp, c.err)
	case try.at != c.began:
		t.stop("a call %s reached next after %v", which, try.at.Sub(c.began))
	case c.fault(requestFault) != "" || c.fault(contextFault) != "":
		t.stop("a call %s was changed: %s%s", which, c.fault(requestFault), c.fault(contextFault))
	}
}

func unitWouldHave(t *checking, s *UnitSuite) {
	r := s.rig(t)
	defer r.close()
	h := r.stageOf(feature.Observe, true)
	r.call(h, onramp.Unary, succeeds)
	if n := s.WouldHave(r.unit); n != 0 {
		t.stop("after one call that succeeded WouldHave returned %d", n)
	}
	r.pressed(h)
	if n := s.WouldHave(r.unit); n == 0 {
		t.broken("after 64 calls at once and 300 that failed WouldHave returned 0")
	}
}
