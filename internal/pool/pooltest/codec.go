package pooltest

import (
	"context"
	"net"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// Codec speaks with the servers of a Net.
type Codec struct {
	// Room is how many calls a connection takes. Default 100.
	Room int
	// Kind is the codec's model; a PingPong one has a Room of 1.
	Kind codec.Model
	// Quiet connections do not tell that they have room again.
	Quiet bool
	// Setup, when set, may fail the set-up of a connection.
	Setup func(ctx context.Context) error
}

// Name implements codec.Codec.
func (c *Codec) Name() string { return "fake" }

// Model implements codec.Modeler.
func (c *Codec) Model() codec.Model { return c.Kind }

// Match implements codec.Codec.
func (c *Codec) Match([]byte) codec.Match { return codec.No }

// Serve implements codec.Codec; the servers of a Net need none.
func (c *Codec) Serve(_ context.Context, nc net.Conn, _ onramp.Handler) error { return nc.Close() }

// Dial implements codec.Codec.
func (c *Codec) Dial(ctx context.Context, nc net.Conn) (codec.Conn, error) {
	if c.Setup != nil {
		if err := c.Setup(ctx); err != nil {
			return nil, err
		}
	}
	room := 100
	if c.Room > 0 {
		room = c.Room
	}
	if c.Kind == codec.PingPong {
		room = 1
	}
	conn := &Conn{server: nc.(*link).server, room: room, quiet: c.Quiet, changed: make(chan struct{}), broken: make(chan struct{}), empty: make(chan struct{})}
	conn.server.add(conn)
	return conn, nil
}
