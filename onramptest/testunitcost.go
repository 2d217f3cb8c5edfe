package onramptest

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/feature"
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

// unitSideChecks are about calls at the same time. They come first, because a unit
// that fails them makes others hang.
func unitSideChecks() []check[*UnitSuite] {
	return []check[*UnitSuite]{
		{name: "a call does not wait for another one that is in next", of: "feature.Unit", says: "calls wait for no lock that they share",
			do: "unlock before next is called, or use atomics", run: unitSideBySide, outside: true},
	}
}

// side is how long a call may take to next while another one is there, on a machine
// that has much else to do.
const side = 3 * time.Second

func unitSideBySide(t *checking, s *UnitSuite) {
	r := s.rig(t)
	defer r.close()
	reached, leave, over := make(chan struct{}, 2), make(chan struct{}), make(chan struct{}, 2)
	var wrapped atomic.Bool // before, only a wrong unit calls
	h := r.unit.Wrap(r.path(feature.Enforce, true), func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		if wrapped.Load() {
			reached <- struct{}{}
			<-leave
		}
		return plainNext(ctx, req)
	})
	wrapped.Store(true)
	for range 2 {
		go func() {
			_, _ = h(context.Background(), plainRequest())
			over <- struct{}{}
		}()
	}
	ended := 0
	defer func() {
		for close(leave); ended < 2; ended++ {
			<-over
		}
	}()
	late := time.NewTimer(side)
	defer late.Stop()
	for n := range 2 {
		select {
		case <-reached:
		case <-over: // it was refused
			ended++
		case <-late.C:
			t.stop("of two calls at once number %d did not reach next within %v, while the other one was there", n+1, side)
		}
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
	h := r.unit.Wrap(r.path(feature.Enforce, true), plainNext)
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
	r := s.rig(t)
	defer r.close()
	h := r.unit.Wrap(r.path(feature.Enforce, true), plainNext)
	at := waitedFor(".callOften", func(int) { callOften(h, plainRequest(), 20_000) })
	if at != "" {
		t.stop("goroutines that call at once wait for a lock, released at %s", at)
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
