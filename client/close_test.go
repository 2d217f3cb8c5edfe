package client

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/onramptest"
	"github.com/onrampmesh/onramp/policy"
)

// slowly answers after a second.
func slowly(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
	}
	return echoStream("slow")(ctx, req)
}

// TestCloseEndsCallsWhereverTheyAre closes clients whose calls wait for
// endpoints, for a dial, for an answer, for a back-off and for messages: all of
// them return at once, and the bubble ends, so that no goroutine is left.
func TestCloseEndsCallsWhereverTheyAre(t *testing.T) {
	rounds := 200
	if testing.Short() {
		rounds = 30
	}
	synctest.Test(t, func(t *testing.T) {
		for round := range rounds {
			closeOnce(t, time.Duration(rand.IntN(300))*time.Millisecond)
			if t.Failed() {
				t.Fatalf("in round %d", round)
			}
		}
	})
}

func closeOnce(t *testing.T, after time.Duration) {
	n, k := onramptest.NewNetwork(), onramptest.StreamCodec()
	stop := serve(t, n, "slow:1", k, slowly)
	defer stop()
	source := onramptest.NewSource()
	hang := func(ctx context.Context, network, addr string) (net.Conn, error) {
		if addr == "hang:1" {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return n.Dial(ctx, network, addr)
	}
	c, err := New(WithCodec(k), WithDialer(hang), quiet(), WithDiscovery(source),
		WithPolicy(&policy.Service{Timeout: time.Hour, Retry: policy.Retry{BaseDelay: 30 * time.Second, MaxDelay: time.Minute}}))
	if err != nil {
		t.Fatal(err)
	}
	var calls sync.WaitGroup
	for _, target := range []string{"Nowhere/m", "stream://hang:1/S/m", "stream://slow:1/S/m", "stream://gone:1/S/m", "stream://hang:1,slow:1/S/m"} {
		for i := range 4 {
			m := MethodOf[message, message](c, fmt.Sprintf("%s%d", target, i%2), Idempotent())
			calls.Go(func() { _, _ = m.Call(context.Background(), &message{}) })
		}
	}
	chat := StreamOf[message, message](c, "stream://slow:1/S/chat", onramp.BidiStream)
	calls.Go(func() {
		if s, err := chat.Open(context.Background()); err == nil {
			_, _ = s.Recv()
		}
	})
	time.Sleep(after)
	begin := time.Now()
	var closers sync.WaitGroup
	for range 2 {
		closers.Go(func() { _ = c.Close() })
	}
	closers.Wait()
	calls.Wait()
	if took := time.Since(begin); took > 100*time.Millisecond {
		t.Errorf("calls returned %v after a Close at %v", took, after)
	}
	if _, err := Call[message](t.Context(), c, "S/m", &message{}); !errors.Is(err, onramp.Unavailable) || !errors.Is(err, errClosed) {
		t.Errorf("after Close: %v", err)
	}
	if err := c.SetPlan("S", nil); !errors.Is(err, errClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// TestCloseUnderLoadAndFlips is the same against real time and real races.
func TestCloseUnderLoadAndFlips(t *testing.T) {
	rounds := 25
	if testing.Short() {
		rounds = 5
	}
	for range rounds {
		n, k := onramptest.NewNetwork(), onramptest.StreamCodec()
		stops := []func(){serve(t, n, "srv:1", k, echoStream("direct")), serve(t, n, "127.0.0.1:15001", k, echoStream("sidecar"))}
		source := onramptest.NewSource()
		source.PushAddrs("srv:1")
		c, err := New(WithCodec(k), WithDialer(n.Dial), quiet(), WithDiscovery(source))
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		enough := make(chan struct{}, 1)
		left := atomic.Int64{} // calls until the Close
		left.Store(rand.Int64N(500))
		for i := range 8 {
			all.Go(func() {
				for j := 0; ; j++ {
					_, err := Call[message](context.Background(), c, fmt.Sprintf("S/m%d", (i+j)%16), &message{})
					if left.Add(-1) == -1 {
						enough <- struct{}{}
					}
					if errors.Is(err, errClosed) {
						return
					}
				}
			})
		}
		all.Go(func() {
			for v := uint64(0); ; v++ {
				if c.SetPlan("S", atSidecar(t, v, uint16(v%3)*5000)) != nil {
					return
				}
			}
		})
		<-enough
		_ = c.Close()
		all.Wait()
		for _, stop := range stops {
			stop()
		}
	}
}
