package onramptest_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/feature"
	"github.com/onrampmesh/onramp/onramptest"
	"github.com/onrampmesh/onramp/policy"
)

// full is what a limit returns.
var full = onramp.NewError(onramp.ResourceExhausted, onramp.Local, "full")

// permits are a limit that gives back what release says.
type permits struct {
	taken   atomic.Int64
	refusal error
}

// take runs one call; give reports whether its permit is given back.
func (p *permits) take(next onramp.Handler, give func(req *onramp.Request, err error, returned bool) bool) onramp.Handler {
	return func(ctx context.Context, req *onramp.Request) (resp *onramp.Response, err error) {
		if p.taken.Load() >= 20 {
			return nil, p.refusal
		}
		p.taken.Add(1)
		returned := false
		defer func() {
			if give(req, err, returned) {
				p.taken.Add(-1)
			}
		}()
		resp, err = next(ctx, req)
		returned = true
		return resp, err
	}
}

// limitOf tests a limit that gives permits back as give says.
func limitOf(refusal error, give func(req *onramp.Request, err error, returned bool) bool) func(*testing.T) {
	return unitOf(onramptest.UnitSuite{Refuses: true, New: func(onramptest.UnitEnv) feature.Unit {
		p := &permits{refusal: refusal}
		return enforcing(func(next onramp.Handler) onramp.Handler { return p.take(next, give) })
	}})
}

func TestUnitRejectsUnitsThatHoldWhatEndedCallsTook(t *testing.T) {
	always := func(*onramp.Request, error, bool) bool { return true }
	rejects(t,
		broken{name: "keeps the permits of panics", says: "for two minutes afterwards no call succeeded",
			fails: []string{"calls are admitted again after panics", "calls are admitted again after goroutines that exit"},
			run:   limitOf(full, func(_ *onramp.Request, _ error, returned bool) bool { return returned })},
		broken{name: "keeps the permits of calls that were canceled", fails: []string{"calls are admitted again after calls that were canceled"}, says: "however it ended",
			run: limitOf(full, func(_ *onramp.Request, err error, _ bool) bool { return !errors.Is(err, onramp.Canceled) })},
		broken{name: "keeps the permits of failures", says: "for two minutes afterwards no call succeeded",
			fails: []string{"calls are admitted again after failures"},
			run: limitOf(full, func(_ *onramp.Request, err error, _ bool) bool {
				return err == nil || onramp.AsError(err).Origin != onramp.Wire || onramp.AsError(err).Code != onramp.Unavailable
			})},
		broken{name: "keeps the permits of streams", fails: []string{"calls are admitted again after streams that broke"}, says: "no call succeeded",
			run: limitOf(full, func(req *onramp.Request, err error, _ bool) bool { return !req.Kind.Streaming() || err != nil })},
		broken{name: "refuses with an error that says that the peer ran it", fails: []string{"a refusal says that nothing was sent"}, says: "a refused call ends with the code resource exhausted, the origin remote",
			run: limitOf(&onramp.Error{Code: onramp.ResourceExhausted, Err: errors.New("full")}, always)},
		broken{name: "refuses with a plain error", fails: []string{"a refusal says that nothing was sent"}, says: "a refused call ends with a *errors.errorString, which is no *onramp.Error: full",
			run: limitOf(errors.New("full"), always)},
		broken{name: "refuses and does not say that it may", says: "UnitSuite.Refuses says whether a unit may do so",
			fails: []string{"a call that succeeds goes to next once and its response comes back", "an attempt that waited begins when it goes on", "next gets the request as it was sent", "next is called no more often than the unit says", "the request is as it was when the call returns"},
			run: unitOf(onramptest.UnitSuite{New: func(onramptest.UnitEnv) feature.Unit {
				return enforcing(func(next onramp.Handler) onramp.Handler {
					return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
						if req.Kind == onramp.Oneway {
							return nil, full
						}
						return next(ctx, req)
					}
				})
			}})},
		broken{name: "remembers the latest request", fails: []string{"nothing of a request is kept"}, says: "1 of 8 requests are still held after their calls",
			run: unitOf(onramptest.UnitSuite{New: func(onramptest.UnitEnv) feature.Unit {
				var last atomic.Pointer[onramp.Request]
				return enforcing(func(next onramp.Handler) onramp.Handler {
					return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
						last.Store(req)
						return next(ctx, req)
					}
				})
			}})},
		broken{name: "leaves a goroutine for each stream", says: "goroutines are left",
			fails: []string{"next gets the request as it was sent", "the request is as it was when the call returns", "an attempt that waited begins when it goes on", "a stream outlives the call that opened it",
				"next is called no more often than the unit says", "calls are admitted again after streams that broke", "in mode Observe calls are as without the unit"},
			run: unitOf(onramptest.UnitSuite{New: func(onramptest.UnitEnv) feature.Unit {
				return wrapFunc(func(_ *feature.Path, next onramp.Handler) onramp.Handler {
					return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
						if req.Kind.Streaming() {
							go func() { select {} }()
						}
						return next(ctx, req)
					}
				})
			}})},
		broken{name: "has a goroutine that the client's end does not end", says: "goroutines are left",
			fails: []string{"what the unit started ends with the client", "calls that run side by side get their own answers", "state outlives the pipeline"},
			run: unitOf(onramptest.UnitSuite{New: func(onramptest.UnitEnv) feature.Unit {
				var most, underWay atomic.Int64
				return enforcing(func(next onramp.Handler) onramp.Handler {
					return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
						if n := underWay.Add(1); n == 10 && most.Swap(n) < n { // for the first crowd
							go func() { select {} }()
						}
						defer underWay.Add(-1)
						return next(ctx, req)
					}
				})
			}})},
	)
}

func TestUnitRejectsUnitsWithStateInTheWrongPlace(t *testing.T) {
	rejects(t,
		broken{name: "counts failures in the stage", fails: []string{"state outlives the pipeline"}, says: "the same calls, with one stage for all and with a new one for each: call 11 of 274",
			run: unitOf(onramptest.UnitSuite{Refuses: true, New: func(onramptest.UnitEnv) feature.Unit {
				return enforcing(func(next onramp.Handler) onramp.Handler { return new(circuit).count(next) })
			}})},
		broken{name: "forgets with a new policy", fails: []string{"a new policy keeps what was counted"}, says: "without and with Reconfigure(the policy it has) before each: call 11 of 274",
			run: unitOf(onramptest.UnitSuite{Refuses: true, New: func(onramptest.UnitEnv) feature.Unit { return new(forgetful) }})},
		broken{name: "answers with another call's response", fails: []string{"calls that run side by side get their own answers"}, says: "a call that succeeded got another one's response",
			run: unitOf(onramptest.UnitSuite{New: func(onramptest.UnitEnv) feature.Unit {
				var last atomic.Pointer[onramp.Response]
				return enforcing(func(next onramp.Handler) onramp.Handler {
					return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
						resp, err := next(ctx, req)
						if err != nil {
							return resp, err
						}
						last.Store(resp)
						runtime.Gosched() // another call may end at any time
						defer last.Store(nil)
						if other := last.Load(); other != nil {
							return other, nil
						}
						return resp, nil
					}
				})
			}})},
		broken{name: "holds a lock while it calls next", slow: true, fails: []string{"a call does not wait for another one that is in next"}, says: "did not reach next within 3s",
			run: unitOf(onramptest.UnitSuite{New: func(onramptest.UnitEnv) feature.Unit {
				var mu sync.Mutex
				return enforcing(func(next onramp.Handler) onramp.Handler {
					return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
						mu.Lock()
						defer mu.Unlock()
						return next(ctx, req)
					}
				})
			}})},
		broken{name: "counts under a lock", fails: []string{"calls wait for no lock that they share"}, says: "goroutines that call at once wait for a lock, released at",
			run: unitOf(onramptest.UnitSuite{New: func(onramptest.UnitEnv) feature.Unit {
				var mu sync.Mutex
				calls, latest := map[string]int{}, time.Time{}
				return enforcing(func(next onramp.Handler) onramp.Handler {
					return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
						mu.Lock()
						calls[req.Method]++
						latest = time.Now()
						ended := latest.IsZero() || calls[""] > 0
						mu.Unlock()
						if ended {
							return nil, full
						}
						return next(ctx, req)
					}
				})
			}})},
	)
}

// circuit opens for a second after ten in a row.
type circuit struct {
	inRow     atomic.Int64
	openUntil atomic.Int64
}

func (f *circuit) count(next onramp.Handler) onramp.Handler {
	return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		if req.Attempt.Start.UnixNano() < f.openUntil.Load() {
			return nil, full
		}
		resp, err := next(ctx, req)
		switch {
		case err == nil:
			f.inRow.Store(0)
		case f.inRow.Add(1) >= 10:
			f.inRow.Store(0)
			f.openUntil.Store(time.Now().Add(time.Second).UnixNano())
		}
		return resp, err
	}
}

// forgetful begins anew with each policy.
type forgetful struct{ circuit }

func (*forgetful) Feature() feature.Name { return feature.RateLimit }

func (f *forgetful) Wrap(p *feature.Path, next onramp.Handler) onramp.Handler {
	return enforcing(f.count).Wrap(p, next)
}

func (f *forgetful) Reconfigure(*policy.Service) { f.inRow.Store(0) }

func TestUnitRejectsUnitsThatDoNotOnlyObserve(t *testing.T) {
	rejects(t,
		broken{name: "enforces in mode Observe", fails: []string{"in mode Observe calls are as without the unit"}, says: "next was called 0 times",
			run: unitOf(onramptest.UnitSuite{Refuses: true, New: func(onramptest.UnitEnv) feature.Unit {
				f := new(circuit)
				return wrapFunc(func(_ *feature.Path, next onramp.Handler) onramp.Handler { return f.count(next) })
			}})},
		broken{name: "does not count in mode Observe", fails: []string{"in mode Observe what would have been done is counted"}, says: "after 64 calls at once and 300 that failed WouldHave returned 0",
			run: unitOf(onramptest.UnitSuite{Refuses: true,
				New:       func(onramptest.UnitEnv) feature.Unit { return enforcing(new(circuit).count) },
				WouldHave: func(feature.Unit) uint64 { return 0 },
			})},
	)
}
