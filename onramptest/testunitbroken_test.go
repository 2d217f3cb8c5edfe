package onramptest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/feature"
	"github.com/onrampmesh/onramp/onramptest"
)

// wrapFunc is a unit in one function.
type wrapFunc func(p *feature.Path, next onramp.Handler) onramp.Handler

func (wrapFunc) Feature() feature.Name { return feature.RateLimit }

func (f wrapFunc) Wrap(p *feature.Path, next onramp.Handler) onramp.Handler { return f(p, next) }

// enforcing is a unit that does something in mode Enforce only.
func enforcing(stage func(next onramp.Handler) onramp.Handler) feature.Unit {
	return wrapFunc(func(p *feature.Path, next onramp.Handler) onramp.Handler {
		if p.Set.Modes[feature.RateLimit] == feature.Observe {
			return next
		}
		return stage(next)
	})
}

// stageOf tests a unit of one stage, which keeps nothing.
func stageOf(stage func(next onramp.Handler) onramp.Handler) func(*testing.T) {
	return unitOf(onramptest.UnitSuite{New: func(onramptest.UnitEnv) feature.Unit { return enforcing(stage) }})
}

func unitOf(s onramptest.UnitSuite) func(*testing.T) {
	return func(t *testing.T) { onramptest.TestUnit(t, s) }
}

func TestUnitRejectsUnitsOfAWrongShape(t *testing.T) {
	rejects(t,
		broken{name: "stands for no feature", fails: []string{"the unit stands for one feature"}, says: "Feature returned 19; there are 19 features",
			run: unitOf(onramptest.UnitSuite{New: func(onramptest.UnitEnv) feature.Unit { return nameless{} }})},
		broken{name: "calls next when it is wrapped", fails: []string{"wrapping only builds"}, says: "Wrap called next",
			run: unitOf(onramptest.UnitSuite{New: func(onramptest.UnitEnv) feature.Unit {
				return wrapFunc(func(_ *feature.Path, next onramp.Handler) onramp.Handler {
					_, _ = next(context.Background(), new(onramp.Request))
					return next
				})
			}})},
		broken{name: "changes the policy that it is shown", fails: []string{"wrapping only builds"}, says: "changed its Path",
			run: unitOf(onramptest.UnitSuite{New: func(onramptest.UnitEnv) feature.Unit {
				return wrapFunc(func(p *feature.Path, next onramp.Handler) onramp.Handler {
					p.Policy.Retry.Attempts++
					return next
				})
			}})},
		broken{name: "takes any setting", fails: []string{"a wrong setting is refused when the unit is made"}, says: "the unit with a wrong limit.most was made",
			run: unitOf(onramptest.UnitSuite{
				New: func(onramptest.UnitEnv) feature.Unit {
					return enforcing(func(h onramp.Handler) onramp.Handler { return h })
				},
				Wrong: map[string]func() error{"limit.most": func() error { return nil }},
			})},
		broken{name: "does not name the setting that is wrong", fails: []string{"a wrong setting is refused when the unit is made"}, says: "does not name the field limit.most: bad configuration",
			run: unitOf(onramptest.UnitSuite{
				New: func(onramptest.UnitEnv) feature.Unit {
					return enforcing(func(h onramp.Handler) onramp.Handler { return h })
				},
				Wrong: map[string]func() error{"limit.most": func() error { return errors.New("bad configuration") }},
			})},
	)
}

// nameless has a feature that there is not.
type nameless struct{}

func (nameless) Feature() feature.Name { return feature.N }

func (nameless) Wrap(_ *feature.Path, next onramp.Handler) onramp.Handler { return next }

func TestUnitRejectsStagesThatMeddle(t *testing.T) {
	type stage = func(next onramp.Handler) onramp.Handler
	sent := []string{"next gets the request as it was sent"}
	for _, c := range []struct {
		name, says string
		fails      []string
		stage      stage
	}{
		{"calls next twice", "and was called 2 times",
			[]string{"a call that succeeds goes to next once and its response comes back", "next is called no more often than the unit says", "a stream outlives the call that opened it", "an attempt that waited begins when it goes on", "an error never denies that the call may have run"},
			func(next onramp.Handler) onramp.Handler {
				return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
					_, _ = next(ctx, req)
					return next(ctx, req)
				}
			}},
		{"answers by itself", "the response is none that next returned",
			[]string{"a call that succeeds goes to next once and its response comes back", "calls that run side by side get their own answers"},
			func(next onramp.Handler) onramp.Handler {
				shared := new(onramp.Response)
				return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
					if resp, err := next(ctx, req); err != nil || req.Kind.Streaming() {
						return resp, err
					}
					return shared, nil
				}
			}},
		{"adds a header", `the request's header was "tenant: acme; "`, append(sent, "the request is as it was when the call returns"),
			func(next onramp.Handler) onramp.Handler {
				return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
					req.Header.Set("limited", "yes")
					return next(ctx, req)
				}
			}},
		{"gives the call more time", "the deadline is in 1s, and next sees one in", append(sent, "a call ends by its deadline"),
			func(next onramp.Handler) onramp.Handler {
				return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
					if d := req.Deadline; !d.IsZero() {
						req.Deadline = d.Add(time.Minute)
						defer func() { req.Deadline = d }()
					}
					return next(ctx, req)
				}
			}},
		{"gives streams a deadline", "the stream has no deadline, and next sees one in 1s", sent,
			func(next onramp.Handler) onramp.Handler {
				return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
					if req.Deadline.IsZero() {
						req.Deadline = req.Started().Add(time.Second)
						defer func() { req.Deadline = time.Time{} }()
					}
					return next(ctx, req)
				}
			}},
		{"leaves the deadline shorter", "after the call: its deadline moved by -500ms", []string{"the request is as it was when the call returns"},
			func(next onramp.Handler) onramp.Handler {
				return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
					if !req.Deadline.IsZero() {
						req.Deadline = req.Deadline.Add(-500 * time.Millisecond)
					}
					return next(ctx, req)
				}
			}},
		{"gives calls a context that never ends", "the call's context ends in 20m0s, and that of next", []string{"next gets the context of the call", "a call ends by its deadline", "a call ends when its context does", "calls are admitted again after calls that were canceled"},
			func(next onramp.Handler) onramp.Handler {
				return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
					if _, ok := ctx.Deadline(); ok || ctx.Done() != nil && req.Kind == onramp.Unary && req.Deadline.Sub(req.Started()) == time.Second {
						ctx = undone{ctx}
					}
					return next(ctx, req)
				}
			}},
		{"loses the values of the context", "it got a context without the caller's values", []string{"next gets the context of the call"},
			func(next onramp.Handler) onramp.Handler {
				return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
					if d, ok := ctx.Deadline(); ok && time.Until(d) > time.Minute {
						bare, cancel := context.WithDeadline(context.Background(), d)
						defer cancel()
						ctx = bare
					}
					return next(ctx, req)
				}
			}},
		{"waits and does not say so", "next was called 2ms after Attempt.Start", []string{"an attempt that waited begins when it goes on"},
			func(next onramp.Handler) onramp.Handler {
				return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
					if req.Kind == onramp.Oneway {
						time.Sleep(2 * time.Millisecond)
					}
					return next(ctx, req)
				}
			}},
		{"cancels streams on return", "after the stream was opened the context that next got has ended", []string{"a stream outlives the call that opened it"},
			func(next onramp.Handler) onramp.Handler {
				return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
					if req.Kind.Streaming() {
						bounded, cancel := context.WithTimeout(ctx, time.Minute)
						defer cancel()
						ctx = bounded
					}
					return next(ctx, req)
				}
			}},
		{"returns plain errors", "which is no *onramp.Error", []string{"a failure comes back as what it was"},
			func(next onramp.Handler) onramp.Handler {
				return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
					resp, err := next(ctx, req)
					if e := onramp.AsError(err); e != nil && e.Code == onramp.Aborted {
						return nil, fmt.Errorf("limit: %v", err)
					}
					return resp, err
				}
			}},
		{"turns a failure into success", "next failed with internal of origin refused, and the call succeeded", []string{"a failure comes back as what it was"},
			func(next onramp.Handler) onramp.Handler {
				return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
					resp, err := next(ctx, req)
					if e := onramp.AsError(err); e != nil && e.Code == onramp.Internal && e.Origin == onramp.Refused {
						return req.Reply(), nil
					}
					return resp, err
				}
			}},
		{"gives every error the origin Local", "of which one may have run, and the call's error has the origin local", []string{"an error never denies that the call may have run"},
			func(next onramp.Handler) onramp.Handler {
				return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
					resp, err := next(ctx, req)
					if e := onramp.AsError(err); e != nil {
						c := *e
						c.Origin = onramp.Local
						err = &c
					}
					return resp, err
				}
			}},
		{"recovers from panics", "and the stage with <nil> (error internal", []string{"a panic of next passes through"},
			func(next onramp.Handler) onramp.Handler {
				return func(ctx context.Context, req *onramp.Request) (resp *onramp.Response, err error) {
					defer func() {
						if recover() != nil {
							err = onramp.Internal
						}
					}()
					return next(ctx, req)
				}
			}},
		{"copies a call without a clone", "next was called with the caller's *Request after the stage had returned", []string{"a request is in one hand at a time"},
			func(next onramp.Handler) onramp.Handler {
				return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
					resp, err := next(ctx, req)
					if err == nil && !req.Kind.Streaming() && time.Since(req.Started()) > 200*time.Millisecond {
						go func() {
							time.Sleep(time.Second)
							_, _ = next(ctx, req)
						}()
					}
					return resp, err
				}
			}},
		{"derives a context for each call", "in the stage; UnitSuite.Allocations is 0", []string{"a call without failure allocates nothing"},
			func(next onramp.Handler) onramp.Handler {
				return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
					return next(context.WithValue(ctx, undone{}, "limited"), req)
				}
			}},
	} {
		rejects(t, broken{name: c.name, says: c.says, fails: c.fails, run: stageOf(c.stage)})
	}
}

// undone is a context that never ends.
type undone struct{ context.Context }

func (undone) Done() <-chan struct{}       { return nil }
func (undone) Err() error                  { return nil }
func (undone) Deadline() (time.Time, bool) { return time.Time{}, false }
