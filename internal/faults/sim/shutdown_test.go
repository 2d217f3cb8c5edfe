package sim

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/internal/faults/row"
	"github.com/onrampmesh/onramp/onramptest"
	"github.com/onrampmesh/onramp/server"
)

// Row 41: a server is shut down with calls under way and a handler that is stuck.
func TestAShutdownDeliversWhatEndsInTimeAndReturns(t *testing.T) {
	each(t, func(t *testing.T, p row.Protocol) {
		const timeout, held = 5 * time.Second, 40
		w := newWorld(t, p, settings{})
		defer w.close()
		free := w.stuck(t)
		defer free()
		c := newCaller(t, p.Codec(), []string{serverAddr}, once(), dialer(w.net.Dial)) // dials are refused as they are
		defer c.Close()

		errs := make([]error, held)
		var all sync.WaitGroup
		for i := range errs { // up to just before the end, and beyond
			in := call{ID: int64(i), Hold: time.Duration(i) * 150 * time.Millisecond}
			all.Go(func() { errs[i] = try(within(t, time.Minute), c.write, in) })
		}
		var cut error
		all.Go(func() { cut = c.get(within(t, time.Minute), stuck) })
		synctest.Wait()
		var late []error
		for _, at := range []time.Duration{0, time.Second, 4 * time.Second} {
			all.Go(func() {
				time.Sleep(at + 50*time.Millisecond)
				err := try(within(t, time.Second), c.write, call{ID: 1000 + int64(at)})
				w.mu.Lock()
				late = append(late, err)
				w.mu.Unlock()
			})
		}
		begin := time.Now()
		err := w.server.Shutdown(within(t, timeout))
		took := time.Since(begin)
		all.Wait()

		if took > timeout+time.Second {
			t.Errorf("Shutdown returned after %v, want at most %v", took, timeout+time.Second)
		}
		if left, ok := errors.AsType[*server.DrainError](err); !ok || len(left.Calls) == 0 {
			t.Errorf("Shutdown with a stuck handler: %v, want a DrainError that names it", err)
		}
		lost := 0
		for i, err := range errs {
			if hold := time.Duration(i) * 150 * time.Millisecond; err != nil && hold < timeout {
				lost++
				t.Errorf("a call that ended after %v: %v", hold, err)
			}
		}
		if e := onramp.AsError(cut); cut == nil || e.Origin != onramp.Wire {
			t.Errorf("the caller of the stuck handler: %v, want wire", cut)
		}
		for _, err := range late {
			if e := onramp.AsError(err); err == nil || !e.Origin.Resendable() || e.Code != onramp.Unavailable {
				t.Errorf("a new call: %v, want unavailable, and one that may be sent again", err)
			}
		}
		row.Figure(t, 41, p.Name, "a shutdown of %v with a stuck handler returned after %v (goal + 1 s); of the calls that ended within it %d were lost (goal 0); %d new calls were refused as ones that may be sent again", timeout, took, lost, len(late))
	})
}

const stuck = service + "/stuck"

// stuck adds a method whose handler ignores its context until free is called.
func (w *world) stuck(t testing.TB) (free func()) {
	t.Helper()
	end := make(chan struct{})
	err := server.Handle(w.server, stuck, func(context.Context, *call) (*answer, error) {
		<-end
		return &answer{}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return sync.OnceFunc(func() { close(end) })
}

// Row 41: with a second server, a shutdown costs nobody a call, idempotent or not.
func TestAShutdownBesideAnotherServerLosesNoCall(t *testing.T) {
	each(t, func(t *testing.T, p row.Protocol) {
		net := onramptest.NewNetwork()
		a := newWorld(t, p, settings{on: net})
		defer a.close()
		b := newWorld(t, p, settings{on: net, addr: otherAddr})
		defer b.close()
		c := newCaller(t, p.Codec(), []string{serverAddr, otherAddr}, dialer(net.Dial))
		defer c.Close()
		var mu sync.Mutex
		var calls, failed int
		var all sync.WaitGroup
		stop := make(chan struct{})
		for i := range 16 {
			all.Go(func() {
				for id := int64(i); ; id += 16 {
					select {
					case <-stop:
						return
					case <-time.After(time.Millisecond):
					}
					err := try(within(t, time.Second), c.write, call{ID: id, Hold: 5 * time.Millisecond})
					mu.Lock()
					calls++
					if err != nil {
						failed++
						t.Errorf("a call during the shutdown of one of two servers: %v", err)
					}
					mu.Unlock()
				}
			})
		}
		time.Sleep(200 * time.Millisecond)
		before := a.ledger.total()
		if err := a.server.Shutdown(within(t, 10*time.Second)); err != nil {
			t.Error(err)
		}
		time.Sleep(200 * time.Millisecond)
		close(stop)
		all.Wait()
		if before == 0 || b.ledger.total() == 0 {
			t.Error("one of the two servers got no calls")
		}
		for id := range int64(calls) {
			if runs := a.ledger.of(id) + b.ledger.of(id); runs > 1 {
				t.Errorf("call %d ran %d times", id, runs)
			}
		}
		row.Figure(t, 41, p.Name, "one of two servers shut down under load: %d of %d calls that are not idempotent failed (goal 0), none ran twice", failed, calls)
	})
}
