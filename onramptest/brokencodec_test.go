package onramptest_test

import (
	"context"
	"net"
	"sync/atomic"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/onramptest"
)

// patch is a codec that is right but for the parts that are set.
type patch struct {
	codec.Codec

	match func(c codec.Codec, prefix []byte) codec.Match
	dial  func(ctx context.Context, c codec.Codec, nc net.Conn) (codec.Conn, error)
	serve func(ctx context.Context, c codec.Codec, nc net.Conn, h onramp.Handler) error
	conn  connPatch
}

func (p *patch) Match(prefix []byte) codec.Match {
	if p.match == nil {
		return p.Codec.Match(prefix)
	}
	return p.match(p.Codec, prefix)
}

func (p *patch) Dial(ctx context.Context, nc net.Conn) (codec.Conn, error) {
	dial := p.dial
	if dial == nil {
		dial = func(ctx context.Context, c codec.Codec, nc net.Conn) (codec.Conn, error) { return c.Dial(ctx, nc) }
	}
	c, err := dial(ctx, p.Codec, nc)
	if err != nil {
		return nil, err
	}
	return &patchedConn{Conn: c, connPatch: p.conn}, nil
}

func (p *patch) Serve(ctx context.Context, nc net.Conn, h onramp.Handler) error {
	if p.serve == nil {
		return p.Codec.Serve(ctx, nc, h)
	}
	return p.serve(ctx, p.Codec, nc, h)
}

// connPatch is the same of a connection. The functions get the right one.
type connPatch struct {
	trip    func(ctx context.Context, c *patchedConn, req *onramp.Request) (*onramp.Response, error)
	load    func(c codec.Conn) (int, codec.ConnState)
	changed func(c codec.Conn) <-chan struct{}
	drain   func(ctx context.Context, c codec.Conn) error
	close   func(c *patchedConn) error
}

// patchedConn is a connection with its patch.
type patchedConn struct {
	codec.Conn
	connPatch

	inflight, closes atomic.Int32
	kept             atomic.Value // what the function keeps
}

func (c *patchedConn) RoundTrip(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
	c.inflight.Add(1)
	defer c.inflight.Add(-1)
	if c.trip == nil {
		return c.Conn.RoundTrip(ctx, req)
	}
	return c.trip(ctx, c, req)
}

func (c *patchedConn) Load() (int, codec.ConnState) {
	if c.load == nil {
		return c.Conn.Load()
	}
	return c.load(c.Conn)
}

func (c *patchedConn) Changed() <-chan struct{} {
	if c.changed == nil {
		return c.Conn.Changed()
	}
	return c.changed(c.Conn)
}

func (c *patchedConn) Drain(ctx context.Context) error {
	if c.drain == nil {
		return c.Conn.Drain(ctx)
	}
	return c.drain(ctx, c.Conn)
}

func (c *patchedConn) Close() error {
	if c.close == nil {
		return c.Conn.Close()
	}
	return c.close(c)
}

// conforms runs the suite with the patch over the streaming protocol.
func (p *patch) conforms() func(t *testing.T) {
	return func(t *testing.T) {
		onramptest.TestCodec(t, onramptest.CodecSuite{
			New: func() codec.Codec {
				c := *p
				c.Codec = onramptest.StreamCodec(onramptest.StreamMaxMessage(200 << 10))
				return &c
			},
			Large:    100 << 10, // so that some forty of them take little time
			TooLarge: 300 << 10,
		})
	}
}

// trips is a patch of RoundTrip.
func trips(f func(ctx context.Context, c *patchedConn, req *onramp.Request) (*onramp.Response, error)) func(*testing.T) {
	return (&patch{conn: connPatch{trip: f}}).conforms()
}

// fails is a patch of how RoundTrip fails.
func fails(f func(e *onramp.Error) error) func(*testing.T) {
	return trips(func(ctx context.Context, c *patchedConn, req *onramp.Request) (*onramp.Response, error) {
		resp, err := c.Conn.RoundTrip(ctx, req)
		if err != nil {
			e := *err.(*onramp.Error) // the codec may still look at its own
			return resp, f(&e)
		}
		return resp, nil
	})
}

// serves is a patch of what Serve makes of the handler.
func serves(f func(nc net.Conn, h onramp.Handler) onramp.Handler) func(*testing.T) {
	return (&patch{serve: func(ctx context.Context, c codec.Codec, nc net.Conn, h onramp.Handler) error {
		return c.Serve(ctx, nc, f(nc, h))
	}}).conforms()
}

// requests is a patch of what a handler sees of its request.
func requests(f func(req *onramp.Request)) func(*testing.T) {
	return serves(func(_ net.Conn, h onramp.Handler) onramp.Handler {
		return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
			f(req)
			return h(ctx, req)
		}
	})
}

// answers is a patch of what becomes of a handler's answer.
func answers(f func(p *onramp.Response, err error) (*onramp.Response, error)) func(*testing.T) {
	return serves(func(_ net.Conn, h onramp.Handler) onramp.Handler {
		return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) { return f(h(ctx, req)) }
	})
}
