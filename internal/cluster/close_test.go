package cluster

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/internal/pool/pooltest"
)

func TestCloseEndsCallsInEveryState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, func(c *Config) { c.Pool.MaxConns = 1; c.Codec.(*pooltest.Codec).Room = 1 }, "a")
		w.net.Server("a").Freeze()
		errs := make(chan error, 3)
		for range 2 { // under way, and in line
			go func() { errs <- w.once(t.Context(), time.Hour) }()
		}
		synctest.Wait()
		start := time.Now()
		if err := w.Close(); err != nil {
			t.Error(err)
		}
		origins := map[onramp.Origin]int{}
		for range 2 {
			origins[onramp.AsError(<-errs).Origin]++
		}
		if origins[onramp.Wire] != 1 || origins[onramp.Local] != 1 {
			t.Errorf("origins %v", origins)
		}
		err := w.once(t.Context(), time.Hour)
		if !errors.Is(err, onramp.Unavailable) || !errors.Is(err, errClosed) {
			t.Errorf("a call after Close: %v", err)
		}
		if time.Since(start) != 0 || w.net.Server("a").Conns() != 0 {
			t.Errorf("Close took %v and left %d connections", time.Since(start), w.net.Server("a").Conns())
		}
		_ = w.Close()
	})
}

func TestCloseEndsTheWaitForAnEndpoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, nil)
		time.AfterFunc(time.Second, func() { _ = w.Close() })
		if err := w.once(t.Context(), time.Hour); !errors.Is(err, errClosed) {
			t.Error(err)
		}
	})
}

func TestCloseCutsTheDrainOfRemovedEndpointsShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, nil, "a")
		w.net.Server("a").Freeze()
		errs := make(chan error, 1)
		go func() { errs <- w.once(t.Context(), time.Hour) }()
		synctest.Wait()
		w.feed.addrs("b")
		synctest.Wait()
		start := time.Now()
		_ = w.Close()
		if e := onramp.AsError(<-errs); e == nil || e.Origin != onramp.Wire || time.Since(start) != 0 {
			t.Errorf("%v after %v", e, time.Since(start))
		}
	})
}

// TestCloseAtAnyMoment closes clusters while their sets change, their servers
// break and calls go on.
func TestCloseAtAnyMoment(t *testing.T) {
	for i := range 150 {
		w := open(t, func(c *Config) {
			c.Pool.MaxConns = 2
			c.Codec.(*pooltest.Codec).Room = 2
			c.EndpointBreaker.CoolDown = time.Millisecond
		})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				for ctx.Err() == nil && !errors.Is(w.once(ctx, 5*time.Second), errClosed) {
				}
			})
		}
		stop := make(chan struct{})
		wg.Go(func() {
			sets := [][]string{{"a", "b"}, {"b", "c", "d"}, {}, {"a"}}
			for n := i; ; n++ {
				select {
				case w.feed <- known(sets[n%4]...):
				case <-stop:
					return
				}
				w.net.Server("a").Break()
				w.net.Server("b").GoAway()
			}
		})
		time.Sleep(time.Duration(i%10) * 100 * time.Microsecond)
		_ = w.Close()
		close(stop)
		wg.Wait()
		for _, a := range []string{"a", "b", "c", "d"} {
			if n := w.net.Server(a).Conns(); n != 0 {
				t.Errorf("%d connections to %s are left after Close", n, a)
			}
		}
		if ctx.Err() != nil {
			t.Fatal("calls went on after Close")
		}
		cancel()
	}
}
