package breaker

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/policy"
)

func reconfigure(t testing.TB, c *Circuit, cfg policy.Breaker) {
	t.Helper()
	if err := c.Reconfigure(cfg); err != nil {
		t.Fatal(err)
	}
}

func TestANewPolicyJudgesWhatTheWindowHolds(t *testing.T) {
	c := New("greeter", policy.Breaker{MinCalls: 100})
	for range 10 {
		call(t, c, failed)
	}
	wantState(t, c, Closed)
	reconfigure(t, c, policy.Breaker{MinCalls: 11})
	wantState(t, c, Closed)
	call(t, c, failed)
	wantState(t, c, Open)
}

func TestANewPolicyKeepsTicketsValid(t *testing.T) {
	c := New("greeter", policy.Breaker{})
	ticket, _ := c.Allow()
	reconfigure(t, c, policy.Breaker{Consecutive: 1, Window: time.Minute})
	c.Done(ticket, failed)
	wantState(t, c, Open)
}

func TestANewWindowKeepsItsCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New("greeter", policy.Breaker{Window: 10 * time.Second, MinCalls: 1000})
		for range 10 { // one failure and two successes a second
			call(t, c, failed)
			call(t, c, ok)
			call(t, c, ok)
			time.Sleep(time.Second)
		}
		for _, w := range []struct {
			length   time.Duration
			failures int
		}{{time.Minute, 9}, {time.Hour, 9}, {20 * time.Second, 9}} {
			reconfigure(t, c, policy.Breaker{Window: w.length, MinCalls: 1000})
			if n := c.Counts(); n.Failures != w.failures || n.Successes != 2*w.failures {
				t.Errorf("window of %v: %+v, want %d failures and twice as many successes", w.length, n, w.failures)
			}
		}
	})
}

func TestAShorterWindowDropsWhatIsTooOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New("greeter", policy.Breaker{Window: 10 * time.Second, MinCalls: 1000})
		for range 10 {
			call(t, c, failed)
			time.Sleep(time.Second)
		}
		call(t, c, failed)
		reconfigure(t, c, policy.Breaker{Window: 3 * time.Second, MinCalls: 1000})
		if n := c.Counts().Failures; n < 3 || n > 4 {
			t.Errorf("%d failures of the last 3 s, want 3 or 4", n)
		}
	})
}

func TestANewCoolDownCountsFromWhenTheCircuitOpened(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New("greeter", policy.Breaker{Consecutive: 1, CoolDown: time.Hour})
		call(t, c, failed)
		time.Sleep(10 * time.Second)
		for range 1000 { // as often as it is set
			reconfigure(t, c, policy.Breaker{Consecutive: 1, CoolDown: 30 * time.Second})
			reconfigure(t, c, policy.Breaker{Consecutive: 1, CoolDown: 20 * time.Second})
		}
		wantState(t, c, Open)
		if e := refused(t, c); e.RetryAfter != 10*time.Second {
			t.Errorf("retry after %v, want 10s", e.RetryAfter)
		}
		time.Sleep(10 * time.Second)
		call(t, c, failed)
		if got := c.RetryAfter(); got != 20*time.Second {
			t.Errorf("opened again for %v, want 20s", got)
		}
	})
}

func TestANewNumberOfProbesCountsFromTheNextRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New("greeter", policy.Breaker{Consecutive: 1, CoolDown: time.Second})
		call(t, c, failed)
		reconfigure(t, c, policy.Breaker{Consecutive: 1, CoolDown: time.Second, Probes: 2})
		time.Sleep(time.Second)
		call(t, c, ok)
		wantState(t, c, HalfOpen)
		reconfigure(t, c, policy.Breaker{Consecutive: 1, CoolDown: time.Second, Probes: 1})
		wantState(t, c, HalfOpen)
		call(t, c, failed)
		time.Sleep(time.Second)
		call(t, c, ok)
		wantState(t, c, Closed)
	})
}

func TestADisabledCircuitAdmitsAllAndCountsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New("greeter", policy.Breaker{Disabled: true, Consecutive: 1})
		for range 100 {
			call(t, c, failed)
		}
		if n := c.Counts(); n != (Counts{}) || c.State() != Closed {
			t.Errorf("%v with %+v, want closed and nothing counted", c.State(), n)
		}
		inside, _ := c.Allow()
		reconfigure(t, c, policy.Breaker{Consecutive: 1})
		c.Done(inside, failed)
		wantState(t, c, Closed)
	})
}

func TestDisablingAndEnablingKeepsTheCircuitOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on := policy.Breaker{Consecutive: 1, CoolDown: time.Minute}
		off := on
		off.Disabled = true
		c := New("greeter", on)
		call(t, c, failed)
		reconfigure(t, c, off)
		call(t, c, ok)
		if c.State() != Closed || c.RetryAfter() != 0 {
			t.Errorf("%v, retry after %v; want closed", c.State(), c.RetryAfter())
		}
		reconfigure(t, c, on)
		refused(t, c)
		time.Sleep(time.Minute)
		if _, err := c.Allow(); err != nil { // a probe that will not report in time
			t.Fatal(err)
		}
		reconfigure(t, c, off)
		reconfigure(t, c, on)
		time.Sleep(time.Microsecond)
		call(t, c, ok)
		wantState(t, c, Closed)
	})
}

func TestReconfigureRefusesAWrongPolicyAndKeepsTheOld(t *testing.T) {
	c := New("greeter", policy.Breaker{Consecutive: 1})
	err := c.Reconfigure(policy.Breaker{Window: time.Millisecond})
	if err == nil || !strings.Contains(err.Error(), "window is 1ms, want 100ms..1h") {
		t.Errorf("got %v, want an error that names the field", err)
	}
	call(t, c, onramp.Outcome{Code: onramp.Unknown})
	wantState(t, c, Open)
}
