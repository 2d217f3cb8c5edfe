package dubbo

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/onrampmesh/onramp/codec/framed"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

const (
	// DefaultMaxFrame is the default of MaxFrame: 8 MiB, as Java's payload.
	DefaultMaxFrame = 8 << 20
	minMaxFrame     = 1 << 10
	maxMaxFrame     = 256 << 20
)

// Option changes a default of New, NewFramer or NewBody.
type Option func(*config)

type config struct {
	max         int
	stream      hessian2.Stream
	application string
	engine      []framed.Option
	errs        []error
}

// Hessian2 sets the serializer of values; the default is hessian2.New(). It must be one
// of hessian2.V2: Dubbo does not know the draft. Calls by name are in the general forms
// of package hessian2, whatever it is.
func Hessian2(s hessian2.Stream) Option {
	return func(c *config) {
		switch {
		case s == nil:
			c.errs = append(c.errs, errors.New("dubbo.Hessian2: the serializer is nil"))
		case s.Dialect() != hessian2.V2:
			c.errs = append(c.errs, fmt.Errorf("dubbo.Hessian2: the serializer is of dialect %s, and Dubbo speaks %s: make it with hessian2.New", s.Dialect(), hessian2.V2))
		default:
			if err := s.Check(); err != nil {
				c.errs = append(c.errs, fmt.Errorf("dubbo.Hessian2: %w", err))
			}
			c.stream = s
		}
	}
}

// MaxFrame bounds the body of a frame, in bytes, read and written: 1 KiB to 256 MiB,
// 8 MiB by default. The header of 16 bytes comes on top.
func MaxFrame(n int) Option {
	return func(c *config) {
		if n < minMaxFrame || n > maxMaxFrame {
			c.errs = append(c.errs, fmt.Errorf("dubbo.MaxFrame(%d): want %d to %d bytes", n, minMaxFrame, maxMaxFrame))
		}
		c.max = n
	}
}

// Application is the name of this application, which a client tells with each call as
// the attachment remote.application, as Java's consumers do. Without it nothing is told.
func Application(name string) Option {
	return func(c *config) {
		if name == "" || len(name) > maxName || !utf8.ValidString(name) {
			c.errs = append(c.errs, fmt.Errorf("dubbo.Application(%.64q): want 1 to %d bytes of UTF-8", name, maxName))
		}
		c.application = name
	}
}

// Engine passes options to the engine that carries the frames.
func Engine(opts ...framed.Option) Option {
	return func(c *config) { c.engine = append(c.engine, opts...) }
}

func configure(opts []Option) (*config, error) {
	c := &config{max: DefaultMaxFrame, stream: hessian2.New()}
	for _, o := range opts {
		o(c)
	}
	c.errs = append(c.errs, framed.New(&Framer{}, &Body{}, c.engine...).Check())
	if err := errors.Join(c.errs...); err != nil {
		return nil, err
	}
	return c, nil
}
