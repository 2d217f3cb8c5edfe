package sim

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp/client"
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
// the way at some moment. The first calls after that succeed.
func TestTheFirstCallAfterALongIdleTimeSucceeds(t *testing.T) {
	each(t, func(t *testing.T, p row.Protocol) {
		var failed, calls int
		var slowest time.Duration
		for _, idle := range []time.Duration{16 * time.Second, time.Minute, 10 * time.Minute, time.Hour} {
			for _, m := range []string{read, write} {
				w := newWorld(t, p, settings{})
				c := w.caller()
				if err := try(within(t, time.Second), c.write, call{ID: 1}); err != nil {
					t.Fatal(err)
				}
				time.Sleep(max(0, 10*time.Minute-idle))
				w.swallow()
				time.Sleep(idle)
				took, err := first(t, c, m)
				w.close()
				c.Close()
				if calls++; err != nil {
					failed++
					t.Errorf("%s, %v after the connection was forgotten: %v", m, idle, err)
				}
				slowest = max(slowest, took)
			}
		}
		if slowest > time.Second {
			t.Errorf("a first call took %v, want at most 1s", slowest)
		}
		row.Figure(t, 50, p.Name, "%d first calls after 10 min without calls, on connections that were forgotten 16 s to 1 h before: %d failed (goal 0), the slowest took %v (goal P + 1 s)", calls, failed, slowest)
	})
}

// first makes one call with its default deadline twice over.
func first(t testing.TB, c *caller, target string) (time.Duration, error) {
	m := c.read
	if target == write {
		m = c.write
	}
	begin := time.Now()
	err := try(within(t, 2*time.Second), m, call{ID: 2})
	return time.Since(begin), err
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
