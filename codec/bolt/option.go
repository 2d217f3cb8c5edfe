package bolt

import (
	"errors"
	"fmt"
	"slices"

	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/framed"
	"github.com/onrampmesh/onramp/codec/hessian2"
	"github.com/onrampmesh/onramp/codec/json"
)

// Numbers of serializers, as Bolt's codec byte.
const (
	Hessian  uint8 = 1
	Protobuf uint8 = 11
	JSON     uint8 = 12
)

const (
	// DefaultMaxFrame is the default of MaxFrame: 8 MiB.
	DefaultMaxFrame = 8 << 20
	minMaxFrame     = 1 << 10
	maxMaxFrame     = 256 << 20
)

// Option changes a default of New, NewFramer or NewBody.
type Option func(*config)

type config struct {
	max         int
	version     int
	checksum    bool
	raw         uint8
	serializers []serializer
	builtIn     bool // JSON was not asked for
	engine      []framed.Option
	errs        []error
}

// serializer is a codec.Serializer under its number.
type serializer struct {
	id uint8
	codec.Serializer
}

// With adds a serializer under its number. On encode those of With and Hessian2 are
// asked in the order of the options whether they accept the value, and JSON (12) last;
// on decode the frame's codec byte chooses. With(JSON, s) takes the place of the
// built-in JSON, which refuses Protobuf messages.
func With(id uint8, s codec.Serializer) Option {
	return func(c *config) {
		_, stream := s.(hessian2.Stream)
		switch {
		case id == 0:
			c.errs = append(c.errs, errors.New("bolt.With: id 0: it stands for \"not given\"; use the codec byte of the peer, 1..255"))
		case s == nil:
			c.errs = append(c.errs, fmt.Errorf("bolt.With(%d): the serializer is nil", id))
		case stream && id == Hessian:
			c.errs = append(c.errs, fmt.Errorf("bolt.With(%d): a Hessian stream is given by bolt.Hessian2: the bodies of this codec hold the call too", id))
		default:
			c.add(fmt.Sprintf("bolt.With(%d)", id), id, s)
		}
	}
}

// add adds a serializer; option is how the user wrote it.
func (c *config) add(option string, id uint8, s codec.Serializer) {
	if slices.ContainsFunc(c.serializers, func(o serializer) bool { return o.id == id }) {
		c.errs = append(c.errs, fmt.Errorf("%s: the id is given twice", option))
		return
	}
	c.serializers = append(c.serializers, serializer{id, s})
}

// Raw sets the codec byte of Raw bodies that carry none in Body.Encoding, 1..255.
// The default is the first of With and Hessian2, or else JSON.
func Raw(id uint8) Option {
	return func(c *config) {
		if id == 0 {
			c.errs = append(c.errs, errors.New("bolt.Raw: id 0: use the codec byte that the peer expects, 1..255"))
		}
		c.raw = id
	}
}

// MaxFrame bounds the content of a frame, in bytes, read and written: 1 KiB to
// 256 MiB, 8 MiB by default. Class name (1 KiB) and header block (32767 bytes)
// come on top.
func MaxFrame(n int) Option {
	return func(c *config) {
		if n < minMaxFrame || n > maxMaxFrame {
			c.errs = append(c.errs, fmt.Errorf("bolt.MaxFrame(%d): want %d to %d bytes", n, minMaxFrame, maxMaxFrame))
		}
		c.max = n
	}
}

// Version sets the protocol version that a client sends, 1 or 2; the default is 1.
// A server answers each connection in the version of its first frame, whatever is
// set here.
func Version(n int) Option {
	return func(c *config) {
		if n != protoV1 && n != protoV2 {
			c.errs = append(c.errs, fmt.Errorf("bolt.Version(%d): want 1 or 2", n))
		}
		c.version = n
	}
}

// Checksum says whether a client of version 2 sends a CRC-32 behind each request
// and asks for one behind each response; the default is true. Version 1 has none.
// A server answers with a checksum when the request asks for one. Through a MOSN
// it must be off: MOSN reads version 2 without the bytes of a checksum.
func Checksum(on bool) Option {
	return func(c *config) { c.checksum = on }
}

// Engine passes options to the engine that carries the frames.
func Engine(opts ...framed.Option) Option {
	return func(c *config) { c.engine = append(c.engine, opts...) }
}

func configure(opts []Option) (*config, error) {
	c := &config{max: DefaultMaxFrame, version: protoV1, checksum: true}
	for _, o := range opts {
		o(c)
	}
	c.errs = append(c.errs, framed.New(&Framer{}, &Body{}, c.engine...).Check())
	if err := errors.Join(c.errs...); err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(c.serializers, func(s serializer) bool { return s.id == JSON }) {
		c.serializers = append(c.serializers, serializer{JSON, json.New()})
		c.builtIn = true
	}
	if c.raw == 0 {
		c.raw = c.serializers[0].id
	}
	return c, nil
}
