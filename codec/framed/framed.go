// Package framed makes a codec.Codec out of a codec.Framer, a codec.Body and the
// engine, which it is the only one to import. Protocols that consist of frames
// (codec/bolt and its like) call New; the client and the server call what it
// returns.
package framed

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/internal/mux"
)

// Codec is a framed protocol. It is used by many goroutines at once.
type Codec struct {
	cfg mux.Config
	err error
}

// New returns the Codec of a framed protocol. Wrong options do not panic: Check,
// which a client and a server ask, and Dial and Serve tell what is wrong.
func New(f codec.Framer, b codec.Body, opts ...Option) *Codec {
	s := settings{Config: mux.Config{
		Framer: f, Body: b,
		MaxInFlight: 1024, WriteBuffer: 1 << 20,
		Heartbeat: 10 * time.Second, WriteTimeout: 10 * time.Second, DrainIdle: time.Second,
		Stats: new(mux.Stats),
	}}
	for _, o := range opts {
		o(&s)
	}
	return &Codec{cfg: s.Config, err: errors.Join(s.problems...)}
}

// Check returns what is wrong with the options, each with its name, or nil.
func (c *Codec) Check() error { return c.err }

// Name implements codec.Codec.
func (c *Codec) Name() string { return c.cfg.Framer.Name() }

// Match implements codec.Codec.
func (c *Codec) Match(prefix []byte) codec.Match { return c.cfg.Framer.Match(prefix) }

// Dial implements codec.Codec.
func (c *Codec) Dial(_ context.Context, nc net.Conn) (codec.Conn, error) {
	if c.err != nil {
		return nil, c.refuse(nc)
	}
	return mux.Dial(nc, &c.cfg), nil
}

// Serve implements codec.Codec.
func (c *Codec) Serve(ctx context.Context, nc net.Conn, h onramp.Handler) error {
	if c.err != nil {
		return c.refuse(nc)
	}
	return mux.Serve(ctx, nc, h, &c.cfg)
}

// refuse ends a connection of a codec whose options are wrong.
func (c *Codec) refuse(nc net.Conn) error {
	_ = nc.Close()
	return &onramp.Error{Code: onramp.InvalidArgument, Origin: onramp.Local, Err: c.err}
}

// ServesLate implements codec.LateServer: a Framer that has a go-away for each peer does.
func (c *Codec) ServesLate() bool { return mux.ServesLate(c.cfg.Framer) }

// Streams implements codec.Streamer: a framed protocol has none.
func (c *Codec) Streams() bool { return false }

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
