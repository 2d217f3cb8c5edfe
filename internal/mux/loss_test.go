package mux

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
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

func TestAResetAtAnyByteEndsEachCallOnceAndMixesNothing(t *testing.T) {
	const each = plainHead + 7 // one frame; three go each way
	for _, f := range []codec.Framer{plain{}, correlated{}, ordered{}} {
		for _, way := range []onramptest.Direction{onramptest.ToServer, onramptest.ToClient} {
			for at := range int64(3*each + 1) {
				synctest.Test(t, func(t *testing.T) {
					b := newBed(t, testConfig(f), echo)
					b.net.CutAfter(serverAddr, way, at)
					var wg sync.WaitGroup
					var ok atomic.Int64
					for i := range 3 {
						wg.Go(func() {
							want := fmt.Sprintf("call %02d", i)
							got, err := b.call(want, time.Second)
							switch e := onramp.AsError(err); {
							case err == nil && got == want:
								ok.Add(1)
							case err == nil:
								t.Errorf("cut after %d: %q got %q", at, want, got)
							case e.Code != onramp.Unavailable || e.Origin != onramp.Wire && e.Origin != onramp.Local:
								t.Errorf("cut after %d: %v", at, err)
							}
						})
						synctest.Wait()
					}
					wg.Wait()
					if n := ok.Load(); way == onramptest.ToClient && n != at/each {
						t.Errorf("cut after %d bytes of replies: %d were delivered", at, n)
					}
					if n := b.c.inflight.Load(); n != 0 {
						t.Errorf("cut after %d: %d calls are counted", at, n)
					}
					b.close()
				})
			}
		}
	}
}

func TestCloseAndDrainMayComeAtAnyTime(t *testing.T) {
	rounds := 300
	if testing.Short() {
		rounds = 30
	}
	for i := range rounds {
		cfg := testConfig([]codec.Framer{correlated{}, plain{}, ordered{}}[i%3])
		cfg.MaxInFlight = 1 + rand.IntN(16)
		c, stop := pair(t, cfg)
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() {
				for n := range 20 {
					ctx, cancel := context.WithCancel(context.Background())
					if w == 0 {
						time.AfterFunc(time.Duration(rand.IntN(300))*time.Microsecond, cancel)
					}
					want := fmt.Sprint("call ", w, n)
					if got, err := call(ctx, c, want, time.Minute); err == nil && got != want {
						t.Errorf("%q got %q", want, got)
					}
					cancel()
				}
			})
		}
		wg.Go(func() {
			time.Sleep(time.Duration(rand.IntN(2000)) * time.Microsecond)
			if i%2 == 0 {
				_ = c.Drain(context.Background())
			}
			_ = c.Close()
		})
		if i%5 == 0 {
			wg.Go(func() { _ = c.Close() })
		}
		ended := make(chan struct{})
		go func() { wg.Wait(); close(ended) }()
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			t.Fatal("calls hang on a closed connection")
		}
		if n := c.inflight.Load(); n != 0 {
			t.Errorf("%d calls are counted after all have ended", n)
		}
		stop()
	}
}

// pair returns a client connection and ends its server.
func pair(t *testing.T, cfg *Config) (*Conn, func()) {
	t.Helper()
	n := onramptest.NewNetwork()
	l, err := n.Listen(serverAddr)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	nc, err := n.Dial(context.Background(), "tcp", serverAddr)
	if err != nil {
		t.Fatal(err)
	}
	peer, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- Serve(context.Background(), peer, echo, cfg) }()
	return Dial(nc, cfg), func() { <-served }
}

func TestDrainWritesWhatIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, peer := rawPeer(t, testConfig(correlated{}))
		big := strings.Repeat("x", 900<<10) // more than the network takes at once
		req := &onramp.Request{Kind: onramp.Oneway, Deadline: time.Now().Add(time.Minute), Body: onramp.Body{Raw: []byte(big)}}
		if _, err := c.RoundTrip(context.Background(), req); err != nil {
			t.Fatal(err)
		}
		drained := make(chan error, 1)
		go func() { drained <- c.Drain(context.Background()) }()
		synctest.Wait()
		if _, _, text := receive(t, peer); text != big {
			t.Errorf("%d of %d bytes came", len(text), len(big))
		}
		if err := <-drained; err != nil {
			t.Error(err)
		}
		peer.Close()
	})
}

func TestDrainLeavesWhatAPeerDoesNotTakeAtItsBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, peer := rawPeer(t, testConfig(correlated{}))
		defer peer.Close()
		req := &onramp.Request{Kind: onramp.Oneway, Deadline: time.Now().Add(time.Minute), Body: onramp.Body{Raw: make([]byte, 900<<10)}}
		if _, err := c.RoundTrip(context.Background(), req); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		if err := c.Drain(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 2*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

// slowClose is a connection whose Close takes long, as that of TLS may when the
// peer takes nothing.
type slowClose struct{ net.Conn }

func (s slowClose) Close() error {
	time.Sleep(5 * time.Second)
	return s.Conn.Close()
}

func TestCallsAndHandlersDoNotWaitForASlowClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nc, peer, _ := wire(t)
		told := make(chan time.Time, 1)
		served := make(chan error, 1)
		go func() {
			served <- Serve(context.Background(), slowClose{peer}, func(ctx context.Context, _ *onramp.Request) (*onramp.Response, error) {
				<-ctx.Done()
				told <- time.Now()
				return nil, nil
			}, testConfig(correlated{}))
		}()
		c := Dial(slowClose{nc}, testConfig(correlated{}))
		ended := make(chan time.Time, 1)
		go func() {
			_, _ = call(context.Background(), c, "x", time.Minute)
			ended <- time.Now()
		}()
		synctest.Wait()
		start := time.Now()
		c.fail(errors.New("lost"))
		if took := (<-ended).Sub(start); took > leadSlice {
			t.Errorf("the call ended after %v", took)
		}
		start = start.Add(5 * time.Second) // when the server sees it
		if took := (<-told).Sub(start); took > 0 {
			t.Errorf("the handler was told after %v", took)
		}
		<-served
		c.Close()
	})
}
