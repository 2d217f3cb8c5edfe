package client

import (
	"context"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/internal/leak"
)

func TestMain(m *testing.M) { leak.Main(m) }

// named is a codec that is never asked to do anything but to have a name.
type named string

func (n named) Name() string           { return string(n) }
func (named) Match([]byte) codec.Match { return codec.No }
func (named) Dial(context.Context, net.Conn) (codec.Conn, error) {
	return nil, onramp.NewError(onramp.Unimplemented, onramp.Local, "a name only")
}
func (named) Serve(context.Context, net.Conn, onramp.Handler) error { return nil }

// scheme is a source that is only looked up.
type scheme string

func (s scheme) Scheme() string { return string(s) }
func (scheme) Params() []string { return []string{"tag"} }
func (scheme) Watch(ctx context.Context, _ discovery.Target, _ func(discovery.Update)) error {
	<-ctx.Done()
	return ctx.Err()
}

// handlerHop is a hop over any Handler. It stamps outcomes as the cluster does.
type handlerHop struct {
	config hopConfig
	handle onramp.Handler
	closed atomic.Bool
}

func (h *handlerHop) RoundTrip(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
	resp, err := h.handle(ctx, req)
	o := onramp.Classify(err)
	o.At = time.Now()
	o.Latency = o.At.Sub(req.Attempt.Start)
	req.Attempt.Outcome = o
	return resp, err
}

func (h *handlerHop) Close() error { h.closed.Store(true); return nil }

// hops makes hops and remembers them.
type hops struct {
	direct, lane onramp.Handler
	mu           sync.Mutex
	made         []*handlerHop
}

func (h *hops) make(_ *Client, cfg hopConfig) (hop, error) {
	n := &handlerHop{config: cfg, handle: h.direct}
	if cfg.lane {
		n.handle = h.lane
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.made = append(h.made, n)
	return n, nil
}

// open counts the hops that are not closed.
func (h *hops) open() (direct, lane int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, n := range h.made {
		switch {
		case n.closed.Load():
		case n.config.lane:
			lane++
		default:
			direct++
		}
	}
	return direct, lane
}

func withHops(h *hops) Option {
	return func(c *config) error { c.hop = h.make; return nil }
}

// dial returns a client whose attempts all go to h.
func dial(t testing.TB, h onramp.Handler, opts ...Option) *Client {
	t.Helper()
	c, err := New(append([]Option{WithCodec(named("fake")), WithDiscovery(scheme("list")), quiet(), withHops(&hops{direct: h})}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// echo answers with the value it was sent.
func echo(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
	resp := req.Reply()
	resp.Body.Value = req.Body.Value
	return resp, nil
}

type message struct{ Text string }

// quiet has a client log nothing.
func quiet() Option { return WithLogger(slog.New(slog.DiscardHandler)) }
