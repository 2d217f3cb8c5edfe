package onramptest

import (
	"context"
	"runtime"
	"sync"
	"time"
	"weak"

	"github.com/onrampmesh/onramp"
)

// unitEndChecks are about what is left of calls that have ended.
func unitEndChecks() []check[*UnitSuite] {
	const of, says = "feature.Unit", "A stage holds nothing of a call that has ended, however it ended"
	const do = "give back in a defer, or by req.Observe for streams, what the call took: permits, tickets, counts"
	ends := func(name string, a unitAnswer, kind onramp.Kind) check[*UnitSuite] {
		return check[*UnitSuite]{name: "calls are admitted again after " + name, of: of, says: says, do: do,
			run: func(t *checking, s *UnitSuite) { unitAdmits(t, s, a, kind) }}
	}
	return []check[*UnitSuite]{
		{name: "a panic of next passes through", of: of, says: "a panic of next passes through it",
			do: "do not recover; clean up in a defer", run: unitPanics},
		ends("panics", func(context.Context, *onramp.Request, int) (*onramp.Response, error) { panic(scripted) }, onramp.Unary),
		ends("goroutines that exit", func(context.Context, *onramp.Request, int) (*onramp.Response, error) {
			runtime.Goexit()
			return nil, nil
		}, onramp.Unary),
		ends("failures", failsWith(unavailable(onramp.Wire), 5*time.Millisecond), onramp.Unary),
		ends("calls that were canceled", func(ctx context.Context, _ *onramp.Request, _ int) (*onramp.Response, error) {
			c := ctx.Value(unitKey{}).(*unitCall)
			c.cancel()
			<-ctx.Done()
			return nil, &onramp.Error{Code: onramp.Canceled, Origin: onramp.Wire, Err: context.Cause(ctx)}
		}, onramp.Unary),
		ends("streams that broke", openStream, onramp.BidiStream),
		{name: "nothing of a request is kept", of: "onramp.Request.Clone",
			says: "an independent copy for whoever keeps the request or runs beyond next", do: "keep copies of what is needed, or req.Clone()", run: unitForgets},
		{name: "what the unit started ends with the client", of: of,
			says: "What a Unit started ends with its service's client", do: "end goroutines and timers when UnitEnv.Stop is closed, and calls when their context ends", run: unitEnds},
	}
}

// scripted is what panics are of.
const scripted = "scripted panic"

func unitPanics(t *checking, s *UnitSuite) {
	r := s.rig(t)
	defer r.close()
	h := r.stage()
	for range 100 {
		c := r.newCall(t.Context(), onramp.Unary, func(context.Context, *onramp.Request, int) (*onramp.Response, error) { panic(scripted) })
		c.run(h)
		if len(c.tries) == 0 {
			time.Sleep(100 * time.Millisecond)
			continue
		}
		if c.panicked != scripted {
			t.stop("next panicked with %q, and the stage with %v (error %v)", scripted, c.panicked, c.err)
		}
		return
	}
}

// unitAdmits makes calls that end in one way, until calls are refused and then
// some now and then, as probes would be; then it wants that good calls go through.
func unitAdmits(t *checking, s *UnitSuite, a unitAnswer, kind onramp.Kind) {
	r := s.rig(t)
	defer r.close()
	h := r.stage()
	refused := 0
	for n := 0; n < 400 && refused < 3; n++ {
		if c := r.trouble(h, kind, a); len(c.tries) == 0 {
			refused++
		}
		time.Sleep(10 * time.Millisecond)
	}
	for range 5 {
		time.Sleep(11 * time.Second)
		r.trouble(h, kind, a)
	}
	for range 120 {
		if c := r.call(h, onramp.Unary, succeeds); len(c.tries) > 0 && c.err == nil {
			return
		}
		time.Sleep(time.Second)
	}
	t.stop("for two minutes afterwards no call succeeded, one a second")
}

// trouble makes a call in a goroutine of its own, which it may end, and ends its
// stream, if there is one, as one whose connection broke.
func (r *unitRig) trouble(h onramp.Handler, kind onramp.Kind, a unitAnswer) *unitCall {
	ctx, cancel := context.WithCancel(r.t.Context())
	defer cancel()
	c := r.newCall(ctx, kind, a)
	c.cancel = cancel
	over := make(chan struct{})
	go func() {
		defer close(over)
		c.run(h)
	}()
	<-over
	c.req.End(onramp.Outcome{Code: onramp.Unavailable, Origin: onramp.Wire, At: time.Now()})
	return c
}

// unitForgets asks the garbage collector who still holds a request.
func unitForgets(t *checking, s *UnitSuite) {
	r := s.rig(t)
	defer r.close()
	h := r.stage()
	kept := func(a unitAnswer) (reqs []weak.Pointer[onramp.Request]) {
		for range 8 {
			var wg sync.WaitGroup
			wg.Go(func() { // whose stack is gone afterwards
				c := r.newCall(context.Background(), onramp.Unary, a)
				reqs = append(reqs, weak.Make(c.req))
				c.run(h)
			})
			wg.Wait()
		}
		return reqs
	}
	for what, a := range map[string]unitAnswer{"succeeded": succeeds, "failed": failsWith(unavailable(onramp.Local), 0)} {
		reqs, held := kept(a), 0
		time.Sleep(time.Minute) // a timer that was stopped holds its function until its time
		for range 3 {
			runtime.GC()
		}
		for _, req := range reqs {
			if req.Value() != nil {
				held++
			}
		}
		if held > 0 {
			t.broken("%d of %d requests are still held after their calls %s and returned", held, len(reqs), what)
		}
	}
	runtime.KeepAlive(r)
}

func unitEnds(t *checking, s *UnitSuite) {
	r := s.rig(t)
	h := r.stage()
	r.crowd(h, 16)
	for range 20 {
		r.call(h, onramp.Unary, failsWith(unavailable(onramp.Wire), time.Millisecond))
	}
	r.close() // and the suite looks for goroutines
}
