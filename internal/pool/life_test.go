package pool

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/internal/pool/pooltest"
)

func TestConnectionIsReplacedAtItsAgeAndNoCallFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, server := open(t, Config{MaxAge: time.Minute, Seed: 1}, &pooltest.Codec{})
		server.Latency(50 * time.Millisecond)
		start := time.Now()
		least := 1
		for time.Since(start) < 10*time.Minute {
			errs := calls(t.Context(), p, 5, time.Second)
			time.Sleep(20 * time.Millisecond)
			all(t, errs, 5)
			least = min(least, p.Status().Conns)
		}
		at, _ := server.Dials()
		if len(at) < 10 || len(at) > 12 || least == 0 {
			t.Fatalf("%d dials in 10 lives, %d connections at least", len(at), least)
		}
		for i := 1; i < len(at); i++ {
			if d := at[i].Sub(at[i-1]); d < 54*time.Second || d > 67*time.Second {
				t.Errorf("a connection lived %v, want a minute +-10 %%", d)
			}
		}
		synctest.Wait()
		if n := server.Conns(); n != 1 {
			t.Fatalf("%d connections, want 1", n)
		}
	})
}

func TestOldConnectionStaysWhenItsReplacementCannotBeMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, server := open(t, Config{MaxAge: time.Minute}, &pooltest.Codec{})
		for i := range 200 {
			if i == 20 {
				server.Set(pooltest.Refusing)
			}
			if i == 150 {
				server.Set(pooltest.Up)
			}
			if err := call(t.Context(), p, time.Second); err != nil {
				t.Fatalf("second %d: %v", i, err)
			}
			time.Sleep(time.Second)
		}
		if n := server.Conns(); n != 1 {
			t.Fatalf("%d connections, want 1", n)
		}
	})
}

func TestIdleConnectionIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, server := open(t, Config{}, &pooltest.Codec{})
		for range 20 {
			all(t, calls(t.Context(), p, 1, time.Second), 1)
			time.Sleep(9 * time.Minute)
		}
		if at, _ := server.Dials(); len(at) > 5 { // 3 hours, so at most 3 for their age
			t.Fatalf("%d dials under use", len(at))
		}
		time.Sleep(4 * time.Minute)
		if n := server.Conns(); n != 0 {
			t.Fatalf("%d connections after 13 minutes without calls", n)
		}
		all(t, calls(t.Context(), p, 1, time.Second), 1)
	})
}

func TestConnectionWithACallUnderWayIsNotIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, server := open(t, Config{MaxAge: -1, DrainTimeout: time.Second}, &pooltest.Codec{})
		server.Latency(2 * time.Hour)
		all(t, calls(t.Context(), p, 1, 3*time.Hour), 1)
	})
}

func TestUnusedConnectionIsNotReplacedAtItsAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, server := open(t, Config{MaxAge: time.Minute, IdleClose: -1}, &pooltest.Codec{})
		all(t, calls(t.Context(), p, 1, time.Second), 1)
		time.Sleep(10 * time.Minute)
		if at, _ := server.Dials(); len(at) > 2 || server.Conns() != 0 {
			t.Fatalf("%d dials, %d connections for nobody", len(at), server.Conns())
		}
	})
}

func TestConnectionThatThePeerDrainsTakesNoNewCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, server := open(t, Config{}, &pooltest.Codec{})
		server.Latency(time.Second)
		errs := calls(t.Context(), p, 3, time.Minute)
		time.Sleep(100 * time.Millisecond)
		server.GoAway()
		synctest.Wait()
		if at, _ := server.Dials(); len(at) != 1 {
			t.Fatalf("%d dials: replaced though nobody needs it", len(at))
		}
		more := calls(t.Context(), p, 3, time.Minute)
		all(t, errs, 3)
		all(t, more, 3)
		if at, _ := server.Dials(); len(at) != 2 || server.Conns() != 1 {
			t.Fatalf("%d dials, %d connections", len(at), server.Conns())
		}
	})
}

func TestDrainLetsCallsFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, server := open(t, Config{}, &pooltest.Codec{})
		server.Latency(10 * time.Second)
		errs := calls(t.Context(), p, 3, time.Minute)
		synctest.Wait()
		start := time.Now()
		p.Drain(t.Context())
		if d := time.Since(start); d != 10*time.Second {
			t.Fatalf("Drain took %v, want 10s", d)
		}
		all(t, errs, 3)
		if _, s := p.Get(); s != Gone {
			t.Fatalf("Get says %d, want Gone", s)
		}
		if e := wantCode(t, call(t.Context(), p, time.Second), onramp.Unavailable); !errors.Is(e, ErrGone) {
			t.Fatalf("%v is not ErrGone", e)
		}
	})
}

func TestDrainIsBounded(t *testing.T) {
	for name, c := range map[string]struct {
		timeout, bound time.Duration
	}{"by DrainTimeout": {5 * time.Second, time.Hour}, "by its context": {time.Hour, 5 * time.Second}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, server := open(t, Config{DrainTimeout: c.timeout}, &pooltest.Codec{})
				server.Freeze()
				errs := calls(t.Context(), p, 1, 2*time.Hour)
				synctest.Wait()
				ctx, cancel := context.WithTimeout(t.Context(), c.bound)
				defer cancel()
				start := time.Now()
				p.Drain(ctx)
				if d := time.Since(start); d != 5*time.Second {
					t.Fatalf("Drain took %v, want 5s", d)
				}
				if e := onramp.AsError(<-errs); e == nil || e.Origin != onramp.Wire {
					t.Fatalf("the frozen call ended with %v", e)
				}
			})
		})
	}
}

func TestCloseEndsADialThatHangsAndThoseInLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, server := open(t, Config{}, &pooltest.Codec{})
		server.Set(pooltest.Hanging)
		errs := calls(t.Context(), p, 3, time.Minute)
		synctest.Wait()
		start := time.Now()
		p.Close()
		for range 3 {
			if err := <-errs; !errors.Is(err, ErrGone) {
				t.Fatalf("a caller in line got %v", err)
			}
		}
		if time.Since(start) != 0 {
			t.Fatalf("Close took %v", time.Since(start))
		}
	})
}

// TestCloseAtAnyMoment closes pools while they dial, lend, lose and replace.
func TestCloseAtAnyMoment(t *testing.T) {
	for i := range 300 {
		c := &pooltest.Codec{Room: 2}
		if i%2 == 1 {
			c.Kind = codec.PingPong
		}
		p, server := open(t, Config{MaxConns: 3, MaxWaiting: 4}, c)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		var wg sync.WaitGroup
		var returned atomic.Int32
		for range 8 {
			wg.Go(func() {
				for ctx.Err() == nil {
					err := call(ctx, p, 5*time.Second)
					if errors.Is(err, ErrGone) {
						break
					}
				}
				returned.Add(1)
			})
		}
		wg.Go(func() {
			for range i % 7 {
				server.Break()
				server.GoAway()
			}
			p.Close()
			if n := server.Conns(); n != 0 {
				t.Errorf("%d connections are left after Close", n)
			}
		})
		wg.Wait()
		if ctx.Err() != nil {
			t.Fatal("calls went on after Close")
		}
		cancel()
	}
}
