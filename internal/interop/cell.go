package main

import (
	"context"
	"fmt"
	"time"

	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/codec/dubbo"
	"github.com/onrampmesh/onramp/codec/framed"
	"github.com/onrampmesh/onramp/codec/hessian2"
	"github.com/onrampmesh/onramp/codec/protobuf"
	"github.com/onrampmesh/onramp/internal/interop/sample"
)

// The names that cases call, and how long a call may take that should succeed.
const (
	echoService   = "onramp.interop.Echo"
	valuesService = "onramp.interop.Values"
	patience      = 10 * time.Second
)

// cell is one field of the matrix while it runs. Each has connections of its own.
type cell struct {
	ctx context.Context
	// life is that of the peer's process, which goes on after the cell.
	life context.Context
	peer *peer
	wire wire
	dir  direction
	name string // of the case
	proc *process
	// addr is the peer's server, when it is the server.
	addr  string
	tap   *tap
	times times
	// serving is where this module's server was called.
	serving []string
	// details are figures for the report.
	details []string
	closers []func()
}

// codec returns a new codec of the cell's wire.
func (c *cell) codec(engine ...framed.Option) codec.Codec {
	return c.wire.codec(engine...)
}

// codec returns a new codec of the wire.
func (w wire) codec(engine ...framed.Option) codec.Codec {
	types := hessian2.Register(sample.Types()...)
	switch {
	case w.protocol == "dubbo":
		return dubbo.New(dubbo.Hessian2(hessian2.New(types)), dubbo.Engine(engine...))
	case w.hessian:
		return bolt.New(append(w.options(), bolt.Hessian2(hessian2.NewDraft(types)), bolt.Engine(engine...))...)
	}
	return bolt.New(append(w.options(), bolt.With(bolt.Protobuf, protobuf.New()), bolt.Engine(engine...))...)
}

// dialect is that of the wire's Hessian bodies.
func (w wire) dialect() hessian2.Dialect {
	if w.protocol == "dubbo" {
		return hessian2.V2
	}
	return hessian2.Draft
}

// options make a client send what the wire says.
func (w wire) options() []bolt.Option {
	if w.version == 1 {
		return nil
	}
	return []bolt.Option{bolt.Version(int(w.version)), bolt.Checksum(w.checksum)}
}

func (c *cell) detailf(format string, args ...any) {
	c.details = append(c.details, fmt.Sprintf(format, args...))
}

// hangUp has the peer close the connections of its client, so that the next case
// begins without them.
func (c *cell) hangUp() error {
	for _, addr := range c.serving {
		if _, err := c.ask(ask{Do: "close", Addr: addr}); err != nil {
			return err
		}
	}
	return nil
}

// close ends what the cell started, last one first.
func (c *cell) close() {
	for i := len(c.closers) - 1; i >= 0; i-- {
		c.closers[i]()
	}
}
