// Package framed makes a codec.Codec out of a codec.Framer, a codec.Body and the
// engine, which it is the only one to import. Protocols that consist of frames
// (codec/bolt and its like) call New; the client and the server call what it
// returns.
package framed

import (
	"context"
	"net"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/internal/mux"
)

// Codec is a framed protocol. It is used by many goroutines at once.
type Codec struct {
	cfg mux.Config
}

// Option changes a default of the engine.
type Option func(*mux.Config)

// MaxInFlight bounds the calls of one connection, 1..65536; the default is 1024.
// A client's connection beyond it is full, a server answers busy.
func MaxInFlight(n int) Option {
	return func(c *mux.Config) { c.MaxInFlight = min(max(n, 1), 1<<16) }
}

// WriteBuffer bounds the bytes that wait to be written on one connection; the
// default is 1 MiB. One frame is always taken.
func WriteBuffer(n int) Option { return func(c *mux.Config) { c.WriteBuffer = max(n, 4<<10) } }

// Heartbeat is the silence after which a client asks whether the peer is there;
// the default is 10 s, and after half of that again without a sign the
// connection is closed. 0 switches heartbeats off.
func Heartbeat(d time.Duration) Option { return func(c *mux.Config) { c.Heartbeat = max(d, 0) } }

// WriteTimeout is how long a peer may take no bytes; the default is 10 s.
func WriteTimeout(d time.Duration) Option {
	return func(c *mux.Config) { c.WriteTimeout = max(d, time.Millisecond) }
}

// DrainIdle is how long a server connection that drains waits without requests
// before it says that nothing more comes; the default is 1 s.
func DrainIdle(d time.Duration) Option {
	return func(c *mux.Config) { c.DrainIdle = max(d, time.Millisecond) }
}

// OnPanic is told what a handler panicked with. It must not panic.
func OnPanic(f func(target string, value any, stack []byte)) Option {
	return func(c *mux.Config) { c.Panic = f }
}

// New returns the Codec of a framed protocol.
func New(f codec.Framer, b codec.Body, opts ...Option) *Codec {
	c := &Codec{cfg: mux.Config{
		Framer: f, Body: b,
		MaxInFlight: 1024, WriteBuffer: 1 << 20,
		Heartbeat: 10 * time.Second, WriteTimeout: 10 * time.Second, DrainIdle: time.Second,
		Stats: new(mux.Stats),
	}}
	for _, o := range opts {
		o(&c.cfg)
	}
	return c
}

// Name implements codec.Codec.
func (c *Codec) Name() string { return c.cfg.Framer.Name() }

// Match implements codec.Codec.
func (c *Codec) Match(prefix []byte) codec.Match { return c.cfg.Framer.Match(prefix) }

// Dial implements codec.Codec.
func (c *Codec) Dial(_ context.Context, nc net.Conn) (codec.Conn, error) {
	return mux.Dial(nc, &c.cfg), nil
}

// Serve implements codec.Codec.
func (c *Codec) Serve(ctx context.Context, nc net.Conn, h onramp.Handler) error {
	return mux.Serve(ctx, nc, h, &c.cfg)
}

// Model implements codec.Modeler, so that the pool knows how many connections
// are worth having.
func (c *Codec) Model() codec.Model {
	if m, ok := c.cfg.Framer.(codec.Modeler); ok {
		return m.Model()
	}
	return codec.Multiplexed
}

// Counters is what went wrong on this codec's connections so far.
type Counters struct {
	// Unknown counts replies with an ID that no call had, Duplicate second
	// replies, Late replies to calls that had been given up: none of them was
	// delivered.
	Unknown, Duplicate, Late int64
	// Refused counts requests that were answered busy or draining, Panics handlers
	// that panicked.
	Refused, Panics int64
}

// Counters returns the counts at this moment.
func (c *Codec) Counters() Counters {
	s := c.cfg.Stats
	return Counters{
		Unknown: s.Unknown.Load(), Duplicate: s.Duplicate.Load(), Late: s.Late.Load(),
		Refused: s.Refused.Load(), Panics: s.Panics.Load(),
	}
}
