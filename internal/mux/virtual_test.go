package mux

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/onramptest"
)

const serverAddr = "10.0.0.1:12200"

// bed is one server connection and one client connection in memory.
type bed struct {
	t    *testing.T
	net  *onramptest.Network
	cfg  *Config
	c    *Conn
	stop context.CancelFunc // drains the server
	done chan error         // what Serve returned
}

func newBed(t *testing.T, cfg *Config, h onramp.Handler) *bed {
	t.Helper()
	b := &bed{t: t, net: onramptest.NewNetwork(), cfg: cfg, done: make(chan error, 1)}
	l, err := b.net.Listen(serverAddr)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	b.stop = cancel
	go func() {
		nc, err := l.Accept()
		if err == nil {
			err = serve(ctx, nc, h, cfg)
		}
		b.done <- err
	}()
	nc, err := b.net.Dial(context.Background(), "tcp", serverAddr)
	if err != nil {
		t.Fatal(err)
	}
	b.c = Dial(nc, cfg)
	t.Cleanup(func() { l.Close() })
	return b
}

func (b *bed) close() {
	b.c.Close()
	b.stop()
	<-b.done
}

func (b *bed) call(text string, timeout time.Duration) (string, error) {
	return call(context.Background(), b.c, text, timeout)
}

func sleepy(d time.Duration) onramp.Handler {
	return func(ctx context.Context, r *onramp.Request) (*onramp.Response, error) {
		select {
		case <-time.After(d):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		return echo(ctx, r)
	}
}

func TestACallEndsAtItsDeadlineAndNotLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, testConfig(correlated{}), sleepy(time.Minute))
		defer b.close()
		var wg sync.WaitGroup
		for _, d := range []time.Duration{time.Second, 300 * time.Millisecond, 7 * time.Millisecond, 2 * time.Second} {
			wg.Go(func() {
				start := time.Now()
				_, err := b.call("x", d)
				if !errors.Is(err, context.DeadlineExceeded) || onramp.AsError(err).Origin != onramp.Wire {
					t.Errorf("got %v, want deadline exceeded of origin wire", err)
				}
				if took := time.Since(start); took < d || took > d+time.Millisecond {
					t.Errorf("a deadline of %v ended after %v", d, took)
				}
			})
		}
		wg.Wait()
	})
}

func TestACanceledCallReturnsWithinTenMilliseconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, testConfig(correlated{}), sleepy(time.Minute))
		defer b.close()
		for _, others := range []int{0, 3} { // alone it reads by itself
			ctx, cancel := context.WithCancel(context.Background())
			var wg sync.WaitGroup
			for range others {
				wg.Go(func() { _, _ = b.call("other", 5*time.Second) })
			}
			var ended time.Duration
			start := time.Now()
			wg.Go(func() {
				_, err := call(ctx, b.c, "x", 5*time.Second)
				ended = time.Since(start)
				if !errors.Is(err, context.Canceled) {
					t.Errorf("got %v, want canceled", err)
				}
			})
			time.Sleep(33 * time.Millisecond)
			cancel()
			wg.Wait()
			if ended > 44*time.Millisecond {
				t.Errorf("with %d others a cancel after 33 ms was seen after %v", others, ended)
			}
		}
	})
}

func TestAnExpiredDeadlineSendsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n atomic.Int32
		b := newBed(t, testConfig(correlated{}), func(ctx context.Context, r *onramp.Request) (*onramp.Response, error) {
			n.Add(1)
			return echo(ctx, r)
		})
		defer b.close()
		_, err := b.call("x", 0)
		if e := onramp.AsError(err); e == nil || e.Code != onramp.DeadlineExceeded || e.Origin != onramp.Local {
			t.Errorf("got %v, want deadline exceeded of origin local", err)
		}
		synctest.Wait()
		if n.Load() != 0 {
			t.Error("the call was sent")
		}
	})
}

func TestAPeerThatVanishedIsFoundWithinFifteenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, testConfig(correlated{}), echo)
		if _, err := b.call("x", time.Second); err != nil {
			t.Fatal(err)
		}
		b.net.Freeze(serverAddr, onramptest.ToServer|onramptest.ToClient)
		start := time.Now()
		for {
			changed := b.c.Changed()
			if _, s := b.c.Load(); s == codec.Closed {
				break
			}
			<-changed
		}
		if took := time.Since(start); took > 15*time.Second {
			t.Errorf("found after %v", took)
		}
		b.net.Thaw(serverAddr)
		b.close()
	})
}

func TestAnIdleConnectionStaysOpenByHeartbeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, testConfig(correlated{}), echo)
		defer b.close()
		time.Sleep(10 * time.Minute)
		if got, err := b.call("still here", time.Second); got != "still here" || err != nil {
			t.Errorf("after ten idle minutes: %q, %v", got, err)
		}
	})
}

func TestACloseOfAnIdleConnectionIsSeenAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, testConfig(correlated{}), echo)
		defer b.close()
		if _, err := b.call("x", time.Second); err != nil {
			t.Fatal(err)
		}
		time.Sleep(6 * time.Millisecond) // the goroutine has the role by now
		b.net.Cut(serverAddr)
		synctest.Wait()
		if _, s := b.c.Load(); s != codec.Closed {
			t.Errorf("the connection is %v", s)
		}
	})
}

func TestCallsBeyondTheLimitAreLocalAndRoomIsAnnounced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := testConfig(correlated{})
		cfg.MaxInFlight = 4
		b := newBed(t, cfg, sleepy(time.Second))
		defer b.close()
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if _, err := b.call("x", 5*time.Second); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		changed := b.c.Changed()
		if free, _ := b.c.Load(); free != 0 {
			t.Errorf("%d places are free, want 0", free)
		}
		_, err := b.call("one more", time.Second)
		if e := onramp.AsError(err); e == nil || e.Code != onramp.ResourceExhausted || e.Origin != onramp.Local {
			t.Errorf("got %v, want resource exhausted of origin local", err)
		}
		<-changed
		wg.Wait()
		if _, err := b.call("again", 5*time.Second); err != nil {
			t.Error(err)
		}
	})
}

func TestAnAbandonedPlaceIsFreedByItsReplyOrTwiceTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := testConfig(correlated{})
		cfg.MaxInFlight = 1
		stuck := make(chan struct{})
		b := newBed(t, cfg, func(ctx context.Context, r *onramp.Request) (*onramp.Response, error) {
			if string(r.Body.Raw) == "stuck" {
				<-stuck
			} else if string(r.Body.Raw) == "slow" {
				time.Sleep(150 * time.Millisecond)
			}
			return echo(ctx, r)
		})
		defer b.close()
		for text, after := range map[string]time.Duration{"slow": 51 * time.Millisecond, "stuck": 101 * time.Millisecond} {
			start := time.Now()
			if _, err := b.call(text, 100*time.Millisecond); !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("%s: %v", text, err)
			}
			if free, _ := b.c.Load(); free != 0 {
				t.Errorf("%s: the place was free at once", text)
			}
			time.Sleep(after)
			if free, _ := b.c.Load(); free != 1 {
				t.Errorf("%s: the place is still taken %v after the call began", text, time.Since(start))
			}
			if text == "stuck" {
				close(stuck)
			}
			time.Sleep(time.Second)
		}
		if got := cfg.Stats.Late.Load() + cfg.Stats.Unknown.Load(); got != 2 {
			t.Errorf("%d late replies were counted, want 2", got)
		}
	})
}

func TestAServerAtItsLimitAnswersBusyAndGoesOnReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := testConfig(correlated{}), testConfig(correlated{})
		server.MaxInFlight = 2
		b := newBedWith(t, client, server, sleepy(time.Second))
		defer b.close()
		var wg sync.WaitGroup
		var ok, busy atomic.Int32
		for range 6 {
			wg.Go(func() {
				_, err := b.call("x", 5*time.Second)
				switch e := onramp.AsError(err); {
				case err == nil:
					ok.Add(1)
				case e.Code == onramp.ResourceExhausted && e.Origin == onramp.Refused:
					busy.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if ok.Load() != 2 || busy.Load() != 4 {
			t.Errorf("%d answered, %d busy; want 2 and 4", ok.Load(), busy.Load())
		}
	})
}

func newBedWith(t *testing.T, client, server *Config, h onramp.Handler) *bed {
	t.Helper()
	b := newBed(t, server, h)
	b.c.Close()
	<-b.done
	l, err := b.net.Listen("10.0.0.2:1")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	ctx, cancel := context.WithCancel(context.Background())
	b.stop = cancel
	go func() {
		nc, err := l.Accept()
		if err == nil {
			err = serve(ctx, nc, h, server)
		}
		b.done <- err
	}()
	nc, err := b.net.Dial(context.Background(), "tcp", "10.0.0.2:1")
	if err != nil {
		t.Fatal(err)
	}
	b.c = Dial(nc, client)
	return b
}

func TestADrainingServerFinishesRefusesAndEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, testConfig(correlated{}), sleepy(3*time.Second))
		var wg sync.WaitGroup
		wg.Go(func() {
			if got, err := b.call("under way", 10*time.Second); got != "under way" || err != nil {
				t.Errorf("a call under way: %q, %v", got, err)
			}
		})
		synctest.Wait()
		b.stop()
		synctest.Wait()
		_, err := b.call("too late", time.Second)
		if e := onramp.AsError(err); e == nil || e.Origin != onramp.Refused {
			t.Errorf("a new call: %v, want origin refused", err)
		}
		if _, s := b.c.Load(); s != codec.Draining {
			t.Errorf("the client's connection is %v, want draining", s)
		}
		if _, err := b.call("later still", time.Second); onramp.AsError(err).Origin != onramp.Local {
			t.Errorf("a call on a draining connection: %v, want origin local", err)
		}
		wg.Wait()
		if err := b.c.Drain(context.Background()); err != nil {
			t.Error(err)
		}
		if err := <-b.done; err != nil {
			t.Errorf("Serve returned %v", err)
		}
	})
}

func TestADrainingServerEndsIdleConnectionsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, testConfig(correlated{}), echo)
		if _, err := b.call("x", time.Second); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		b.stop()
		if err := <-b.done; err != nil {
			t.Errorf("Serve returned %v", err)
		}
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("an idle connection took %v", took)
		}
		b.c.Close()
	})
}

func TestDrainWaitsForCallsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, testConfig(correlated{}), sleepy(2*time.Second))
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if _, err := b.call("x", 5*time.Second); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		if err := b.c.Drain(context.Background()); err != nil {
			t.Error(err)
		}
		wg.Wait()
		b.stop()
		<-b.done
	})
}

func TestDrainGivesUpAtItsBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, testConfig(correlated{}), sleepy(time.Minute))
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := b.call("x", 30*time.Second)
			if e := onramp.AsError(err); e == nil || e.Origin != onramp.Wire || e.Code != onramp.Unavailable {
				t.Errorf("got %v, want unavailable of origin wire", err)
			}
		})
		synctest.Wait()
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := b.c.Drain(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Drain returned %v", err)
		}
		wg.Wait()
		b.stop()
		<-b.done
	})
}

func TestWhatWasNeverWrittenIsLocal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := testConfig(correlated{})
		b := newBed(t, cfg, echo)
		b.net.Freeze(serverAddr, onramptest.ToServer)
		// The network takes 256 KiB; the rest of the calls waits in the batch.
		big := strings.Repeat("x", 100<<10)
		var local, wire atomic.Int32
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				_, err := b.call(big, 5*time.Second)
				switch onramp.AsError(err).Origin {
				case onramp.Local:
					local.Add(1)
				case onramp.Wire:
					wire.Add(1)
				default:
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		b.net.Cut(serverAddr)
		wg.Wait()
		if local.Load() == 0 || wire.Load() == 0 {
			t.Errorf("%d local, %d wire: want some of both", local.Load(), wire.Load())
		}
		b.close()
	})
}

func TestACallThatTheNetworkTakesNoByteOfIsLocal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, testConfig(correlated{}), echo)
		if _, err := b.call("x", time.Second); err != nil {
			t.Fatal(err)
		}
		b.net.Cut(serverAddr) // a caller read last, so that nobody hears of it
		if _, err := b.call("x", time.Second); !errors.Is(err, onramp.Unavailable) || onramp.AsError(err).Origin != onramp.Local {
			t.Errorf("got %v", err)
		}
		b.close()
	})
}

func TestASlowReaderIsClosedAndBoundedMemoryIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := testConfig(correlated{})
		n := onramptest.NewNetwork()
		l, err := n.Listen(serverAddr)
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() {
			nc, err := l.Accept()
			if err == nil {
				err = Serve(context.Background(), nc, echo, cfg)
			}
			done <- err
		}()
		nc, err := n.Dial(context.Background(), "tcp", serverAddr)
		if err != nil {
			t.Fatal(err)
		}
		go func() { // a peer that sends and never reads
			f := codec.Frame{Kind: codec.Request, Content: make([]byte, 64<<10)}
			out, _ := plain{}.Append(nil, &f)
			_ = plain{}.Seal(out, &f)
			for {
				if _, err := nc.Write(out); err != nil {
					return
				}
			}
		}()
		start := time.Now()
		if err := <-done; err == nil || !strings.Contains(err.Error(), "no bytes") {
			t.Errorf("Serve returned %v", err)
		}
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("closed after %v", took)
		}
		nc.Close()
		l.Close()
	})
}

func TestHandlersAreToldWhenTheConnectionIsGoneAndWhenTimeIsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told := make(chan error, 2)
		b := newBed(t, testConfig(withTimeout{}), func(ctx context.Context, _ *onramp.Request) (*onramp.Response, error) {
			derived, cancel := context.WithCancel(ctx)
			defer cancel()
			<-derived.Done()
			told <- ctx.Err()
			return nil, ctx.Err()
		})
		start := time.Now()
		go func() { _, _ = b.call("x", time.Second) }()
		if err := <-told; !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 1001*time.Millisecond {
			t.Errorf("told %v after %v, want the deadline", err, time.Since(start))
		}
		go func() { _, _ = b.call("x", time.Hour) }()
		synctest.Wait()
		b.c.Close()
		if err := <-told; !errors.Is(err, context.Canceled) {
			t.Errorf("told %v, want canceled", err)
		}
		b.close()
	})
}

// withTimeout is a protocol whose requests carry a timeout: a second, or an hour when the caller has more than a minute.
type withTimeout struct{ correlated }

func (w withTimeout) Decode(src []byte, f *codec.Frame) error {
	f.Timeout = time.Second
	if len(src) > plainHead && src[4] == byte(codec.Request) && src[5] != 0 {
		f.Timeout = time.Hour
	}
	status := src[5]
	err := w.correlated.Decode(src, f)
	f.Status = 0
	if f.Kind == codec.Response {
		f.Status = uint16(status)
	}
	return err
}

func (w withTimeout) Append(dst []byte, f *codec.Frame) ([]byte, error) {
	if f.Kind == codec.Request && f.Timeout > time.Minute {
		f.Status = 9
	}
	return w.correlated.Append(dst, f)
}

func TestShortReadsAndSplitFramesAreNothingSpecial(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, n := range []int{1, 2, 3, 7, 1000} {
			b := newBed(t, testConfig(correlated{}), echo)
			b.net.ShortReads(serverAddr, n)
			want := strings.Repeat("abc", 1000)
			var wg sync.WaitGroup
			for range 5 {
				wg.Go(func() {
					if got, err := b.call(want, time.Minute); got != want || err != nil {
						t.Errorf("reads of %d bytes: %d bytes, %v", n, len(got), err)
					}
				})
			}
			wg.Wait()
			b.close()
		}
	})
}

func TestTwoBubblesMayFollowEachOther(t *testing.T) {
	for range 2 {
		synctest.Test(t, func(t *testing.T) {
			b := newBed(t, testConfig(correlated{}), sleepy(time.Second))
			for range 20 {
				var wg sync.WaitGroup
				for range 20 {
					wg.Go(func() {
						if _, err := b.call("x", time.Minute); err != nil {
							t.Error(err)
						}
					})
				}
				wg.Wait()
			}
			b.close()
		})
	}
}

func TestAFullWriteBufferMakesCallsWaitAndNotFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := testConfig(correlated{})
		cfg.WriteBuffer = 64 << 10
		b := newBed(t, cfg, echo)
		defer b.close()
		b.net.Freeze(serverAddr, onramptest.ToServer)
		big := strings.Repeat("x", 48<<10)
		var wg sync.WaitGroup
		var ok, late atomic.Int32
		start := time.Now()
		for i := range 20 {
			wg.Go(func() {
				timeout := 30 * time.Second
				if i >= 15 {
					timeout = time.Second
				}
				_, err := b.call(big, timeout)
				switch e := onramp.AsError(err); {
				case err == nil:
					ok.Add(1)
				case e.Code == onramp.DeadlineExceeded && time.Since(start) == time.Second && e.Origin == onramp.Local:
					late.Add(1)
				default:
					t.Errorf("call %d: %v after %v", i, err, time.Since(start))
				}
			})
			synctest.Wait()
		}
		time.Sleep(2 * time.Second)
		b.net.Thaw(serverAddr)
		wg.Wait()
		if ok.Load() != 15 || late.Load() != 5 {
			t.Errorf("%d answered, %d late without being sent; want 15 and 5", ok.Load(), late.Load())
		}
	})
}

func TestOnewayCallsEndWhenTheyAreWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ran atomic.Int32
		b := newBed(t, testConfig(correlated{}), func(ctx context.Context, r *onramp.Request) (*onramp.Response, error) {
			if r.Kind != onramp.Oneway {
				t.Errorf("the handler sees kind %v", r.Kind)
			}
			time.Sleep(time.Second)
			ran.Add(1)
			return nil, errors.New("nobody hears this")
		})
		start := time.Now()
		for range 10 {
			req := &onramp.Request{Kind: onramp.Oneway, Deadline: time.Now().Add(time.Second), Body: onramp.Body{Raw: []byte("x")}}
			if _, err := b.c.RoundTrip(context.Background(), req); err != nil {
				t.Error(err)
			}
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("ten oneway calls took %v", took)
		}
		if free, _ := b.c.Load(); free != 1024 {
			t.Errorf("%d places are free", free)
		}
		time.Sleep(2 * time.Second)
		if ran.Load() != 10 {
			t.Errorf("%d of 10 ran", ran.Load())
		}
		b.close()
	})
}

func TestADrainThatEndsWithItsLastRepliesDeliversThem(t *testing.T) {
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			b := newBed(t, testConfig(correlated{}), sleepy(3*time.Second)) // ends on a tick of the drain
			var wg sync.WaitGroup
			for range 30 {
				wg.Go(func() {
					if _, err := b.call("x", 10*time.Second); err != nil {
						t.Error(err)
					}
				})
			}
			synctest.Wait()
			b.stop()
			wg.Wait()
			b.c.Close()
			<-b.done
		})
	}
}
