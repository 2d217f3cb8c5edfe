// Package streams is a small streaming protocol: unary calls, oneways and the
// three kinds of streams, many at once on one connection.
//
// It implements codec.Codec, so that a pool, a client and a server call it, and
// it calls nothing but the net.Conn. Its use is to test with: it follows the
// contracts to the letter and is slow and simple. onramptest hands it out.
//
// Each side may send four messages of a call before the other one has received
// any: then Send blocks. A connection has two goroutines on each side, and a
// server one more for each call; none is left when Close or Serve returns.
package streams

import (
	"context"
	"fmt"
	"net"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

const (
	// window is how many messages of a call may wait at the receiver.
	window = 4
	// writeBuffer is how many bytes may wait to be written.
	writeBuffer = 256 << 10
	// preface is what a client says first.
	preface = "ONSTREAM"
)

// Config is what a Codec is made of.
type Config struct {
	Name       string
	Serializer codec.Serializer
	// MaxCalls is the most calls of one connection.
	MaxCalls int
	// MaxMessage is the most bytes of one message.
	MaxMessage int
}

// Codec implements codec.Codec.
type Codec struct{ cfg Config }

// New returns a Codec.
func New(cfg Config) *Codec { return &Codec{cfg} }

// Name implements codec.Codec.
func (c *Codec) Name() string { return c.cfg.Name }

// Match implements codec.Codec.
func (c *Codec) Match(prefix []byte) codec.Match {
	n := min(len(prefix), len(preface))
	switch {
	case string(prefix[:n]) != preface[:n]:
		return codec.No
	case n < len(preface):
		return codec.More
	}
	return codec.Yes
}

// Dial implements codec.Codec.
func (c *Codec) Dial(_ context.Context, nc net.Conn) (codec.Conn, error) {
	return newConn(&c.cfg, nc), nil
}

// encode returns a message's bytes. Bytes stay as they are.
func (c *Config) encode(msg any) ([]byte, error) {
	raw, ok := msg.([]byte)
	if !ok {
		var err error
		if !c.Serializer.Accepts(msg) {
			return nil, local(onramp.InvalidArgument, fmt.Errorf("the serializer %s does not take a %T", c.Serializer.Name(), msg))
		}
		if raw, err = c.Serializer.Append(nil, msg); err != nil {
			return nil, local(onramp.InvalidArgument, err)
		}
	}
	if len(raw) > c.MaxMessage {
		return nil, local(onramp.InvalidArgument, fmt.Errorf("a message of %d bytes: the limit is %d", len(raw), c.MaxMessage))
	}
	return raw, nil
}

// encodeBody is encode for a Body, which may be empty.
func (c *Config) encodeBody(b *onramp.Body) ([]byte, error) {
	if b.Value != nil {
		return c.encode(b.Value)
	}
	return c.encode(b.Raw)
}

// decode stores a message in what into points to.
func (c *Config) decode(raw []byte, into any) error {
	b := onramp.Received(raw, 0, c.Serializer)
	return b.Decode(into)
}

// local is an error of a call that did not leave this process.
func local(code onramp.Code, err error) *onramp.Error {
	return &onramp.Error{Code: code, Origin: onramp.Local, Err: err}
}
