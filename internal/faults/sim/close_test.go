package sim

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/internal/faults/row"
	"github.com/onrampmesh/onramp/internal/leak"
	"github.com/onrampmesh/onramp/onramptest"
	"github.com/onrampmesh/onramp/policy"
)

// Row 42: a client is closed while its calls wait for endpoints, for a dial that
// hangs, for one that fails, for an answer, for a back-off, and in line for room.
// The bubble's end says that no goroutine is left.
func TestCloseEndsEveryCallWhereverItIs(t *testing.T) {
	each(t, func(t *testing.T, p row.Protocol) {
		rounds := 1000
		if testing.Short() || leak.Race {
			rounds = 150
		}
		if p.Variant {
			rounds /= 4
		}
		w := newWorld(t, p, settings{})
		defer w.close()
		dice := rand.New(rand.NewPCG(42, 0))
		var worst time.Duration
		var calls int
		for round := range rounds {
			n, took := w.closeAt(t, dice, time.Duration(dice.IntN(300))*time.Millisecond)
			calls, worst = calls+n, max(worst, took)
			if worst > 100*time.Millisecond || t.Failed() {
				t.Fatalf("in round %d calls returned %v after Close, want at most 100ms", round, took)
			}
		}
		row.Figure(t, 42, p.Name, "%d clients closed in the midst of %d calls: the last call returned %v after Close (goal 100 ms), no goroutine is left", rounds, calls, worst)
	})
}

// closeAt makes calls of all kinds and closes their client after a while. It
// returns how many there were, and when the last one returned.
func (w *world) closeAt(t *testing.T, dice *rand.Rand, after time.Duration) (calls int, took time.Duration) {
	dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
		switch {
		case strings.HasPrefix(addr, "hang"):
			<-ctx.Done()
			return nil, ctx.Err()
		case strings.HasPrefix(addr, "stall"): // the handshake of a proxy that passes nothing
			addr = w.proxy.Addr()
			_ = w.proxy.Next(onramptest.Both, onramptest.Toxics{Stall: true})
		}
		return w.net.Dial(ctx, network, addr)
	}
	k := w.p.Codec()
	c, err := client.New(client.WithCodec(k), client.WithDialer(dial), client.WithLogger(quiet),
		client.WithDiscovery(onramptest.NewSource()), client.WithPool(client.PoolConfig{MaxConns: 1}),
		client.WithPolicy(&policy.Service{Timeout: time.Hour, Retry: policy.Retry{BaseDelay: 30 * time.Second, MaxDelay: time.Minute, Attempts: 10}}))
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for _, addrs := range []string{"", "hang:1", "gone:1", "stall:1", serverAddr, "gone:1,hang:1," + serverAddr} {
		target := read
		if addrs != "" {
			target = k.Name() + "://" + addrs + "/" + read
		}
		m := client.MethodOf[call, answer](c, target, client.Idempotent())
		for range 1 + dice.IntN(3) {
			calls++
			all.Go(func() {
				if _, err := m.Call(context.Background(), &call{Hold: time.Minute}); err == nil {
					t.Error("a call that takes a minute was answered")
				}
			})
		}
	}
	time.Sleep(after)
	begin := time.Now()
	_ = c.Close()
	all.Wait()
	if took = time.Since(begin); took > 100*time.Millisecond {
		return calls, took
	}
	if _, err := client.Call[answer](context.Background(), c, read, &call{}); !errors.Is(err, onramp.Unavailable) {
		t.Errorf("a call after Close: %v", err)
	}
	return calls, took
}

// Row 42, against real scheduling: calls that succeed, at full speed, and a Close
// among them. It is the race detector's.
func TestCloseAmongCallsAtFullSpeed(t *testing.T) {
	rounds := 200
	if testing.Short() || leak.Race {
		rounds = 25
	}
	row.EachLong(t, func(t *testing.T, p row.Protocol) {
		w := newWorld(t, p, settings{})
		defer w.close()
		for range rounds {
			c := w.caller()
			var all sync.WaitGroup
			for i := range 8 {
				all.Go(func() {
					for {
						err := try(context.Background(), c.write, call{ID: int64(i)})
						if errors.As(err, new(mixed)) {
							t.Error(err)
						}
						if err != nil {
							return
						}
					}
				})
			}
			for range rand.IntN(50) { // a moment that differs
				if err := try(context.Background(), c.read, call{ID: 9}); err != nil {
					t.Error(err)
				}
			}
			_ = c.Close()
			all.Wait()
		}
	})
}

// Row 42: the client's bubble, with nothing but Close, has no goroutine before or after.
func TestAClientThatIsClosedAtOnceLeavesNothing(t *testing.T) {
	each(t, func(t *testing.T, p row.Protocol) {
		w := newWorld(t, p, settings{})
		defer w.close()
		for range 20 {
			c := w.caller()
			go func() { _ = try(context.Background(), c.read, call{ID: 1}) }()
			_ = c.Close()
		}
		synctest.Wait()
		if n := len(w.proxy.Conns()); n != 0 {
			t.Errorf("%d connections stand after Close", n)
		}
	})
}
