package mux

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// TestCallersThatReadAheadAtOnceDoNotHarmTheConnection has two of them find bytes
// that nobody reads: one reads, the other wakes who it takes for the goroutine.
func TestCallersThatReadAheadAtOnceDoNotHarmTheConnection(t *testing.T) {
	nc, peer := sockets(t, "tcp")
	c := newConn(nc, testConfig(correlated{}))
	for range 500 {
		if _, err := peer.Write(frameOf(codec.HeartbeatAck, 1, "")); err != nil {
			t.Fatal(err)
		}
		arrived(t, nc)
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				for peek(c.probe.raw) == unread && c.readAhead() {
				}
			})
		}
		both.Wait()
		if _, s := c.Load(); s != codec.Ready {
			t.Fatalf("the connection is %v: %v", s, c.cause())
		}
	}
	start := time.Now()
	if !c.readAhead() || time.Since(start) > 5*leadSlice {
		t.Errorf("nothing was there to be read, and it took %v", time.Since(start))
	}
	if _, s := c.Load(); s != codec.Ready {
		t.Errorf("the connection is %v: %v", s, c.cause())
	}
	c.Close()
	peer.Close()
}

// TestAReplyThatWasReadIsNotLostToWhoeverSeesTheEnd is the pattern of a server that
// answers the last call and closes.
func TestAReplyThatWasReadIsNotLostToWhoeverSeesTheEnd(t *testing.T) {
	nc, peer := sockets(t, "tcp")
	c := newConn(nc, testConfig(correlated{}))
	c.role.Store(caller) // the test's
	got := make(chan string, 1)
	go func() {
		text, err := call(context.Background(), c, "x", 10*time.Second)
		if err != nil {
			text = err.Error()
		}
		got <- text
	}()
	_, id, _ := receive(t, peer)
	_, _ = peer.Write(frameOf(codec.Response, id, "answer"))
	_ = peer.Close()
	arrived(t, nc)
	if err := c.fill(false); err != nil {
		t.Fatal(err)
	}
	sees(t, nc, ended)
	c.peek() // of another call
	if _, s := c.Load(); s == codec.Ready {
		t.Error("the connection takes calls after its end was seen")
	}
	if _, _, err := c.dispatch(nil); err != nil {
		t.Error(err)
	}
	if text := <-got; text != "answer" {
		t.Errorf("got %q, and the reply had been read", text)
	}
	c.Close()
}

func TestACallThatWaitedForRoomSeesItsContextEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := testConfig(correlated{})
		cfg.WriteBuffer = 1000
		c, peer := rawPeer(t, cfg)
		var calls sync.WaitGroup
		for range 3 { // of which the network's buffer takes one at most, and the batch another
			calls.Go(func() { _, _ = call(context.Background(), c, strings.Repeat("a", 900<<10), 10*time.Second) })
		}
		synctest.Wait()
		ctx, cancel := context.WithCancel(context.Background())
		var end time.Time
		calls.Go(func() {
			_, err := call(ctx, c, strings.Repeat("b", 900<<10), 10*time.Second)
			if took := time.Since(end); end.IsZero() || err == nil || took > 12*time.Millisecond {
				t.Errorf("returned %v after the end of its context: %v", took, err)
			}
		})
		time.Sleep(100 * time.Millisecond) // it was told that it is slow
		for range 4 {
			receive(t, peer)
		}
		time.Sleep(100 * time.Millisecond)
		end = time.Now()
		cancel()
		synctest.Wait()
		time.Sleep(20 * time.Millisecond)
		peer.Close()
		calls.Wait()
		c.Close()
	})
}

func TestSmallRequestsBehindALargeOneAreNotRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := testConfig(correlated{})
		b := newBed(t, cfg, func(ctx context.Context, r *onramp.Request) (*onramp.Response, error) {
			if len(r.Body.Raw) < 10_000 {
				time.Sleep(3 * time.Second)
			}
			return nil, nil
		})
		defer b.close()
		for _, large := range []int{1 << 20, 200 << 10} {
			if _, err := b.call(strings.Repeat("x", large-plainHead), 10*time.Second); err != nil {
				t.Fatal(err)
			}
			var calls sync.WaitGroup
			start := time.Now()
			for range 100 {
				calls.Go(func() {
					if _, err := b.call(strings.Repeat("x", 1000), 10*time.Second); err != nil {
						t.Error(err)
					}
				})
			}
			calls.Wait()
			if took := time.Since(start); took > 3100*time.Millisecond {
				t.Errorf("behind %d bytes: they took %v, want 3 s", large, took)
			}
		}
		if n := cfg.Stats.Refused.Load(); n != 0 {
			t.Errorf("%d were refused", n)
		}
	})
}

func TestACallWithoutTimeToAskPutsTheConnectionInDoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := testConfig(correlated{})
		cfg.Heartbeat = time.Hour
		b := newBed(t, cfg, sleepy(10*time.Second))
		defer b.close()
		var calls sync.WaitGroup
		calls.Go(func() {
			if _, err := b.call("long", time.Hour); err != nil {
				t.Errorf("another call: %v", err)
			}
		})
		synctest.Wait()
		b.c.proof.sure.Store(-int64(time.Hour))
		b.c.probe.looked.Store(-int64(time.Hour))
		b.net.Freeze(serverAddr, bothWays)
		_, err := b.call("x", 30*time.Millisecond)
		if e := onramp.AsError(err); e == nil || e.Origin != onramp.Local || e.Code != onramp.Unavailable {
			t.Errorf("got %v, want unavailable of origin local", err)
		}
		if free, s := b.c.Load(); free != 0 || s != codec.Ready {
			t.Errorf("%d places are free, %v", free, s)
		}
		b.net.Thaw(serverAddr)
		calls.Wait()
		if free, _ := b.c.Load(); free != 1024 {
			t.Errorf("%d places are free in the end", free)
		}
	})
}
