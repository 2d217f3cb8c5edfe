package onramptest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/feature"
)

// unitStateChecks are about what a unit remembers from call to call.
func unitStateChecks(s *UnitSuite) []check[*UnitSuite] {
	const of, outlives = "feature.Unit", "What must outlive a pipeline (budgets, windows) lives in the Unit"
	all := []check[*UnitSuite]{
		{name: "state outlives the pipeline", of: of, says: outlives,
			do: "keep counts and windows in the Unit and not in what Wrap makes: each new plan wraps anew", run: unitOutlives},
		{name: "calls that run side by side get their own answers", of: of,
			says: "each new plan and policy wraps anew, while calls run", do: "keep what belongs to one call in variables of the Handler, and share nothing but atomics; run with -race", run: unitParallel},
	}
	stop := make(chan struct{})
	defer close(stop)
	if _, ok := s.New(UnitEnv{Policy: s.Policy, Seed: 1, Stop: stop}).(feature.Reconfigurer); ok {
		all = append(all, check[*UnitSuite]{name: "a new policy keeps what was counted", of: "feature.Reconfigurer",
			says: "it takes a new policy and keeps what it counted", do: "change rates and limits in place", run: unitReconfigures})
	}
	return all
}

// decisions makes a long sequence of calls and says what became of each. before is
// called before each one and returns its stage.
func (s *UnitSuite) decisions(t *checking, stage func(r *unitRig) onramp.Handler) (all []string) {
	t.Helper()
	r := s.rig(t)
	defer r.close()
	note := func(c *unitCall) { all = append(all, c.decision()) }
	for range 200 {
		note(r.call(stage(r), onramp.Unary, failsWith(unavailable(onramp.Wire), 5*time.Millisecond)))
		time.Sleep(5 * time.Millisecond)
	}
	for range 10 {
		time.Sleep(time.Second)
		note(r.call(stage(r), onramp.Unary, succeeds))
	}
	for _, c := range r.crowd(func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) { return stage(r)(ctx, req) }, 64) {
		note(c)
	}
	return all
}

// decision says what a stage made of a call.
func (c *unitCall) decision() string {
	if e := onramp.AsError(c.err); e != nil {
		return fmt.Sprintf("%d attempts, %s of origin %s", len(c.tries), e.Code, e.Origin)
	}
	return fmt.Sprintf("%d attempts, success", len(c.tries))
}

// once returns a stage that is built for the first call.
func once() func(r *unitRig) onramp.Handler {
	var h onramp.Handler
	return func(r *unitRig) onramp.Handler {
		if h == nil {
			h = r.stage()
		}
		return h
	}
}

func unitOutlives(t *checking, s *UnitSuite) {
	want := s.decisions(t, once())
	if again := s.decisions(t, once()); !slices.Equal(again, want) {
		t.Skipf("two units of one seed decide differently (%s), so that the effect of a new pipeline cannot be told", firstDifference(want, again))
	}
	if got := s.decisions(t, (*unitRig).stage); !slices.Equal(got, want) {
		t.broken("the same calls, with one stage for all and with a new one for each: %s", firstDifference(want, got))
	}
}

func unitReconfigures(t *checking, s *UnitSuite) {
	want := s.decisions(t, once())
	stage := once()
	got := s.decisions(t, func(r *unitRig) onramp.Handler {
		p := *s.Policy
		r.unit.(feature.Reconfigurer).Reconfigure(&p)
		return stage(r)
	})
	if !slices.Equal(got, want) {
		t.broken("the same calls, without and with Reconfigure(the policy it has) before each: %s", firstDifference(want, got))
	}
}

func firstDifference(a, b []string) string {
	for i := range a {
		if a[i] != b[i] {
			return fmt.Sprintf("call %d of %d: %s; %s", i+1, len(a), a[i], b[i])
		}
	}
	return "no difference"
}

// unitParallel has goroutines call with requests that they use again and again, as
// the client does, while pipelines are built.
func unitParallel(t *checking, s *UnitSuite) {
	r := s.rig(t)
	defer r.close()
	var wg sync.WaitGroup
	wrong := make(chan string, 16)
	for w := range 16 {
		wg.Go(func() {
			h := r.stage()
			c := r.newCall(t.Context(), onramp.Unary, nil)
			for i := range 40 {
				if i%8 == w%8 {
					h = r.stage()
				}
				if text := r.own(c, h, w+i); text != "" {
					wrong <- text
					return
				}
			}
		})
	}
	wg.Wait()
	if len(wrong) > 0 {
		t.stop("16 goroutines made 40 calls each: %s", <-wrong)
	}
}

// own makes one call with a request that was used before, and says how its answer
// is not its own.
func (r *unitRig) own(c *unitCall, h onramp.Handler, i int) string {
	mine := &onramp.Error{Code: onramp.NotFound, Err: fmt.Errorf("call %d", i)}
	c.answer = func(ctx context.Context, req *onramp.Request, _ int) (*onramp.Response, error) {
		if err := wait(ctx, req, time.Duration(i%5)*time.Millisecond); err != nil {
			return nil, err
		}
		if i%3 == 0 {
			return nil, mine
		}
		return succeeds(ctx, req, 0)
	}
	c.mu.Lock()
	c.tries, c.returned = nil, false
	c.req.Reset()
	c.fill(onramp.Unary)
	c.mu.Unlock()
	c.run(h)
	e := onramp.AsError(c.err)
	switch {
	case c.panicked != nil:
		return fmt.Sprintf("a call panicked: %v", c.panicked)
	case len(c.tries) == 0:
		return "" // refused
	case i%3 == 0 && (e == nil || e.Err != mine.Err):
		return fmt.Sprintf("a call that failed with %v got %v", mine, c.err)
	case i%3 != 0 && (c.err != nil || c.resp == nil || c.resp.Body.Value != any(c)):
		return fmt.Sprintf("a call that succeeded got another one's response, or the error %v", c.err)
	}
	return ""
}
