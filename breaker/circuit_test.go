package breaker

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/policy"
)

var (
	ok     = onramp.Outcome{}
	failed = onramp.Outcome{Code: onramp.Internal}
)

// call makes one call that ends now.
func call(t testing.TB, c *Circuit, o onramp.Outcome) {
	t.Helper()
	ticket, err := c.Allow()
	if err != nil {
		t.Fatal(err)
	}
	o.At = time.Now()
	c.Done(ticket, o)
}

func refused(t testing.TB, c *Circuit) *onramp.Error {
	t.Helper()
	_, err := c.Allow()
	var e *onramp.Error
	if !errors.As(err, &e) {
		t.Fatalf("admitted (%v), want a refusal", err)
	}
	return e
}

func wantState(t testing.TB, c *Circuit, want State) {
	t.Helper()
	if got := c.State(); got != want {
		t.Fatalf("the circuit is %v, want %v", got, want)
	}
}

func TestCircuitOpensForTheCoolDownThenProbesThenCloses(t *testing.T) {
	for range 2 { // two bubbles: nothing of one may be left in the other
		synctest.Test(t, func(t *testing.T) {
			c := New("greeter", policy.Breaker{CoolDown: 30 * time.Second})
			for range 20 {
				call(t, c, failed)
			}
			wantState(t, c, Open)
			time.Sleep(30*time.Second - 1)
			if e := refused(t, c); e.RetryAfter != 1 {
				t.Errorf("retry after %v, want 1ns", e.RetryAfter)
			}
			time.Sleep(time.Nanosecond)
			probe, err := c.Allow()
			if err != nil {
				t.Fatalf("after the cool-down: %v", err)
			}
			wantState(t, c, HalfOpen)
			refused(t, c)
			c.Done(probe, ok)
			wantState(t, c, Closed)
			call(t, c, ok)
		})
	}
}

func TestAFailedProbeOpensForAnotherCoolDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New("greeter", policy.Breaker{Consecutive: 1, CoolDown: time.Second})
		call(t, c, failed)
		for range 5 {
			time.Sleep(time.Second)
			call(t, c, failed)
			wantState(t, c, Open)
			if got := c.RetryAfter(); got != time.Second {
				t.Errorf("retry after %v, want 1s", got)
			}
		}
		e := refused(t, c)
		if !strings.Contains(e.Error(), "the latest probe failed too") {
			t.Errorf("%v does not say that a probe failed", e)
		}
	})
}

func TestFailuresInARowOpenWhateverTheWindowSays(t *testing.T) {
	c := New("greeter", policy.Breaker{Consecutive: 3, MinCalls: 1000})
	for range 10 { // a success in between begins anew
		call(t, c, failed)
		call(t, c, failed)
		call(t, c, ok)
	}
	wantState(t, c, Closed)
	for range 3 {
		call(t, c, failed)
	}
	wantState(t, c, Open)
	if e := refused(t, c); !strings.Contains(e.Error(), "3 calls in a row failed") {
		t.Errorf("%v does not say why it is open", e)
	}
}

func TestCircuitNeedsEnoughCallsInTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New("greeter", policy.Breaker{MinCalls: 10, FailurePercent: 30, Window: 10 * time.Second})
		for range 9 {
			call(t, c, failed)
		}
		wantState(t, c, Closed)
		time.Sleep(10 * time.Second) // the failures leave the window
		for range 7 {
			call(t, c, ok)
		}
		call(t, c, failed)
		call(t, c, failed)
		wantState(t, c, Closed)
		call(t, c, failed) // 3 of 10
		wantState(t, c, Open)
	})
}

func TestWhatSaysNothingAboutThePeerCountsAsNothing(t *testing.T) {
	c := New("greeter", policy.Breaker{Consecutive: 1})
	for _, o := range []onramp.Outcome{
		{Code: onramp.Unavailable, Origin: onramp.Local},
		{Code: onramp.DeadlineExceeded, Origin: onramp.Local},
		{Origin: onramp.Local},
		{Code: onramp.Canceled, Origin: onramp.Wire},
	} {
		call(t, c, o)
	}
	if n := c.Counts(); n != (Counts{}) {
		t.Errorf("counted %+v, want nothing", n)
	}
	call(t, c, onramp.Outcome{Code: onramp.Internal, Business: true})
	call(t, c, onramp.Outcome{Code: onramp.NotFound})
	if n := c.Counts(); n.Successes != 2 || n.Failures != 0 {
		t.Errorf("counted %+v, want 2 successes: the peer answered", n)
	}
	call(t, c, onramp.Outcome{Code: onramp.ResourceExhausted, Origin: onramp.Refused})
	wantState(t, c, Open)
}

func TestAProbeThatSaysNothingLeavesItsPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New("greeter", policy.Breaker{Consecutive: 1, CoolDown: time.Second, Probes: 2})
		call(t, c, failed)
		time.Sleep(time.Second)
		for range 10 {
			call(t, c, onramp.Outcome{Code: onramp.Canceled, Origin: onramp.Wire})
			call(t, c, onramp.Outcome{Code: onramp.Unavailable, Origin: onramp.Local})
		}
		wantState(t, c, HalfOpen)
		call(t, c, ok)
		wantState(t, c, HalfOpen)
		call(t, c, ok)
		wantState(t, c, Closed)
	})
}

func TestTicketsOfAnEarlierStateDoNotCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New("greeter", policy.Breaker{Consecutive: 1, CoolDown: time.Second})
		var stale []Ticket
		take := func() {
			ticket, err := c.Allow()
			if err != nil {
				t.Fatal(err)
			}
			stale = append(stale, ticket)
		}
		for range 3 {
			take()
		}
		call(t, c, failed)
		c.Done(stale[0], ok) // while open
		wantState(t, c, Open)
		time.Sleep(time.Second)
		take() // the probe
		c.Done(stale[1], failed)
		wantState(t, c, HalfOpen)
		c.Done(stale[3], ok)
		wantState(t, c, Closed)
		c.Done(stale[2], failed) // closed, but not the same closed
		c.Done(stale[3], failed) // a probe that is over
		c.Done(Ticket{}, failed)
		wantState(t, c, Closed)
		if n := c.Counts(); n != (Counts{}) {
			t.Errorf("counted %+v, want nothing", n)
		}
	})
}

func TestARefusalSaysWhoSinceWhenAndWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New("com.acme.Greeter", policy.Breaker{MinCalls: 4, CoolDown: 5 * time.Second})
		since := time.Now()
		for _, o := range []onramp.Outcome{ok, ok, failed, failed} {
			call(t, c, o)
		}
		time.Sleep(2 * time.Second)
		e := refused(t, c)
		if e.Code != onramp.Unavailable || e.Origin != onramp.Local || e.RetryAfter != 3*time.Second {
			t.Errorf("got %v %v, retry after %v; want unavailable, local, 3s", e.Code, e.Origin, e.RetryAfter)
		}
		var open *OpenError
		if !errors.As(e, &open) || open.Name != "com.acme.Greeter" || open.State != Open || !open.Since.Equal(since) || open.Left != 3*time.Second {
			t.Errorf("cause %+v", open)
		}
		want := `onramp: unavailable (local): circuit "com.acme.Greeter" is open since 2000-01-01T00:00:00.000Z because 2 of 4 calls in 10s failed (50 %), the last one with internal (remote); the next probe is admitted in 3s`
		if e.Error() != want {
			t.Errorf("got  %v\nwant %v", e, want)
		}
		time.Sleep(3 * time.Second)
		if _, err := c.Allow(); err != nil {
			t.Fatal(err)
		}
		if e := refused(t, c); !strings.Contains(e.Error(), "is half-open since") || e.RetryAfter != 0 {
			t.Errorf("while a probe is under way: %v, retry after %v", e, e.RetryAfter)
		}
	})
}

func TestDoneAsksTheClockWhenTheOutcomeHasNoTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New("greeter", policy.Breaker{})
		time.Sleep(time.Minute)
		ticket, _ := c.Allow()
		c.Done(ticket, ok)
		if n := c.Counts(); n.Successes != 1 {
			t.Errorf("counted %+v, want 1 success", n)
		}
	})
}

func TestASuccessfulCallAllocatesNothing(t *testing.T) {
	c := New("greeter", policy.Breaker{})
	o := onramp.Outcome{At: time.Now()}
	if n := testing.AllocsPerRun(1000, func() {
		ticket, _ := c.Allow()
		c.Done(ticket, o)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestNewRefusesAPolicyThatPolicyRefuses(t *testing.T) {
	defer func() {
		if r := fmt.Sprint(recover()); !strings.Contains(r, "greeter") || !strings.Contains(r, "failurePercent is 150") {
			t.Errorf("panic %q does not name circuit, field and value", r)
		}
	}()
	New("greeter", policy.Breaker{FailurePercent: 150})
}

func TestAtMostTheProbesAreAdmittedAtOnce(t *testing.T) {
	for range 50 {
		synctest.Test(t, func(t *testing.T) {
			c := New("greeter", policy.Breaker{Consecutive: 1, Probes: 3})
			call(t, c, failed)
			time.Sleep(time.Second)
			var admitted atomic.Int32
			var wg sync.WaitGroup
			for range 16 {
				wg.Go(func() {
					if _, err := c.Allow(); err == nil {
						admitted.Add(1)
					}
				})
			}
			wg.Wait()
			if n := admitted.Load(); n != 3 {
				t.Fatalf("%d probes admitted at once, want 3", n)
			}
		})
	}
}
