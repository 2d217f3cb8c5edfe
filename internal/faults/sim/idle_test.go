package sim

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/codec/framed"
	"github.com/onrampmesh/onramp/internal/faults/row"
	"github.com/onrampmesh/onramp/onramptest"
)

// swallow makes a network of the connections of today that takes bytes and
// delivers none, as a NAT does that forgot them. New connections pass.
func (w *world) swallow() {
	for _, c := range w.proxy.Conns() {
		_ = c.Set(onramptest.Both, onramptest.Toxics{Stall: true})
	}
}

// Row 50: a client is idle for ten minutes and its connections are forgotten on
// the way at some moment. The first call after that succeeds, within its default
// deadline of a second.
func TestTheFirstCallAfterALongIdleTimeSucceeds(t *testing.T) {
	each(t, func(t *testing.T, p row.Protocol) {
		idles := []time.Duration{0, time.Second, 4 * time.Second, 9 * time.Second, 14 * time.Second, 16 * time.Second, time.Minute, 10 * time.Minute}
		var failed, calls int
		var slowest time.Duration
		for _, idle := range idles {
			for _, target := range []string{read, write} {
				if target == write && idle <= 15*time.Second {
					continue // see the next test
				}
				took, err := firstCall(t, p, target, idle)
				if calls++; err != nil {
					failed++
					t.Errorf("%s, %v after the connection was forgotten: %v", target, idle, err)
				}
				slowest = max(slowest, took)
			}
		}
		row.Figure(t, 50, p.Name, "%d first calls after 10 min without calls, on connections that were forgotten 0 s (those that are not idempotent: 16 s) to 10 min before: %d failed (goal 0), the slowest took %v (goal P + 1 s)", calls, failed, slowest.Round(time.Millisecond))
	})
}

// firstCall makes a call after ten minutes without one; the connections were
// forgotten idle before. The client has its default policy.
func firstCall(t *testing.T, p row.Protocol, target string, idle time.Duration) (time.Duration, error) {
	t.Helper()
	w := newWorld(t, p, settings{})
	defer w.close()
	c := w.caller()
	defer c.Close()
	if err := try(context.Background(), c.write, call{ID: 1}); err != nil {
		t.Fatal(err)
	}
	time.Sleep(10*time.Minute - idle)
	w.swallow()
	time.Sleep(idle)
	m := c.read
	if target == write {
		m = c.write
	}
	begin := time.Now()
	err := try(context.Background(), m, call{ID: 2})
	return time.Since(begin), err
}

// Row 50: nobody can know within 15 s that a connection is gone, and a call that is
// not idempotent may have run. It fails as such, and at its deadline.
func TestACallThatMayHaveRunIsNotRepeatedByItself(t *testing.T) {
	each(t, func(t *testing.T, p row.Protocol) {
		for _, idle := range []time.Duration{0, 4 * time.Second} {
			took, err := firstCall(t, p, write, idle)
			if e := onramp.AsError(err); err == nil || !e.MayHaveRun() || took > time.Second {
				t.Errorf("%v after the connection was forgotten: %v after %v, want wire within 1s", idle, err, took)
			}
		}
	})
}

// Row 50: a call that is not idempotent asks a connection that was not proven for
// long whether it is there, and goes elsewhere when it is not.
func TestACallAsksAConnectionThatWasSilentForLong(t *testing.T) {
	eachFramed(t, func(t *testing.T, p row.Protocol) {
		w := newWorld(t, p, settings{})
		defer w.close()
		c := w.callerOf(p.Engine(framed.Heartbeat(time.Hour))) // proves nothing in time
		defer c.Close()
		ctx := within(t, time.Hour)
		if err := try(ctx, c.write, call{ID: 1}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if err := try(ctx, c.write, call{ID: 2}); err != nil || w.proxy.Accepted() != 1 {
			t.Errorf("a call on a silent connection that is there: %v, %d connections", err, w.proxy.Accepted())
		}
		time.Sleep(time.Minute)
		w.swallow()
		time.Sleep(time.Minute)
		begin := time.Now()
		err := try(within(t, 3*time.Second), c.write, call{ID: 3})
		took := time.Since(begin)
		if err != nil || took > 1110*time.Millisecond || w.ledger.of(3) != 1 { // the answer is looked for once in a millisecond
			t.Errorf("%v after %v, it ran %d times; want once within 1s and a dial", err, took, w.ledger.of(3))
		}
		row.Figure(t, 50, p.Name, "a call that is not idempotent, on a connection forgotten a minute ago that no heartbeat had proven: failed: %v (goal false), after %v (goal 1 s, and up to 100 ms until the next dial)", err != nil, took.Round(time.Millisecond))
	})
}

// Row 50: a burst after ten minutes on forgotten connections.
func TestABurstAfterALongIdleTimeLosesNothing(t *testing.T) {
	each(t, func(t *testing.T, p row.Protocol) {
		const n = 200
		w := newWorld(t, p, settings{})
		defer w.close()
		c := w.caller()
		defer c.Close()
		crowd := func(from int) (failed int, slowest time.Duration) {
			var mu sync.Mutex
			var all sync.WaitGroup
			for i := range n {
				all.Go(func() {
					m, begin := c.read, time.Now()
					if i%2 == 1 {
						m = c.write
					}
					err := try(within(t, 2*time.Second), m, call{ID: int64(from + i), Hold: 5 * time.Millisecond})
					mu.Lock()
					defer mu.Unlock()
					if slowest = max(slowest, time.Since(begin)); err != nil {
						failed++
					}
				})
			}
			all.Wait()
			return failed, slowest
		}
		if failed, _ := crowd(0); failed > 0 {
			t.Fatalf("%d calls failed before anything happened", failed)
		}
		_, usual := crowd(n)
		time.Sleep(9 * time.Minute)
		w.swallow()
		time.Sleep(time.Minute)
		failed, slowest := crowd(2 * n)
		if failed > 0 || slowest > usual+time.Second {
			t.Errorf("%d of %d calls failed, the slowest took %v, %v before", failed, n, slowest, usual)
		}
		for i := 2 * n; i < 3*n; i++ {
			if runs := w.ledger.of(int64(i)); runs != 1 {
				t.Errorf("call %d ran %d times", i, runs)
			}
		}
		row.Figure(t, 50, p.Name, "a burst of %d calls, half of them not idempotent, 10 min after the last one: %d failed (goal 0), the slowest took %v, %v before (goal + 1 s)", n, failed, slowest, usual)
	})
}

// Row 50: heartbeats prove idle connections in both directions: one that passes
// them stands for an hour, one that swallows them is gone in 15 s.
func TestHeartbeatsProveAnIdleConnection(t *testing.T) {
	each(t, func(t *testing.T, p row.Protocol) {
		w := newWorld(t, p, settings{})
		defer w.close()
		c := w.caller(client.WithPool(client.PoolConfig{IdleClose: 2 * time.Hour, MaxAge: -1}))
		defer c.Close()
		if err := try(within(t, time.Second), c.write, call{ID: 1}); err != nil {
			t.Fatal(err)
		}
		k := w.proxy.Conns()[0]
		before := k.Passed(onramptest.Both)
		time.Sleep(time.Hour)
		if w.proxy.Accepted() != 1 || k.Passed(onramptest.Both) == before {
			t.Errorf("an idle hour: %d connections, %d bytes of heartbeats", w.proxy.Accepted(), k.Passed(onramptest.Both)-before)
		}
		var worst time.Duration
		for _, dir := range []onramptest.Direction{onramptest.ToServer, onramptest.ToClient, onramptest.Both} {
			if err := try(within(t, time.Second), c.write, call{ID: 2}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(3 * time.Second)
			k := w.proxy.Conns()[0]
			_ = k.Set(dir, onramptest.Toxics{Stall: true})
			begin := time.Now()
			for endpointConns(c) > 0 && time.Since(begin) < time.Minute {
				time.Sleep(100 * time.Millisecond)
			}
			worst = max(worst, time.Since(begin))
			k.Reset()
			synctest.Wait()
		}
		if worst > 15*time.Second {
			t.Errorf("a connection that swallows was found after %v, want at most 15s", worst)
		}
		row.Figure(t, 50, p.Name, "an idle connection stands for an hour; one that swallows bytes in one direction or both is found after at most %v (goal 15 s)", worst)
	})
}

// endpointConns returns how many connections the client has.
func endpointConns(c *caller) (n int) {
	for _, s := range c.Status(service) {
		for _, e := range s.Endpoints {
			n += e.Conns
		}
	}
	return n
}
