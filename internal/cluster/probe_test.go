package cluster

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestAnEndpointThatThawedIsBackWithinTwoSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, nil, "a", "b", "c", "d")
		a := w.net.Server("a")
		a.Freeze()
		w.load(t.Context(), 500, 3*time.Second, w.retried)
		a.Thaw()
		w.load(t.Context(), 500, 2*time.Second, w.retried)
		before := a.Calls()
		w.load(t.Context(), 500, time.Second, w.retried)
		if n := a.Calls() - before; n < 500/4/2 {
			t.Errorf("two seconds after it thawed it got %d of 500 calls in a second, want at least half of its share", n)
		}
	})
}

func TestTheFirstCallAfterTheCoolDownIsTheProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, roundRobin, "a", "b", "c", "d")
		a := w.net.Server("a")
		a.Freeze()
		w.load(t.Context(), 500, 600*time.Millisecond, w.retried)
		if s := w.stateOf("a"); s != "open" {
			t.Fatalf("the frozen endpoint is %q", s)
		}
		a.Thaw()
		time.Sleep(1100 * time.Millisecond) // the cool-down
		if err := w.once(t.Context(), time.Second); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if s := w.stateOf("a"); s != "ready" {
			t.Errorf("after the first call the endpoint is %q, want ready", s)
		}
	})
}

func TestAFrozenEndpointIsProbedByOneCallAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, roundRobin, "a", "b", "c", "d")
		a := w.net.Server("a")
		a.Freeze()
		w.load(t.Context(), 500, 600*time.Millisecond, w.retried)
		before := a.Calls()
		w.load(t.Context(), 500, 5*time.Second, w.retried)
		if n := a.Calls() - before; n < 2 || n > 6 {
			t.Errorf("%d calls in five seconds with a cool-down of one, want about four", n)
		}
		a.Thaw()
	})
}
