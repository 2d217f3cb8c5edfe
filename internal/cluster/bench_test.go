package cluster

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// instant is a codec whose connections answer at once and have room for ever.
type instant struct{}

func (instant) Name() string                                                 { return "instant" }
func (instant) Match([]byte) codec.Match                                     { return codec.No }
func (instant) Dial(context.Context, net.Conn) (codec.Conn, error)           { return instantConn{}, nil }
func (instant) Serve(_ context.Context, nc net.Conn, _ onramp.Handler) error { return nc.Close() }

type instantConn struct{}

func (instantConn) RoundTrip(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
	return req.Reply(), nil
}
func (instantConn) Load() (int, codec.ConnState) { return 1000, codec.Ready }
func (instantConn) Changed() <-chan struct{}     { return nil }
func (instantConn) Drain(context.Context) error  { return nil }
func (instantConn) Close() error                 { return nil }

func dialNothing(context.Context, string, string) (net.Conn, error) { return nil, nil }

// instantly returns a cluster of three endpoints, connected.
func instantly(tb testing.TB) *Cluster {
	f := make(feed)
	c, err := New(Config{Service: "greeter", Source: f, Codec: instant{}, Dial: dialNothing})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = c.Close() })
	f.addrs("a", "b", "c")
	for range 100 {
		if _, err := c.RoundTrip(tb.Context(), request(time.Second)); err != nil {
			tb.Fatal(err)
		}
	}
	for _, p := range c.view.Load().parts {
		conn, err := p.member.pool.Wait(tb.Context(), time.Time{})
		if err != nil {
			tb.Fatal(err)
		}
		conn.Done()
	}
	return c
}

func TestAttemptAllocatesNothing(t *testing.T) {
	c, req := instantly(t), request(time.Hour)
	if n := testing.AllocsPerRun(1000, func() {
		req.Attempt.Tried = req.Attempt.Tried[:0]
		if _, err := c.RoundTrip(t.Context(), req); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations an attempt", n)
	}
}

func BenchmarkRoundTrip(b *testing.B) {
	c := instantly(b)
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	req := request(time.Hour)
	b.ReportAllocs()
	for b.Loop() {
		req.Attempt.Tried = req.Attempt.Tried[:0]
		if _, err := c.RoundTrip(ctx, req); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRoundTripParallel(b *testing.B) {
	c := instantly(b)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		req := request(time.Hour)
		for pb.Next() {
			req.Attempt.Tried = req.Attempt.Tried[:0]
			if _, err := c.RoundTrip(b.Context(), req); err != nil {
				b.Error(err)
			}
		}
	})
}
