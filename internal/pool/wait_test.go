package pool

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/internal/pool/pooltest"
)

func TestThoseInLineAreServedInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, server := open(t, Config{MaxConns: 1}, &pooltest.Codec{Room: 1})
		server.Latency(10 * time.Millisecond)
		var mu sync.Mutex
		var order []int
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				if err := call(t.Context(), p, time.Minute); err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				order = append(order, i)
			})
			synctest.Wait()
		}
		wg.Wait()
		if len(order) != 20 || !slices.IsSorted(order) {
			t.Fatalf("served in the order %v", order)
		}
		if server.Most() != 1 {
			t.Fatalf("%d calls at once on a connection for one", server.Most())
		}
	})
}

func TestEachCallThatEndsServesTheLine(t *testing.T) {
	for _, kind := range []codec.Model{codec.Multiplexed, codec.PingPong} {
		synctest.Test(t, func(t *testing.T) {
			p, server := open(t, Config{MaxConns: 1}, &pooltest.Codec{Room: 1, Kind: kind, Quiet: true})
			server.Latency(time.Second)
			start := time.Now()
			all(t, calls(t.Context(), p, 5, time.Minute), 5)
			if d := time.Since(start); d != 5*time.Second {
				t.Errorf("5 calls one after the other took %v", d)
			}
		})
	}
}

func TestRoomGivenToACallerWhoseTimeIsOverGoesToTheNext(t *testing.T) {
	for _, kind := range []codec.Model{codec.Multiplexed, codec.PingPong} {
		synctest.Test(t, func(t *testing.T) {
			p, _ := open(t, Config{MaxConns: 1}, &pooltest.Codec{Room: 1, Kind: kind, Quiet: true})
			first, err := p.Wait(t.Context(), time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			late, err := p.enqueue()
			if err != nil {
				t.Fatal(err)
			}
			next, err := p.enqueue()
			if err != nil {
				t.Fatal(err)
			}
			first.Done() // served, but it does not look any more
			<-late.done
			if err := p.quit(late, context.DeadlineExceeded); err == nil {
				t.Error("no error for the late one")
			}
			select {
			case <-next.done:
			default:
				t.Fatal("the next in line was not served")
			}
			c, err := next.collect()
			if err != nil {
				t.Fatal(err)
			}
			c.Done()
		})
	}
}

func TestRoomOfAnUnstartedCallIsNotLentTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _ := open(t, Config{MaxConns: 1}, &pooltest.Codec{Room: 1, Quiet: true})
		first, err := p.Wait(t.Context(), time.Time{}) // has it, and did not begin
		if err != nil {
			t.Fatal(err)
		}
		next, err := p.enqueue()
		if err != nil {
			t.Fatal(err)
		}
		p.dispatch()
		select {
		case <-next.done:
			t.Fatal("the same room was lent twice")
		default:
		}
		first.Done()
		<-next.done
		c, _ := next.collect()
		c.Done()
	})
}

func TestNewcomersDoNotOvertakeTheLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, server := open(t, Config{MaxConns: 1}, &pooltest.Codec{Room: 1})
		server.Latency(time.Second)
		errs := calls(t.Context(), p, 3, time.Minute)
		synctest.Wait()
		if _, s := p.Get(); s != Full {
			t.Fatalf("Get says %d while others wait, want Full", s)
		}
		all(t, errs, 3)
		if c, s := p.Get(); s != Ready {
			t.Fatalf("Get says %d when the line is gone, want Ready", s)
		} else {
			c.Done()
		}
	})
}

func TestTheLineIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, server := open(t, Config{MaxConns: 1}, &pooltest.Codec{Room: 1})
		server.Latency(time.Millisecond)
		errs := calls(t.Context(), p, 1, time.Minute)
		all(t, errs, 1)
		errs = calls(t.Context(), p, 1+256, time.Minute)
		synctest.Wait()
		if n := p.Status().Waiting; n != 256 {
			t.Fatalf("%d in line, want 256", n)
		}
		start := time.Now()
		wantCode(t, call(t.Context(), p, time.Minute), onramp.ResourceExhausted)
		if time.Since(start) != 0 {
			t.Fatalf("the 257th was refused after %v, want at once", time.Since(start))
		}
		all(t, errs, 257)
	})
}

func TestCallThatFindsNoRoomUntilItsDeadlineIsExhausted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, server := open(t, Config{MaxConns: 1}, &pooltest.Codec{Room: 1})
		server.Latency(time.Second)
		long := calls(t.Context(), p, 1, time.Minute)
		synctest.Wait()
		e := wantCode(t, call(t.Context(), p, 100*time.Millisecond), onramp.ResourceExhausted)
		if !errors.Is(e, context.DeadlineExceeded) {
			t.Fatalf("%v does not say that the deadline passed", e)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		wantCode(t, call(ctx, p, time.Minute), onramp.Canceled)
		all(t, long, 1)
		all(t, calls(t.Context(), p, 1, time.Minute), 1)
	})
}

func TestRoomThatOneGivesUpGoesToTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, server := open(t, Config{MaxConns: 2}, &pooltest.Codec{Room: 2})
		server.Latency(3 * time.Millisecond)
		var wg sync.WaitGroup
		for i := range 200 {
			wg.Go(func() {
				time.Sleep(time.Duration(i) * time.Millisecond / 4)
				timeout := time.Minute
				if i%3 == 0 {
					timeout = time.Duration(i%30) * time.Millisecond
				}
				if err := call(t.Context(), p, timeout); err != nil && timeout == time.Minute {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if s := p.Status(); s.Waiting != 0 {
			t.Fatalf("%d are left in line", s.Waiting)
		}
	})
}

func TestOneCallConnectionsAreNeverShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &pooltest.Codec{Kind: codec.PingPong}
		p, server := open(t, Config{}, c)
		server.Latency(10 * time.Millisecond)
		all(t, calls(t.Context(), p, 250, time.Minute), 250)
		if n := server.Conns(); n != 64 {
			t.Fatalf("%d connections for 250 callers, want 64", n)
		}
		if n := p.inUse.Load(); n != 0 {
			t.Fatalf("%d connections are still lent", n)
		}
	})
}

func TestPoolGrowsWhenLessThanAQuarterIsFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, server := open(t, Config{}, &pooltest.Codec{Room: 8})
		server.Latency(time.Hour)
		grown := map[int]int{} // calls at which there were so many connections first
		for i := range 40 {
			_ = calls(t.Context(), p, 1, time.Hour)
			synctest.Wait()
			if n := server.Conns(); grown[n] == 0 {
				grown[n] = i + 1
			}
		}
		// A call that finds less than 2 of 8 (4 of 16, 6 of 24) free asks for more.
		if grown[1] != 1 || grown[2] != 8 || grown[3] != 14 || grown[4] != 20 || grown[5] != 0 {
			t.Fatalf("connections at calls: %v", grown)
		}
		p.Close()
	})
}

func TestFastPathAllocatesNothing(t *testing.T) {
	for _, kind := range []codec.Model{codec.Multiplexed, codec.PingPong} {
		p, _ := open(t, Config{}, &pooltest.Codec{Kind: kind})
		c, err := p.Wait(t.Context(), time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		c.Done()
		if n := testing.AllocsPerRun(1000, func() {
			c, _ := p.Get()
			c.Done()
		}); n != 0 {
			t.Errorf("%v allocations", n)
		}
		p.Close()
	}
}

func BenchmarkGet(b *testing.B) {
	p, _ := open(b, Config{}, &pooltest.Codec{})
	c, err := p.Wait(b.Context(), time.Time{})
	if err != nil {
		b.Fatal(err)
	}
	c.Done()
	b.ReportAllocs()
	for b.Loop() {
		c, _ := p.Get()
		c.Done()
	}
}

func TestThoseWhoWaitOutTheRestAfterAYoungConnectionWasLostAreServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, server := open(t, Config{Seed: 1}, &pooltest.Codec{})
		for range 5 { // each loss in a row makes the pool rest longer
			if _, err := p.Wait(t.Context(), time.Now().Add(5*time.Second)); err != nil {
				t.Fatal(err)
			}
			server.Break()
			synctest.Wait()
		}
		if _, s := p.Get(); s != Refusing {
			t.Fatalf("Get says %d, want Refusing: others may have an endpoint to go to", s)
		}
		if patient, why := p.Rest(); !patient || !strings.Contains(why.Error(), "connection to a was lost 0s after it was made; not dialed again for ") {
			t.Errorf("it rests because of %v, and may be waited for: %v", why, patient)
		}
		all(t, calls(t.Context(), p, 3, 5*time.Second), 3)
		at, _ := server.Dials()
		if len(at) != 6 {
			t.Errorf("%d dials, want 6", len(at))
		}
		server.Kill()
		if e := wantCode(t, call(t.Context(), p, time.Minute), onramp.Unavailable); !errors.Is(e, pooltest.ErrRefused) {
			t.Errorf("a dial that was refused: %v", e)
		}
		if patient, _ := p.Rest(); patient {
			t.Error("who waits for a pool whose dials fail may go elsewhere")
		}
	})
}

func TestThoseInLineWhenAYoungConnectionIsLostMayGoElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, server := open(t, Config{MaxConns: 1, BackoffBase: time.Second}, &pooltest.Codec{Room: 1})
		server.Latency(time.Minute)
		first := calls(t.Context(), p, 1, 5*time.Minute)
		synctest.Wait()
		done := make(chan error)
		go func() { _, err := p.Wait(t.Context(), time.Now().Add(time.Minute)); done <- err }()
		synctest.Wait()
		start := time.Now()
		server.Break()
		err := <-done
		if time.Since(start) != 0 {
			t.Errorf("it waited %v", time.Since(start))
		}
		wantCode(t, err, onramp.Unavailable)
		if e := onramp.AsError(<-first); e == nil || e.Origin != onramp.Wire {
			t.Errorf("the call under way: %v", e)
		}
	})
}
