package mux

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/onramptest"
)

func TestMoreThanAHundredStrayRepliesASecondEndTheConnection(t *testing.T) {
	for name, id := range map[string]uint64{"unknown": 1 << 30, "of a call that was answered": 1 << 10} {
		synctest.Test(t, func(t *testing.T) {
			cfg := testConfig(correlated{})
			c, peer := rawPeer(t, cfg)
			defer peer.Close()
			defer c.Close()
			go func() {
				_, id, text := receive(t, peer)
				_, _ = peer.Write(frameOf(codec.Response, id, text))
			}()
			if got, err := call(context.Background(), c, "x", time.Second); got != "x" || err != nil {
				t.Fatal(got, err)
			}
			for range 30 { // a hundred a second are borne, half a minute long
				for range 100 {
					if _, err := peer.Write(frameOf(codec.Response, id, "stray")); err != nil {
						t.Fatalf("%s: %v, %v", name, err, c.cause())
					}
				}
				time.Sleep(1100 * time.Millisecond)
			}
			if _, s := c.Load(); s != codec.Ready {
				t.Fatalf("%s: the connection is %v", name, s)
			}
			for range 101 {
				_, _ = peer.Write(frameOf(codec.Response, id, "stray"))
			}
			time.Sleep(2 * idleAfter) // somebody reads by then
			if _, s := c.Load(); s != codec.Closed {
				t.Errorf("%s: the connection is %v", name, s)
			}
			if _, err := call(context.Background(), c, "x", time.Second); !errors.Is(err, onramp.Unavailable) {
				t.Errorf("%s: %v", name, err)
			}
			if n := cfg.Stats.Unknown.Load() + cfg.Stats.Duplicate.Load(); n != 3101 {
				t.Errorf("%s: %d strays were counted", name, n)
			}
		})
	}
}

func TestLateRepliesOfAThawedServerDoNotEndTheConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := testConfig(correlated{})
		b := newBed(t, cfg, echo)
		defer b.close()
		b.net.Freeze(serverAddr, onramptest.ToServer)
		var wg sync.WaitGroup
		for range 40 { // 2000 calls in 4 s: their places are long used again when their replies come
			for range 50 {
				wg.Go(func() {
					if _, err := b.call("x", 100*time.Millisecond); !errors.Is(err, context.DeadlineExceeded) {
						t.Error(err)
					}
				})
			}
			time.Sleep(100 * time.Millisecond)
		}
		wg.Wait()
		b.net.Thaw(serverAddr)
		time.Sleep(100 * time.Millisecond)
		if got, err := b.call("y", time.Second); got != "y" || err != nil {
			t.Errorf("after the thaw: %q, %v", got, err)
		}
		if s := cfg.Stats; s.Late.Load()+s.Refused.Load() < 2000 || s.Unknown.Load()+s.Duplicate.Load() != 0 {
			t.Errorf("%d late, %d unknown, %d duplicate", s.Late.Load(), s.Unknown.Load(), s.Duplicate.Load())
		}
	})
}

// ordered is plain without IDs and with replies in the order of requests.
type ordered struct{ plain }

func (ordered) Model() codec.Model { return codec.Pipelined }

func (ordered) Append(dst []byte, f *codec.Frame) ([]byte, error) {
	g := *f
	g.ID = 0
	return plain{}.Append(dst, &g)
}

// oddContext ends with an error of its own.
type oddContext struct{ context.Context }

func (o oddContext) Err() error {
	if o.Context.Err() != nil {
		return errors.New("odd")
	}
	return nil
}

func TestACallThatIsGivenUpEndsAConnectionThatAnswersInOrder(t *testing.T) {
	for _, odd := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			b := newBed(t, testConfig(ordered{}), sleepy(time.Second))
			defer b.close()
			ctx, cancel := context.WithCancel(context.Background())
			if odd {
				ctx = oddContext{ctx}
			}
			time.AfterFunc(100*time.Millisecond, cancel)
			if got, err := call(ctx, b.c, "one", time.Minute); err == nil {
				t.Fatalf("got %q", got)
			}
			if _, s := b.c.Load(); s != codec.Closed {
				t.Errorf("odd %v: the connection is %v", odd, s)
			}
			if got, err := b.call("two", time.Minute); err == nil {
				t.Errorf("odd %v: the next call got %q", odd, got)
			}
		})
	}
}

func TestAOnewayCallWhoseConnectionIsLostWhileItIsWrittenFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, testConfig(correlated{}), echo)
		defer b.close()
		b.net.Cut(serverAddr)
		// No wait: nobody has read the reset yet.
		req := &onramp.Request{Kind: onramp.Oneway, Deadline: time.Now().Add(time.Second), Body: onramp.Body{Raw: []byte("x")}}
		if _, err := b.c.RoundTrip(context.Background(), req); !errors.Is(err, onramp.Unavailable) {
			t.Errorf("got %v, want unavailable", err)
		}
	})
}

func TestWhoeverSeesThatAConnectionIsFullIsToldOfRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := testConfig(correlated{})
		cfg.MaxInFlight = 2
		b := newBed(t, cfg, sleepy(time.Second))
		defer b.close()
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				if _, err := b.call("x", time.Minute); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		start := time.Now()
		for {
			changed := b.c.Changed()
			if free, _ := b.c.Load(); free > 0 {
				break
			}
			select {
			case <-changed:
			case <-time.After(time.Minute):
				t.Fatal("nobody told of the room")
			}
		}
		if took := time.Since(start); took != time.Second {
			t.Errorf("told after %v", took)
		}
		wg.Wait()
	})
}
