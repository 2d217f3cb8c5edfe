package cluster

import (
	"errors"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/balancer"
	"github.com/onrampmesh/onramp/internal/pool/pooltest"
)

func TestKilledEndpointFailsNoIdempotentCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, nil, "a", "b", "c", "d")
		time.AfterFunc(time.Second, w.net.Server("a").Kill)
		results := w.load(t.Context(), 1000, 4*time.Second, w.retried)
		noneFailed(t, results, 50*time.Millisecond)
		if s := w.stateOf("a"); s == "ready" {
			t.Errorf("the killed endpoint is %q", s)
		}
	})
}

func TestKilledEndpointFailsOnlyCallsThatWereSentToIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, roundRobin, "a", "b", "c", "d")
		time.AfterFunc(time.Second, w.net.Server("a").Kill)
		failed := 0
		for _, r := range w.load(t.Context(), 1000, 4*time.Second, w.once) {
			if r.err == nil {
				continue
			}
			failed++
			if e := onramp.AsError(r.err); e.Origin != onramp.Wire || e.Endpoint != "a" || r.at > time.Second {
				t.Errorf("at %v: %v", r.at, r.err)
			}
		}
		if most := w.net.Server("a").Most(); failed == 0 || failed > most {
			t.Errorf("%d calls failed, and at most %d were under way there", failed, most)
		}
	})
}

func TestDeadEndpointCostsNoCallAnything(t *testing.T) {
	for name, mode := range map[string]pooltest.Mode{"refusing": pooltest.Refusing, "accept queue full": pooltest.Hanging} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := open(t, nil)
				for _, a := range []string{"a", "b", "c", "d"} {
					w.net.Server(a).Latency(10 * time.Millisecond)
				}
				w.net.Server("a").Set(mode)
				w.feed.addrs("a", "b", "c", "d")
				// The very first call may wait where nobody answers, for a sixteenth of the
				// connect time-out: nobody else is connected yet.
				noneFailed(t, w.load(t.Context(), 500, 10*time.Millisecond, w.once), 73*time.Millisecond)
				noneFailed(t, w.load(t.Context(), 500, 20*time.Second, w.once), 10*time.Millisecond)
				at, most := w.net.Server("a").Dials()
				if most != 1 || len(at) < 5 || len(at) > 60 {
					t.Errorf("%d dials of the dead endpoint, %d at the same time", len(at), most)
				}
				if s := w.stateOf("a"); s == "ready" || s == "no connection" {
					t.Errorf("the dead endpoint is %q", s)
				}
				w.net.Server("a").Set(pooltest.Up)
				noneFailed(t, w.load(t.Context(), 500, 15*time.Second, w.once), 10*time.Millisecond)
				if s := w.stateOf("a"); s != "ready" {
					t.Errorf("the endpoint that is up again is %q", s)
				}
			})
		})
	}
}

func TestFrozenEndpointIsTakenOutAndProbed(t *testing.T) {
	// Five failures in a row open the gate, and an attempt takes a third of a second to
	// fail. Who takes turns sends 42 calls meanwhile; who avoids the endpoint sends fewer
	// than five, and five more when its bad news has faded after 2 s.
	for _, at := range []struct {
		policy balancer.Policy
		most   int
	}{{balancer.P2C(), 5 + 5}, {balancer.RoundRobin(), 42 + 10}} {
		t.Run(at.policy.Name(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := open(t, func(c *Config) { c.Balancer = at.policy }, "a", "b", "c", "d")
				frozen := w.net.Server("a")
				frozen.Freeze()
				noneFailed(t, w.load(t.Context(), 500, 3*time.Second, w.retried), time.Second)
				before := frozen.Calls()
				if s := w.stateOf("a"); s != "open" && s != "probing" || before > at.most {
					t.Errorf("the frozen endpoint is %q after %d calls, want it out after %d at the most", s, before, at.most)
				}
				noneFailed(t, w.load(t.Context(), 500, 10*time.Second, w.retried), time.Second)
				// A probe takes its attempt's time, a third of the call's, then a second of rest.
				if n := frozen.Calls() - before; n < 7 || n > 8 {
					t.Errorf("%d calls in 10 s to a frozen endpoint, want 7 or 8: a probe in 1.33 s", n)
				}
				frozen.Thaw()
				noneFailed(t, w.load(t.Context(), 500, 10*time.Second, w.retried), time.Second)
				if s := w.stateOf("a"); s != "ready" {
					t.Fatalf("the thawed endpoint is %q", s)
				}
				before = frozen.Calls()
				noneFailed(t, w.load(t.Context(), 500, 5*time.Second, w.retried), time.Second)
				// How fast its share grows is the balancer's; here it only has to be used.
				if n := frozen.Calls() - before; n < 50 {
					t.Errorf("%d of 2500 calls at the endpoint that is back", n)
				}
			})
		})
	}
}

func TestBreakerTakesAFrozenEndpointOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, roundRobin, "a", "b", "c", "d")
		w.net.Server("a").Freeze()
		w.load(t.Context(), 500, 400*time.Millisecond, w.retried)
		if s := w.stateOf("a"); s != "open" {
			t.Fatalf("the frozen endpoint is %q after attempts that timed out", s)
		}
		before := w.net.Server("a").Calls()
		w.load(t.Context(), 500, 500*time.Millisecond, w.retried)
		if n := w.net.Server("a").Calls() - before; n != 0 {
			t.Errorf("%d calls during the cool-down", n)
		}
	})
}

func TestProbeIsOneCallAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, roundRobin, "a", "b", "c")
		w.net.Server("a").Answer(onramp.NewError(onramp.Internal, onramp.Remote, "broken"))
		for w.stateOf("a") != "open" {
			_ = w.once(t.Context(), time.Second)
			synctest.Wait()
		}
		a := w.net.Server("a")
		a.Answer(nil)
		a.Latency(200 * time.Millisecond)
		before := a.Calls()
		noneFailed(t, w.load(t.Context(), 1000, 1150*time.Millisecond, w.once), 200*time.Millisecond)
		if n := a.Calls() - before; n != 1 {
			t.Errorf("%d calls while the probe was under way, want 1", n)
		}
	})
}

func TestRollingReplacementFailsNoCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, nil, "a0", "b0", "c0")
		go func() {
			names := []string{"a0", "b0", "c0"}
			for i := range 30 {
				time.Sleep(100 * time.Millisecond)
				fresh := "n" + strconv.Itoa(i)
				w.net.Server(fresh).Latency(10 * time.Millisecond)
				old := names[0]
				names = append(names[1:], fresh)
				w.feed.addrs(names...)
				time.Sleep(10 * time.Millisecond)
				if n := w.net.Server(old).Conns(); n > 0 {
					time.Sleep(10 * time.Millisecond) // its calls finish
				}
				w.net.Server(old).Kill()
			}
		}()
		noneFailed(t, w.load(t.Context(), 1000, 5*time.Second, w.once), 15*time.Millisecond)
		if s := w.Status(); len(s.Endpoints) != 3 || s.Draining != 0 {
			t.Errorf("%d endpoints, %d draining", len(s.Endpoints), s.Draining)
		}
	})
}

func TestPeersThatDrainFailNoCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, nil, "a", "b", "c")
		for i := range 40 {
			time.AfterFunc(time.Duration(i)*50*time.Millisecond, w.net.Server(string(rune('a'+i%3))).GoAway)
		}
		noneFailed(t, w.load(t.Context(), 1000, 3*time.Second, w.once), 15*time.Millisecond)
	})
}

func TestConnectionsOfAgeFailNoCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, func(c *Config) { c.Pool.MaxAge = time.Second }, "a", "b")
		noneFailed(t, w.load(t.Context(), 500, 20*time.Second, w.once), 15*time.Millisecond)
		if at, _ := w.net.Server("a").Dials(); len(at) < 15 {
			t.Errorf("%d dials in 20 lives", len(at))
		}
	})
}

func TestPanicRuleUsesAllEndpointsWhenMostAreOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, roundRobin, "a", "b", "c", "d")
		for _, a := range []string{"a", "b", "c"} {
			w.net.Server(a).Answer(onramp.NewError(onramp.Internal, onramp.Remote, "broken"))
		}
		w.load(t.Context(), 1000, 500*time.Millisecond, w.once)
		if s := w.Status(); !s.Panic {
			t.Fatalf("no panic with 3 of 4 endpoints broken: %+v", s.Endpoints)
		}
		before := w.net.Server("a").Calls() + w.net.Server("b").Calls() + w.net.Server("c").Calls()
		for _, r := range w.load(t.Context(), 1000, 500*time.Millisecond, w.once) {
			if r.err != nil && !errors.Is(r.err, onramp.Internal) {
				t.Fatalf("refused under panic: %v", r.err)
			}
		}
		if n := w.net.Server("a").Calls() + w.net.Server("b").Calls() + w.net.Server("c").Calls() - before; n < 50 {
			t.Errorf("%d calls reached the endpoints that are ignored", n)
		}
		for _, a := range []string{"a", "b", "c"} {
			w.net.Server(a).Answer(nil)
		}
		w.load(t.Context(), 1000, 5*time.Second, w.once)
		if s := w.Status(); s.Panic || w.stateOf("a") != "ready" {
			t.Errorf("panic after all recovered: %+v", s)
		}
	})
}

func TestBreakerOfASingleEndpointRefusesNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, nil, "a")
		w.net.Server("a").Answer(onramp.NewError(onramp.Internal, onramp.Remote, "broken"))
		for _, r := range w.load(t.Context(), 1000, 3*time.Second, w.once) {
			if !errors.Is(r.err, onramp.Internal) {
				t.Fatalf("at %v: %v, want the server's own error", r.at, r.err)
			}
		}
		w.net.Server("a").Answer(nil)
		noneFailed(t, w.load(t.Context(), 1000, 3*time.Second, w.once), 10*time.Millisecond)
		if s := w.stateOf("a"); s != "ready" {
			t.Errorf("the endpoint is %q", s)
		}
	})
}

func TestLongIdleThenBurstFailsNoCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, nil, "a", "b")
		noneFailed(t, w.load(t.Context(), 100, time.Second, w.once), 10*time.Millisecond)
		time.Sleep(20 * time.Minute)
		if n := w.net.Server("a").Conns(); n != 0 {
			t.Fatalf("%d idle connections after 20 minutes", n)
		}
		noneFailed(t, w.load(t.Context(), 1000, time.Second, w.once), 10*time.Millisecond)
	})
}
