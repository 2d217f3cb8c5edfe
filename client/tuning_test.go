package client

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec/framed"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/onramptest"
)

func TestThePoolIsAsLargeAsTheClientSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, k := onramptest.NewNetwork(), framed.New(onramptest.LineFramer{}, onramptest.LineBody{})
		onramptest.NewBackend(t, n, "srv:1", k, func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
			time.Sleep(400 * time.Millisecond)
			resp := req.Reply()
			resp.Body.Value = "done"
			return resp, nil
		})
		c, err := New(WithCodec(k), WithDialer(n.Dial), quiet(), WithDiscovery(discovery.Static("srv:1")), WithPool(PoolConfig{MaxConns: 2, MaxWaiting: 3}))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		var wg sync.WaitGroup
		var done, late, refused atomic.Int32
		for range 8 { // two under way, three in line, three too many
			wg.Go(func() {
				switch _, err := Call[string](t.Context(), c, "S/m", "x"); {
				case err == nil:
					done.Add(1)
				case errors.Is(err, onramp.DeadlineExceeded):
					late.Add(1)
				case errors.Is(err, onramp.ResourceExhausted) && onramp.AsError(err).Origin == onramp.Local:
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n.Dials("srv:1") != 2 || done.Load()+late.Load()+refused.Load() != 8 || done.Load() < 4 || refused.Load() == 0 {
			t.Errorf("%d connections; %d done, %d late, %d refused", n.Dials("srv:1"), done.Load(), late.Load(), refused.Load())
		}
	})
}

func TestTheCacheBelievesWhenTheClientSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, k, source := onramptest.NewNetwork(), onramptest.StreamCodec(), onramptest.NewSource()
		c, err := New(WithCodec(k), WithDialer(n.Dial), quiet(), WithDiscovery(source), WithCache(discovery.WithHold(5*time.Second)))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		MethodOf[message, message](c, "S/m")
		source.PushAddrs("a:1", "b:1", "c:1")
		time.Sleep(time.Second)
		source.PushAddrs("a:1")
		for _, tc := range []struct {
			after time.Duration
			want  int
		}{{4 * time.Second, 3}, {2 * time.Second, 1}} {
			time.Sleep(tc.after)
			if eps := c.Status("S")[0].Endpoints; len(eps) != tc.want {
				t.Errorf("%d endpoints, want %d", len(eps), tc.want)
			}
		}
	})
}

func TestCallsWithTheKeyOfTheirContextTakeOneLane(t *testing.T) {
	type user struct{}
	h := &hops{}
	lanes := map[string]map[string]bool{}
	through := func(lane string) onramp.Handler {
		return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
			if lanes[req.Route.Key] == nil {
				lanes[req.Route.Key] = map[string]bool{}
			}
			lanes[req.Route.Key][lane] = true
			return echo(ctx, req)
		}
	}
	h.direct, h.lane = through("direct"), through("lane")
	c, err := New(WithCodec(named("fake")), WithDiscovery(scheme("list")), quiet(), withHops(h), WithPlan("S", atSidecar(t, 1, 5000)),
		WithKey(func(ctx context.Context) string { key, _ := ctx.Value(user{}).(string); return key }))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	m := MethodOf[message, message](c, "S/m")
	for i := range 400 {
		if _, err := m.Call(context.WithValue(t.Context(), user{}, fmt.Sprint("user-", i%20)), &message{}); err != nil {
			t.Fatal(err)
		}
	}
	both := map[string]int{}
	for key, took := range lanes {
		if len(took) != 1 {
			t.Errorf("the calls of %s took %v", key, took)
		}
		for lane := range took {
			both[lane]++
		}
	}
	if len(lanes) != 20 || both["lane"] < 4 || both["direct"] < 4 {
		t.Errorf("%d keys, split %v", len(lanes), both)
	}
}
