package server_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/server"
)

// captured is a codec whose Serve hands out the handler that the server gave it.
type captured struct {
	lineCodec
	handler chan onramp.Handler
}

func (c captured) Serve(ctx context.Context, nc net.Conn, h onramp.Handler) error {
	c.handler <- h
	<-ctx.Done()
	return nc.Close()
}

type noDecoding struct{}

func (noDecoding) Decode([]byte, any) error { return nil }

// dispatch returns the server's own part of a call, up to the user's handler.
func dispatch(tb testing.TB, opts ...server.Option) (onramp.Handler, *server.Server) {
	c := captured{lineCodec{name: "captured"}, make(chan onramp.Handler, 1)}
	r := serveWith(tb, append(opts, server.WithCodec(c))...)
	reply := &greeting{"hello"}
	r.handle("bench", func(context.Context, *hello) (*greeting, error) { return reply, nil })
	for i := range 100 {
		r.handle("method"+string(rune('A'+i)), sayHello)
	}
	nc, err := r.l.dial("10.0.0.1:1")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { nc.Close() })
	return <-c.handler, r.Server
}

// callContext is a context as the engine makes one: it knows the deadline.
type callContext struct {
	context.Context
	deadline time.Time
}

func (c *callContext) Deadline() (time.Time, bool) { return c.deadline, true }

// fill makes req what the engine hands over for each call.
func fill(req *onramp.Request, now, deadline time.Time, raw []byte) {
	req.Reset()
	req.Service, req.Method = "com.acme.Greeter", "bench"
	req.Start(now)
	req.Deadline = deadline
	req.Body = onramp.Received(raw, 0, noDecoding{})
}

func pass(next onramp.Handler) onramp.Handler {
	return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) { return next(ctx, req) }
}

// BenchmarkDispatch is what the server adds to a call between codec and
// handler; the one allocation is the user's message. "request" is the part of it
// that is the codec's: emptying and filling the Request.
func BenchmarkDispatch(b *testing.B) {
	now := time.Now()
	deadline := now.Add(time.Hour)
	raw := []byte(`{}`)
	call := &callContext{b.Context(), deadline}

	b.Run("request", func(b *testing.B) {
		b.ReportAllocs()
		req := &onramp.Request{}
		for b.Loop() {
			fill(req, now, deadline, raw)
		}
	})
	for name, opts := range map[string][]server.Option{"plain": nil, "2interceptors": {server.WithInterceptor(pass), server.WithInterceptor(pass)}} {
		h, _ := dispatch(b, opts...)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			req := &onramp.Request{}
			for b.Loop() {
				fill(req, now, deadline, raw)
				if _, err := h(call, req); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"-parallel", func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				req := &onramp.Request{}
				for pb.Next() {
					fill(req, now, deadline, raw)
					if _, err := h(call, req); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}

func TestDispatchAllocatesNothingBesideTheUsersMessage(t *testing.T) {
	h, s := dispatch(t)
	now := time.Now()
	call := &callContext{context.Background(), now.Add(time.Hour)}
	req := &onramp.Request{}
	raw := []byte(`{}`)
	if n := testing.AllocsPerRun(100, func() {
		fill(req, now, call.deadline, raw)
		if _, err := h(call, req); err != nil {
			t.Fatal(err)
		}
	}); n > 1 {
		t.Errorf("%v allocations a call, want 1: the user's message", n)
	}
	if n := testing.AllocsPerRun(100, func() { // an overload must cost nothing
		fill(req, now, now.Add(-time.Second), raw)
		if _, err := h(context.Background(), req); err == nil {
			t.Fatal("an expired call ran")
		}
	}); n > 0 {
		t.Errorf("%v allocations a refused call", n)
	}
	if s.Stats().Running != 0 {
		t.Error("calls are still counted as running")
	}
}

var _ codec.Codec = captured{}
