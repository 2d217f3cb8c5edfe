package mux

import (
	"context"
	"errors"
	"fmt"
	"io"
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
			synctest.Wait()
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

func TestHeartbeatsOfAPeerThatDoesNotReadHoldNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, peer := rawPeer(t, testConfig(correlated{}))
		defer peer.Close()
		defer c.Close()
		stop := make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() { // sends heartbeats and never reads
			for {
				select {
				case <-stop:
					return
				default:
				}
				for range 20 {
					if _, err := peer.Write(frameOf(codec.Heartbeat, 1, "")); err != nil {
						return
					}
				}
				time.Sleep(time.Millisecond)
			}
		})
		start := time.Now()
		_, err := call(context.Background(), c, "x", 3*time.Second) // it reads by itself
		if took := time.Since(start); err == nil || took > 3010*time.Millisecond {
			t.Errorf("the call ended after %v: %v", took, err)
		}
		close(stop)
		wg.Wait()
	})
}

func TestAPeersHeartbeatsAreAnsweredAFewTimesASecond(t *testing.T) {
	for _, heartbeat := range []time.Duration{0, 10 * time.Second} { // our own are another matter
		synctest.Test(t, func(t *testing.T) {
			cfg := testConfig(correlated{})
			cfg.Heartbeat = heartbeat
			c, peer := rawPeer(t, cfg)
			defer peer.Close()
			defer c.Close()
			answers := 0
			go func() {
				for head := make([]byte, plainHead); ; answers++ {
					if _, err := io.ReadFull(peer, head); err != nil {
						return
					}
				}
			}()
			for range 100 {
				if _, err := peer.Write(frameOf(codec.Heartbeat, 1, "")); err != nil {
					t.Fatal(err)
				}
			}
			time.Sleep(1100 * time.Millisecond)
			_, _ = peer.Write(frameOf(codec.Heartbeat, 1, ""))
			synctest.Wait()
			if answers != beatsAnswered+1 {
				t.Errorf("101 heartbeats in a second had %d answers, want %d", answers, beatsAnswered+1)
			}
		})
	}
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

func TestAStalledWriteIsFoundWhateverTheHeartbeat(t *testing.T) {
	for _, heartbeat := range []time.Duration{0, time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			cfg := testConfig(correlated{})
			cfg.Heartbeat = heartbeat
			b := newBed(t, cfg, echo)
			b.net.Freeze(serverAddr, onramptest.ToServer)
			start := time.Now()
			_, err := b.call(string(make([]byte, 500<<10)), time.Minute)
			if took := time.Since(start); !errors.Is(err, onramp.Unavailable) || took > 20*time.Second {
				t.Errorf("heartbeat %v: %v after %v", heartbeat, err, took)
			}
			b.net.Thaw(serverAddr)
			b.close()
		})
	}
}

func TestALargeFrameOverASlowLinkIsNoStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := testConfig(correlated{})
		n := onramptest.NewNetwork(onramptest.Buffer(16 << 10))
		l, err := n.Listen(serverAddr)
		if err != nil {
			t.Fatal(err)
		}
		nc, err := n.Dial(context.Background(), "tcp", serverAddr)
		if err != nil {
			t.Fatal(err)
		}
		peer, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		l.Close()
		c := Dial(nc, cfg)
		var wg sync.WaitGroup
		wg.Go(func() { // 32 KiB a second, and heartbeats, so that it is not taken for gone
			buf := make([]byte, 16<<10)
			for total := 0; total < 1000<<10+plainHead; {
				n, err := peer.Read(buf)
				if err != nil {
					t.Error(fmt.Errorf("after %d bytes: %w", total, err))
					return
				}
				total += n
				_, _ = peer.Write(frameOf(codec.HeartbeatAck, 1, ""))
				time.Sleep(500 * time.Millisecond)
			}
			_, _ = peer.Write(frameOf(codec.Response, 1<<10, "done"))
		})
		if got, err := call(context.Background(), c, string(make([]byte, 1000<<10)), time.Minute); got != "done" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
		wg.Wait()
		c.Close()
		peer.Close()
	})
}
