package onramptest

import (
	"context"
	"sync"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/feature"
)

// unitRig is one unit under test.
type unitRig struct {
	t    *checking
	s    *UnitSuite
	unit feature.Unit
	stop chan struct{}
	// wrapping: pipelines are built one after the other, while calls run.
	wrapping sync.Mutex
}

// rig makes a unit. The caller defers close.
func (s *UnitSuite) rig(t *checking) *unitRig {
	t.Helper()
	r := &unitRig{t: t, s: s, stop: make(chan struct{})}
	if r.unit = s.New(UnitEnv{Policy: s.Policy, Seed: 1, Stop: r.stop}); r.unit == nil {
		t.stop("New returned nil")
	}
	return r
}

func (r *unitRig) close() { close(r.stop) }

// path is one method under one plan.
func (r *unitRig) path(mode feature.Mode, idempotent bool) *feature.Path {
	p := &feature.Path{
		Service: "com.acme.Greeter", Version: "1.0", Group: "blue", Method: "sayHello",
		Idempotent: idempotent, Set: &feature.Set{}, Policy: r.s.Policy,
	}
	if f := r.unit.Feature(); f < feature.N {
		p.Set.Modes[f] = mode
	}
	return p
}

// stage wraps next in the unit, for an idempotent method that this process governs.
func (r *unitRig) stage() onramp.Handler { return r.stageOf(feature.Enforce, true) }

func (r *unitRig) stageOf(mode feature.Mode, idempotent bool) onramp.Handler {
	r.t.Helper()
	r.wrapping.Lock()
	h := r.unit.Wrap(r.path(mode, idempotent), unitNext)
	r.wrapping.Unlock()
	if h == nil {
		r.t.stop("Wrap returned nil")
	}
	return h
}

// unitNext stands for all stages below. What it does is the call's to say.
func unitNext(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
	c, ok := ctx.Value(unitKey{}).(*unitCall)
	if !ok {
		if c, ok = req.Attached().(*unitCall); !ok {
			return nil, onramp.NewError(onramp.Internal, onramp.Local, "the request of this call is none of the caller's, and its context neither")
		}
		c.note(contextFault, "it got a context without the caller's values")
	}
	n := c.enter(ctx, req)
	defer c.leave(n, req) // also when it panics
	resp, err := c.answer(ctx, req, n)
	c.settle(n, req, resp, err)
	return resp, err
}

// unitAnswer is what the stages below do at the n-th try of a call; the first is 1.
type unitAnswer func(ctx context.Context, req *onramp.Request, n int) (*onramp.Response, error)

// succeeds answers at once.
func succeeds(_ context.Context, req *onramp.Request, _ int) (*onramp.Response, error) {
	resp := req.Reply()
	resp.Body.Value = req.Body.Value
	return resp, nil
}

// failsWith takes a while and fails, if it is not cut short before.
func failsWith(e *onramp.Error, took time.Duration) unitAnswer {
	return func(ctx context.Context, req *onramp.Request, _ int) (*onramp.Response, error) {
		if err := wait(ctx, req, took); err != nil {
			return nil, err
		}
		c := *e
		return nil, &c
	}
}

// unavailable is the failure that units have most to do with.
func unavailable(o onramp.Origin) *onramp.Error {
	return onramp.NewError(onramp.Unavailable, o, "scripted")
}

// call makes one call and wants that it neither panics nor ends its goroutine.
func (r *unitRig) call(h onramp.Handler, kind onramp.Kind, a unitAnswer) *unitCall {
	r.t.Helper()
	c := r.newCall(r.t.Context(), kind, a)
	c.run(h)
	if c.panicked != nil {
		r.t.stop("a call whose next did not panic panicked: %v", c.panicked)
	}
	return c
}

// through calls until a call reaches next, for units that refuse some.
func (r *unitRig) through(h onramp.Handler, kind onramp.Kind, a unitAnswer) *unitCall {
	r.t.Helper()
	for range 100 {
		if c := r.call(h, kind, a); len(c.tries) > 0 {
			return c
		} else if !r.s.Refuses {
			r.t.stop("next was not called, and the call ended with %v; UnitSuite.Refuses says whether a unit may do so", c.err)
		}
		time.Sleep(100 * time.Millisecond)
	}
	r.t.stop("of 100 calls, ten a second, none reached next")
	return nil
}
