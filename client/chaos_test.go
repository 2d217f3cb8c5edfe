package client_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/codec/framed"
	"github.com/onrampmesh/onramp/onramptest"
)

// TestWhateverHappensEveryCallEndsInTimeWithItsOwnReply lets servers die, drain,
// freeze, fail and vanish from discovery at random, under callers that are
// impatient. No call outlasts its deadline or gets another's reply; when all is
// well again none fails but by its own impatience, and nothing is left behind.
func TestWhateverHappensEveryCallEndsInTimeWithItsOwnReply(t *testing.T) {
	playChaos(t, 0)
}

// playChaos plays one round for each protocol.
func playChaos(t *testing.T, seeds ...uint64) {
	for _, seed := range seeds {
		for _, k := range []codec.Codec{bolt.New(), onramptest.StreamCodec(), framed.New(onramptest.LineFramer{}, onramptest.LineBody{})} {
			t.Run(fmt.Sprint(k.Name(), "/", seed), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { newChaos(t, k, seed).play(t) })
			})
		}
	}
}

type chaos struct {
	*client.Client
	network *onramptest.Network
	source  *onramptest.Source
	servers []*onramptest.Backend
	down    []bool
	random  *rand.Rand

	mu       sync.Mutex
	failures map[string]int // by code
}

func newChaos(t *testing.T, k codec.Codec, seed uint64) *chaos {
	c := &chaos{network: onramptest.NewNetwork(), source: onramptest.NewSource(), random: rand.New(rand.NewPCG(seed, 1)), failures: map[string]int{}, down: make([]bool, 4)}
	for i := range c.down {
		c.servers = append(c.servers, onramptest.NewBackend(t, c.network, fmt.Sprintf("s%d:1", i), k, c.echo))
	}
	var err error
	if c.Client, err = client.New(client.WithCodec(k), client.WithDialer(c.network.Dial), client.WithDiscovery(c.source), client.WithLogger(slog.New(slog.DiscardHandler))); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *chaos) echo(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
	var s string
	if err := req.Body.Decode(&s); err != nil {
		return nil, err
	}
	select {
	case <-time.After(time.Duration(len(s)%20) * time.Millisecond):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	p := req.Reply()
	p.Body.Value = "echo " + s
	return p, nil
}

// call makes one call whose caller has little time, and may give up earlier.
func (c *chaos) call(t *testing.T, m *client.Method[string, string], r *rand.Rand, text string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(1+r.IntN(1500))*time.Millisecond)
	defer cancel()
	if r.IntN(10) == 0 {
		defer time.AfterFunc(time.Duration(r.IntN(30))*time.Millisecond, cancel).Stop()
	}
	by, _ := ctx.Deadline()
	out, err := m.Call(ctx, &text)
	if late := time.Since(by); late > 20*time.Millisecond {
		t.Errorf("a call returned %v after its deadline: %v", late, err)
	}
	switch {
	case err == nil && *out != "echo "+text:
		t.Errorf("the call %q got the reply %q", text, *out)
	case err != nil:
		e := onramp.AsError(err)
		if e.Target != "S/m" {
			t.Errorf("an error without its target: %v", err)
		}
		c.mu.Lock()
		c.failures[e.Code.String()]++
		c.mu.Unlock()
	}
	time.Sleep(time.Duration(r.IntN(20)) * time.Millisecond)
}

// harm does something to one server.
func (c *chaos) harm(ctx context.Context, i int) {
	b := c.servers[i]
	switch what := c.random.IntN(9); {
	case what < 3 && c.down[i]:
		b.Restart()
		c.down[i] = false
	case what == 0:
		b.Kill()
		c.down[i] = true
	case what == 1:
		ctx, cancel := context.WithTimeout(ctx, time.Duration(c.random.IntN(3000))*time.Millisecond)
		defer cancel()
		_ = b.Drain(ctx)
		c.down[i] = true
	case what == 3:
		b.Freeze()
		time.Sleep(time.Duration(c.random.IntN(3000)) * time.Millisecond)
		b.Thaw()
	case what == 4:
		c.source.Push(c.endpoints(c.random.IntN)...)
	case what == 5:
		c.network.Cut(b.Addr())
	case what == 6:
		b.Slow(time.Duration(c.random.IntN(500)) * time.Millisecond)
	case what == 7:
		b.FailWith(onramp.Unavailable)
	case what == 8:
		c.network.ShortReads(b.Addr(), c.random.IntN(4))
	}
}

func (c *chaos) endpoints(random func(int) int) (eps []onramp.Endpoint) {
	for _, b := range c.servers {
		if random(5) > 0 {
			eps = append(eps, b.Endpoint())
		}
	}
	return eps
}

func (c *chaos) heal() {
	for i, b := range c.servers {
		b.FailWith(nil)
		b.Slow(0)
		b.Thaw()
		c.network.ShortReads(b.Addr(), 0)
		if c.down[i] {
			b.Restart()
		}
	}
	c.source.Push(c.endpoints(func(int) int { return 1 })...)
}

func (c *chaos) play(t *testing.T) {
	c.source.Push(c.endpoints(func(int) int { return 1 })...)
	ctx, stop := context.WithCancel(context.Background())
	methods := []*client.Method[string, string]{client.MethodOf[string, string](c, "S/m"), client.MethodOf[string, string](c, "S/m", client.Idempotent())}
	var callers sync.WaitGroup
	for w := range 6 {
		callers.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), 2))
			for i := 0; ctx.Err() == nil; i++ {
				c.call(t, methods[w%2], r, fmt.Sprint(w, " ", i))
			}
		})
	}
	for range 30 {
		time.Sleep(time.Duration(c.random.IntN(800)) * time.Millisecond)
		c.harm(ctx, c.random.IntN(len(c.servers)))
	}
	c.heal()
	time.Sleep(20 * time.Second)
	c.mu.Lock()
	clear(c.failures)
	c.mu.Unlock()
	time.Sleep(5 * time.Second)
	stop()
	callers.Wait()
	delete(c.failures, onramp.Canceled.String())
	delete(c.failures, onramp.DeadlineExceeded.String())
	if len(c.failures) > 0 {
		t.Errorf("all is well again, and calls fail: %v", c.failures)
	}
	for _, st := range c.Status("S") {
		for _, e := range st.Endpoints {
			if e.State != "ready" || e.InFlight+e.Waiting > 0 {
				t.Errorf("%+v", e)
			}
		}
		if len(st.Endpoints) != len(c.servers) || st.InFlight+st.Draining > 0 {
			t.Errorf("%+v", st)
		}
	}
	_ = c.Close()
}
