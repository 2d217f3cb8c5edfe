package server_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/internal/leak"
	"github.com/onrampmesh/onramp/server"
)

func TestMain(m *testing.M) { leak.Main(m) }

// memListener accepts in-memory connections, also inside a synctest bubble.
type memListener struct {
	in   chan net.Conn
	once sync.Once
	done chan struct{}
}

func newMemListener() *memListener {
	return &memListener{in: make(chan net.Conn), done: make(chan struct{})}
}

type memAddr string

func (a memAddr) Network() string { return "mem" }
func (a memAddr) String() string  { return string(a) }

func (l *memListener) Addr() net.Addr { return memAddr("mem:1") }

func (l *memListener) Accept() (net.Conn, error) {
	select {
	case nc := <-l.in:
		return nc, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *memListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

var errRefusedDial = errors.New("connection refused")

// dial connects from an address.
func (l *memListener) dial(from string) (net.Conn, error) {
	a, b := net.Pipe()
	select {
	case l.in <- memConn{b, memAddr(from)}:
		return a, nil
	case <-l.done:
		a.Close()
		b.Close()
		return nil, errRefusedDial
	}
}

type memConn struct {
	net.Conn
	from memAddr
}

func (c memConn) RemoteAddr() net.Addr { return c.from }

// rig is a server that serves an in-memory listener.
type rig struct {
	*server.Server
	t      testing.TB
	l      *memListener
	served chan error
	cancel context.CancelFunc
}

var quiet = slog.New(slog.DiscardHandler)

// serve starts a server of lineCodec "line" and the test's options.
func serve(t testing.TB, opts ...server.Option) *rig {
	t.Helper()
	return serveWith(t, append([]server.Option{server.WithCodec(lineCodec{name: "line"})}, opts...)...)
}

func serveWith(t testing.TB, opts ...server.Option) *rig {
	t.Helper()
	s, err := server.New(append([]server.Option{server.WithLogger(quiet)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{Server: s, t: t, l: newMemListener(), served: make(chan error, 1)}
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	if err := server.Handle(s, "com.acme.Greeter/sayHello", sayHello); err != nil {
		t.Fatal(err)
	}
	go func() { r.served <- s.Serve(ctx, r.l) }()
	t.Cleanup(func() {
		cancel()
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return r
}

func (r *rig) dial() *lineClient {
	r.t.Helper()
	return r.dialAs("line", "10.0.0.1:5000")
}

func (r *rig) dialAs(protocol, from string) *lineClient {
	r.t.Helper()
	nc, err := r.l.dial(from)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { nc.Close() })
	return newLineClient(r.t, nc, protocol)
}

// handle registers a raw typed handler under com.acme.Greeter/method.
func (r *rig) handle(method string, fn func(context.Context, *hello) (*greeting, error), opts ...server.HandlerOption) {
	r.t.Helper()
	if err := server.Handle(r.Server, "com.acme.Greeter/"+method, fn, opts...); err != nil {
		r.t.Fatal(err)
	}
}

func goroutines() int {
	runtime.Gosched()
	return runtime.NumGoroutine()
}

// settle waits until at most want goroutines run, for two seconds at most.
func settle(want int) int {
	n := goroutines()
	for end := time.Now().Add(2 * time.Second); n > want && time.Now().Before(end); {
		n = goroutines()
	}
	return n
}
