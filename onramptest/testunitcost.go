package onramptest

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/onrampmesh/onramp"
)

// unitCostChecks are about what a call without failure costs.
func unitCostChecks() []check[*UnitSuite] {
	const of, says = "feature.Unit", "A call without failure allocates nothing, and calls wait for no lock that they share"
	return []check[*UnitSuite]{
		{name: "a call without failure allocates nothing", of: of, says: says,
			do: "make closures in Wrap, derive no context, and keep what a call needs in variables; UnitSuite.Allocations allows some", run: unitAllocates, outside: true},
		{name: "calls wait for no lock that they share", of: of, says: says,
			do: "count in atomics, spread by request if all calls write", run: unitLocks, outside: true},
	}
}

// plainNext is a stage below that costs nothing.
func plainNext(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
	return req.Reply(), nil
}

// plainRequest is what the client hands to its pipeline.
func plainRequest() *onramp.Request {
	req := &onramp.Request{Service: "com.acme.Greeter", Method: "sayHello"}
	plainAgain(req, time.Now())
	return req
}

func plainAgain(req *onramp.Request, now time.Time) {
	req.Start(now)
	req.Deadline = now.Add(time.Hour)
	req.Attempt = onramp.Attempt{Number: 1, Start: now}
}

func unitAllocates(t *checking, s *UnitSuite) {
	r := s.rig(t)
	defer r.close()
	h := r.unit.Wrap(r.path(0, true), plainNext)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	req, refused := plainRequest(), 0
	n := allocations(50, func() {
		plainAgain(req, req.Started().Add(time.Microsecond))
		if _, err := h(ctx, req); err != nil {
			refused++
		}
	})
	switch {
	case refused > 0:
		t.Logf("%d calls were refused, and what they cost cannot be told from the others", refused)
	case n >= float64(s.Allocations+1):
		t.broken("a call that succeeds allocates %.0f times in the stage; UnitSuite.Allocations is %d", n, s.Allocations)
	}
}

func unitLocks(t *checking, s *UnitSuite) {
	defer runtime.SetMutexProfileFraction(runtime.SetMutexProfileFraction(1))
	r := s.rig(t)
	defer r.close()
	h := r.unit.Wrap(r.path(0, true), plainNext)
	before := contended(".callOften")
	for range 10 {
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() { callOften(h, plainRequest(), 2000) })
		}
		wg.Wait()
		if at := newlyContended(before, ".callOften"); at != "" {
			t.stop("four goroutines that call at once wait for a lock, released at %s", at)
		}
	}
}

// callOften calls. Its name is looked for in stacks.
//
//go:noinline
func callOften(h onramp.Handler, req *onramp.Request, n int) {
	for range n {
		plainAgain(req, req.Started().Add(time.Microsecond))
		_, _ = h(context.Background(), req)
	}
}
