//go:build faults && unix

package faults

import (
	"context"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/framed"
	"github.com/onrampmesh/onramp/internal/faults/row"
	"github.com/onrampmesh/onramp/server"
)

// backend is a server in this process that counts what arrives at its handlers.
type backend struct {
	*server.Server

	addr   string
	codec  codec.Codec
	served chan error // what Serve returned

	mu       sync.Mutex
	arrivals []time.Time
}

// newBackend serves both methods by h, on a free port.
func newBackend(t testing.TB, p row.Protocol, h onramp.Handler, opts ...server.Option) *backend {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return newBackendOn(t, p, l, h, opts...)
}

func newBackendOn(t testing.TB, p row.Protocol, l net.Listener, h onramp.Handler, opts ...server.Option) *backend {
	t.Helper()
	k := p.Codec()
	opts = append([]server.Option{server.WithCodec(k), server.WithLogger(slog.New(newJournal(t)))}, opts...)
	srv, err := server.New(opts...)
	if err != nil {
		t.Fatal(err)
	}
	b := &backend{Server: srv, codec: k, served: make(chan error, 1)}
	for _, method := range []string{read, write} {
		if err := srv.HandleFunc(service+"/"+method, b.counting(h)); err != nil {
			t.Fatal(err)
		}
	}
	b.addr = l.Addr().String()
	go func() { b.served <- srv.Serve(context.Background(), l) }()
	t.Cleanup(func() {
		_ = srv.Close()
		<-b.served
	})
	return b
}

func (b *backend) counting(h onramp.Handler) onramp.Handler {
	return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		now := time.Now()
		b.mu.Lock()
		b.arrivals = append(b.arrivals, now)
		b.mu.Unlock()
		return h(ctx, req)
	}
}

// target names the server for a client without discovery.
func (b *backend) target() string { return b.codec.Name() + "://" + b.addr }

// arrived counts the attempts that arrived from a moment on.
func (b *backend) arrived(from time.Time) (n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, at := range b.arrivals {
		if !at.Before(from) {
			n++
		}
	}
	return n
}

// refused counts the calls that did not run: the server was draining.
func (b *backend) refused() int64 {
	n := b.Stats().Drained
	if c, ok := b.codec.(interface{ Counters() framed.Counters }); ok {
		n += c.Counters().Refused
	}
	return n
}

// newBackends starts n of them and writes them into a registry.
func newBackends(t testing.TB, p row.Protocol, n int, h func(i int) onramp.Handler) ([]*backend, *registry) {
	t.Helper()
	r := newRegistry(t)
	all := make([]*backend, n)
	for i := range all {
		all[i] = newBackend(t, p, h(i))
		r.add(all[i].addr)
	}
	return all, r
}

// answers replies to everything.
func answers(name string) onramp.Handler {
	return func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
		p := req.Reply()
		p.Body.Value = &answer{Server: name}
		return p, nil
	}
}

// unavailable fails everything at once.
func unavailable(context.Context, *onramp.Request) (*onramp.Response, error) {
	return nil, onramp.NewError(onramp.Unavailable, onramp.Remote, "the database is down")
}
