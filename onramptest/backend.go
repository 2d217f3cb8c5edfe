package onramptest

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// Backend is a server on a Network, over a real codec, that is told when to
// fail. It counts attempts, and answers with a handler: one of yours, or a
// script by Client. Many goroutines may use it at once; when the test ends it is
// stopped.
type Backend struct {
	t       testing.TB
	network *Network
	addr    string
	codec   codec.Codec
	handler onramp.Handler

	mu       sync.Mutex
	run      *running // nil while it is down
	attempts map[string]int
	delay    time.Duration
	fault    error
}

// running is one life of a Backend, from start to stop.
type running struct {
	listener net.Listener
	drain    context.CancelFunc
	served   sync.WaitGroup // the accepting goroutine, and one for each connection

	mu    sync.Mutex
	conns map[net.Conn]struct{}
	dead  bool
}

// NewBackend starts a server on addr. It fails the test when addr is taken.
func NewBackend(t testing.TB, n *Network, addr string, c codec.Codec, h onramp.Handler) *Backend {
	t.Helper()
	b := &Backend{t: t, network: n, addr: addr, codec: c, handler: h, attempts: make(map[string]int)}
	b.Restart()
	t.Cleanup(b.Kill)
	return b
}

// Addr returns the address it serves on.
func (b *Backend) Addr() string { return b.addr }

// Endpoint returns it as an endpoint, whose ID is its address.
func (b *Backend) Endpoint() onramp.Endpoint { return onramp.Endpoint{ID: b.addr, Addr: b.addr} }

// Attempts returns how many calls of target ("service/method") reached it, those
// included that it failed; without a target, of all.
func (b *Backend) Attempts(target ...string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for name, k := range b.attempts {
		if len(target) == 0 || name == target[0] {
			n += k
		}
	}
	return n
}

// Slow makes every call take d longer, within its context; 0 ends that.
func (b *Backend) Slow(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.delay = d
}

// FailWith makes every call fail with err, without its handler; nil ends that. A
// code (onramp.Unavailable) is an error too.
func (b *Backend) FailWith(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fault = err
}

// Freeze stalls it like a stopped process: connections stand and dials succeed,
// and nothing is read or answered until Thaw.
func (b *Backend) Freeze() { b.network.Freeze(b.addr, Both) }

// Thaw ends Freeze.
func (b *Backend) Thaw() { b.network.Thaw(b.addr) }

// Restart starts it again after Kill or Drain. It fails the test when the
// address is taken, by itself or by another one.
func (b *Backend) Restart() {
	b.t.Helper()
	ln, err := b.network.Listen(b.addr)
	if err != nil {
		b.t.Fatalf("onramptest.Backend: %v", err)
		return
	}
	ctx, drain := context.WithCancel(context.Background())
	r := &running{listener: ln, drain: drain, conns: make(map[net.Conn]struct{})}
	b.mu.Lock()
	b.addr, b.run = ln.Addr().String(), r // port 0 became one
	b.mu.Unlock()
	r.served.Go(func() { r.accept(ctx, b) })
}

// stop takes the present life away, so that it ends once.
func (b *Backend) stop() *running {
	b.mu.Lock()
	defer b.mu.Unlock()
	r := b.run
	b.run = nil
	return r
}

// Kill ends it like SIGKILL: connections are reset, dials are refused. Handlers
// learn it by their context; Kill returns when they have. It may be called when
// it is down.
func (b *Backend) Kill() {
	r := b.stop()
	if r == nil {
		return
	}
	_ = r.listener.Close()
	b.network.Cut(b.addr)
	b.Thaw() // a stopped process can be killed
	r.closeAll()
	r.drain()
	r.served.Wait()
}

// Drain ends it gracefully: dials are refused, the codec says that it goes away,
// and what is under way finishes. When ctx ends before, the rest is cut, and
// Drain returns ctx's error.
func (b *Backend) Drain(ctx context.Context) error {
	r := b.stop()
	if r == nil {
		return nil
	}
	_ = r.listener.Close()
	stop := context.AfterFunc(ctx, r.closeAll)
	r.drain()
	r.served.Wait()
	if stop() {
		return nil
	}
	return ctx.Err()
}

// accept serves connections until the listener is closed.
func (r *running) accept(ctx context.Context, b *Backend) {
	for {
		nc, err := r.listener.Accept()
		if err != nil {
			return
		}
		if !r.enter(nc) {
			_ = nc.Close()
			continue
		}
		r.served.Go(func() {
			defer r.leave(nc)
			_ = b.codec.Serve(ctx, nc, b.handle) // how a connection ended is the client's to say
		})
	}
}

func (r *running) enter(nc net.Conn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.dead {
		r.conns[nc] = struct{}{}
	}
	return !r.dead
}

func (r *running) leave(nc net.Conn) {
	_ = nc.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.conns, nc)
}

// closeAll is the hard stop.
func (r *running) closeAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dead = true
	for nc := range r.conns {
		_ = nc.Close()
	}
}

// handle counts a call, fails it as it was told, or hands it on.
func (b *Backend) handle(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
	b.mu.Lock()
	b.attempts[req.Target()]++
	delay, fault := b.delay, b.fault
	b.mu.Unlock()
	if err := pause(ctx, delay); err != nil {
		return nil, err
	}
	if fault != nil {
		return nil, remote(req, fault)
	}
	return b.handler(ctx, req)
}
