package onramptest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/feature"
	"github.com/onrampmesh/onramp/onramptest"
)

// repeater repeats failed calls, twice at most, in a way that is right but for
// what a test changes.
type repeater struct {
	most int
	// may says whether an attempt that ended with e may be repeated.
	may func(p *feature.Path, e *onramp.Error) bool
	// wait lets d pass, or returns false when the call is over.
	wait func(ctx context.Context, req *onramp.Request, d time.Duration) bool
	// count prepares the request for the next attempt.
	count func(req *onramp.Request, last *onramp.Error)
	// drop lets go of the response of an attempt; next says that another one follows.
	drop func(resp *onramp.Response, next bool)
	// last makes the call's error out of the last attempt's.
	last func(err *onramp.Error, mayHaveRun bool) error
}

func (*repeater) Feature() feature.Name { return feature.Retry }

func (r *repeater) Wrap(p *feature.Path, next onramp.Handler) onramp.Handler {
	if p.Set.Modes[feature.Retry] == feature.Observe {
		return next
	}
	return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		mayHaveRun := false
		for n := 1; ; n++ {
			resp, err := next(ctx, req)
			if err == nil {
				return resp, nil
			}
			e := onramp.AsError(err)
			mayHaveRun = mayHaveRun || e.MayHaveRun()
			if n == r.most || !r.may(p, e) || !r.wait(ctx, req, 10*time.Millisecond) {
				r.drop(resp, false)
				return resp, r.last(e, mayHaveRun)
			}
			r.drop(resp, true)
			r.count(req, e)
		}
	}
}

func goodRepeater() *repeater {
	return &repeater{most: 3, may: mayRepeat, wait: waitToRepeat, count: countOn,
		drop: func(resp *onramp.Response, next bool) {
			if next && resp != nil {
				resp.Body.Release()
			}
		},
		last: func(err *onramp.Error, mayHaveRun bool) error {
			if c := *err; mayHaveRun && !c.MayHaveRun() {
				c.Origin = onramp.Wire
				return &c
			}
			return err
		}}
}

func mayRepeat(p *feature.Path, e *onramp.Error) bool {
	var f feature.Final
	return e.Code == onramp.Unavailable && !e.Business && (p.Idempotent || !e.MayHaveRun()) && (!errors.As(e, &f) || !f.Final())
}

func waitToRepeat(ctx context.Context, req *onramp.Request, d time.Duration) bool {
	if !req.Deadline.IsZero() && time.Until(req.Deadline) <= d {
		return false
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func countOn(req *onramp.Request, last *onramp.Error) {
	a := &req.Attempt
	a.Number++
	a.Resent, a.Start, a.Outcome = last.Origin.Resendable(), time.Now(), onramp.Outcome{}
}

// repeating tests the repeater as change makes it.
func repeating(change func(r *repeater)) func(*testing.T) {
	return unitOf(onramptest.UnitSuite{MostCalls: 3, New: func(onramptest.UnitEnv) feature.Unit {
		r := goodRepeater()
		change(r)
		return r
	}})
}

func TestUnitAcceptsARepeater(t *testing.T) { repeating(func(*repeater) {})(t) }

func TestUnitRejectsUnitsThatRepeatWrongly(t *testing.T) {
	rejects(t,
		broken{name: "repeats what may have run", fails: []string{"what may have run is repeated for idempotent methods only"}, says: "a method that is not idempotent failed with unavailable of origin remote, and next was called 3 times",
			run: repeating(func(r *repeater) {
				r.may = func(p *feature.Path, e *onramp.Error) bool { return mayRepeat(&feature.Path{Idempotent: true}, e) }
			})},
		broken{name: "repeats what the application said", fails: []string{"an answer that is final is not repeated"}, says: "a call failed with an error with Business set, and next was called 3 times",
			run: repeating(func(r *repeater) {
				r.may = func(p *feature.Path, e *onramp.Error) bool {
					c := *e
					c.Business = false
					return mayRepeat(p, &c)
				}
			})},
		broken{name: "repeats what an open circuit refused", fails: []string{"an answer that is final is not repeated"}, says: "whose cause is a feature.Final, and next was called 3 times",
			run: repeating(func(r *repeater) {
				r.may = func(p *feature.Path, e *onramp.Error) bool {
					return mayRepeat(p, &onramp.Error{Code: e.Code, Origin: e.Origin, Business: e.Business})
				}
			})},
		broken{name: "repeats more often than it says", fails: []string{"next is called no more often than the unit says"}, says: "next was called 4 times; UnitSuite.MostCalls is 3",
			run: repeating(func(r *repeater) { r.most = 4 })},
		broken{name: "does not count attempts", fails: []string{"attempts are counted on"}, says: "at the 2. call of next Attempt.Number was 1",
			run: repeating(func(r *repeater) {
				r.count = func(req *onramp.Request, last *onramp.Error) {
					countOn(req, last)
					req.Attempt.Number = 1
				}
			})},
		broken{name: "says of each attempt that the one before did not run", fails: []string{"attempts are counted on"}, says: "after a failure of origin wire, Attempt.Resent was true",
			run: repeating(func(r *repeater) {
				r.count = func(req *onramp.Request, last *onramp.Error) {
					countOn(req, last)
					req.Attempt.Resent = true
				}
			})},
		broken{name: "leaves the outcome of the attempt before", fails: []string{"attempts are counted on"}, says: "at the 2. call of next Attempt.Outcome was {Code:unavailable",
			run: repeating(func(r *repeater) {
				r.count = func(req *onramp.Request, last *onramp.Error) {
					o := req.Attempt.Outcome
					countOn(req, last)
					req.Attempt.Outcome = o
				}
			})},
		broken{name: "leaves the start of the first attempt", fails: []string{"an attempt that waited begins when it goes on"}, says: "after Attempt.Start",
			run: repeating(func(r *repeater) {
				r.count = func(req *onramp.Request, last *onramp.Error) {
					start := req.Attempt.Start
					countOn(req, last)
					req.Attempt.Start = start
				}
			})},
		broken{name: "does not release what it drops", fails: []string{"the body of a dropped response is released"}, says: "the response of number 1 was dropped, and its body not released",
			run: repeating(func(r *repeater) { r.drop = func(*onramp.Response, bool) {} })},
		broken{name: "releases what it returns", fails: []string{"the body of a dropped response is released"}, says: "the response of number 3 was returned, and its body released",
			run: repeating(func(r *repeater) {
				r.drop = func(resp *onramp.Response, _ bool) {
					if resp != nil {
						resp.Body.Release()
					}
				}
			})},
		broken{name: "returns the last error alone", fails: []string{"an error never denies that the call may have run"}, says: "failed with the origins [wire local local], of which one may have run, and the call's error has the origin local",
			run: repeating(func(r *repeater) { r.last = func(e *onramp.Error, _ bool) error { return e } })},
		broken{name: "sleeps", fails: []string{"a call ends when its context does", "a call ends by its deadline"}, says: "a call that was canceled 7ms after it began ended after 15ms",
			run: repeating(func(r *repeater) {
				r.wait = func(_ context.Context, req *onramp.Request, d time.Duration) bool {
					if time.Until(req.Deadline) <= d {
						return false
					}
					time.Sleep(d)
					return true
				}
			})},
		broken{name: "begins an attempt after the deadline", fails: []string{"a call ends by its deadline"}, says: "and whose attempts fail after 10ms, ended after",
			run: repeating(func(r *repeater) {
				r.wait = func(ctx context.Context, _ *onramp.Request, d time.Duration) bool {
					return waitToRepeat(ctx, new(onramp.Request), d)
				}
			})},
		broken{name: "repeats beside the first attempt", fails: []string{"a request is in one hand at a time", "a call without failure allocates nothing"}, says: "next was called twice at once with one *Request",
			run: unitOf(onramptest.UnitSuite{MostCalls: 2, Copies: true, New: func(onramptest.UnitEnv) feature.Unit {
				return enforcing(func(next onramp.Handler) onramp.Handler {
					return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
						second := time.AfterFunc(150*time.Millisecond, func() { _, _ = next(ctx, req) })
						defer second.Stop()
						return next(ctx, req)
					}
				})
			}})},
	)
}
