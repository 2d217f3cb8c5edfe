package sim

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/internal/faults/row"
	"github.com/onrampmesh/onramp/onramptest"
	"github.com/onrampmesh/onramp/policy"
	"github.com/onrampmesh/onramp/server"
)

const (
	service = "com.acme.Ledger"
	read    = service + "/read"  // harmless to repeat
	write   = service + "/write" // not so

	serverAddr = "10.0.0.1:12200"
	otherAddr  = "10.0.0.2:12200"
)

// call and answer are what the service takes and returns.
type (
	call struct {
		ID    int64         `json:"id"`
		Hold  time.Duration `json:"hold,omitempty"`
		Fill  int           `json:"fill,omitempty"`
		Pad   string        `json:"pad,omitempty"`
		Panic string        `json:"panic,omitempty"`
	}
	answer struct {
		ID   int64  `json:"id"`
		Fill string `json:"fill,omitempty"`
	}
)

// world is a server behind a proxy. Everything in it lives in one bubble.
type world struct {
	t      testing.TB
	p      row.Protocol
	net    *onramptest.Network
	proxy  *onramptest.Proxy
	server *server.Server
	codec  codec.Codec // the server's
	ledger *ledger
	served sync.WaitGroup

	mu sync.Mutex // for what a test collects
}

// ledger counts the runs of each call.
type ledger struct {
	mu   sync.Mutex
	runs map[int64]int
	all  int
}

func (l *ledger) ran(id int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.runs[id]++
	l.all++
}

func (l *ledger) of(id int64) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.runs[id]
}

func (l *ledger) total() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all
}

// settings are what a test wants otherwise.
type settings struct {
	net     []onramptest.NetworkOption
	on      *onramptest.Network // in place of one of its own
	addr    string
	proxy   onramptest.ProxyConfig
	server  []server.Option
	between func(net.Listener) net.Listener // stands before the server
}

// each runs f in a bubble of its own for every protocol.
func each(t *testing.T, f func(t *testing.T, p row.Protocol)) {
	t.Helper()
	row.Each(t, func(t *testing.T, p row.Protocol) {
		synctest.Test(t, func(t *testing.T) { f(t, p) })
	})
}

// eachFramed is each for the protocols that are made of frames.
func eachFramed(t *testing.T, f func(t *testing.T, p row.Protocol)) {
	t.Helper()
	row.EachFramed(t, func(t *testing.T, p row.Protocol) {
		synctest.Test(t, func(t *testing.T) { f(t, p) })
	})
}

// newWorld starts a server of the protocol. Close ends it.
func newWorld(t testing.TB, p row.Protocol, s settings) *world {
	t.Helper()
	w := &world{t: t, p: p, net: s.on, codec: p.Codec(), ledger: &ledger{runs: map[int64]int{}}}
	if w.net == nil {
		w.net = onramptest.NewNetwork(s.net...)
	}
	ln, err := w.net.Listen(cmp.Or(s.addr, serverAddr))
	if err != nil {
		t.Fatal(err)
	}
	if s.between != nil {
		ln = s.between(ln)
	}
	opts := append([]server.Option{server.WithCodec(w.codec), server.WithLogger(quiet)}, s.server...)
	if w.server, err = server.New(opts...); err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{read, write} {
		if err := server.Handle(w.server, target, w.handle); err != nil {
			t.Fatal(err)
		}
	}
	w.served.Go(func() { _ = w.server.Serve(context.Background(), ln) })
	s.proxy.Target, s.proxy.Network = ln.Addr().String(), w.net
	if w.proxy, err = onramptest.NewProxy(s.proxy); err != nil {
		t.Fatal(err)
	}
	return w
}

var quiet = slog.New(slog.DiscardHandler)

// handle is both methods.
func (w *world) handle(ctx context.Context, in *call) (*answer, error) {
	w.ledger.ran(in.ID)
	if in.Panic != "" {
		panic(in.Panic)
	}
	if in.Hold > 0 {
		select {
		case <-time.After(in.Hold):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return &answer{ID: in.ID, Fill: filling[:in.Fill]}, nil
}

// filling is what answers are filled with. They share it, so that what a test
// measures is not the handler's memory.
var filling = strings.Repeat("x", 1<<20)

// close ends the server and the proxy.
func (w *world) close() {
	_ = w.server.Close()
	_ = w.proxy.Close()
	w.served.Wait()
}

// caller is a client of one endpoint, the proxy, with both methods.
type caller struct {
	*client.Client
	read, write *client.Method[call, answer]
}

// caller makes a client that dials the proxy.
func (w *world) caller(opts ...client.Option) *caller {
	w.t.Helper()
	return w.callerOf(w.p.Codec(), opts...)
}

// callerOf is caller with a codec of the test's own.
func (w *world) callerOf(k codec.Codec, opts ...client.Option) *caller {
	w.t.Helper()
	return newCaller(w.t, k, []string{w.proxy.Addr()}, append([]client.Option{client.WithDialer(w.net.Dial)}, opts...)...)
}

func newCaller(t testing.TB, k codec.Codec, addrs []string, opts ...client.Option) *caller {
	t.Helper()
	source := onramptest.NewSource()
	source.PushAddrs(addrs...)
	opts = append([]client.Option{client.WithCodec(k), client.WithDiscovery(source), client.WithLogger(quiet), client.WithSeed(1)}, opts...)
	c, err := client.New(opts...)
	if err != nil {
		t.Fatal(err)
	}
	return &caller{
		Client: c,
		read:   client.MethodOf[call, answer](c, read, client.Idempotent()),
		write:  client.MethodOf[call, answer](c, write),
	}
}

// get calls a method that the others do not need.
func (c *caller) get(ctx context.Context, target string) error {
	_, err := client.Call[answer](ctx, c, target, &call{})
	return err
}

// once makes one attempt a call, whatever becomes of it.
func once() client.Option {
	return client.WithPolicy(&policy.Service{
		Retry:           policy.Retry{Disabled: true},
		EndpointBreaker: policy.Breaker{Disabled: true},
		ServiceBreaker:  policy.Breaker{Disabled: true},
	})
}

// try makes one call and checks that an answer is its own.
func try(ctx context.Context, m *client.Method[call, answer], in call) error {
	out, err := m.Call(ctx, &in)
	if err == nil && (out.ID != in.ID || len(out.Fill) != in.Fill) {
		return mixed(fmt.Sprintf("call %d got the answer of call %d, with %d bytes", in.ID, out.ID, len(out.Fill)))
	}
	return err
}

// mixed is the error of an answer that belongs to another call.
type mixed string

func (m mixed) Error() string { return string(m) }

// within is a context that ends after d.
func within(t testing.TB, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}
