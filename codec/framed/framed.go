// Package framed makes a codec.Codec out of a Framer, a Body and the engine.
package framed

import (
	"github.com/onrampmesh/onramp/codec"
)

// Option changes a default of the engine.
type Option func(*config)

type config struct{}

// New returns a Codec of a framed protocol.
func New(f codec.Framer, b codec.Body, opts ...Option) codec.Codec {
	panic("being written")
}
