package dubbo

import (
	"context"
	"net"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/framed"
)

const name = "dubbo"

// New returns the codec of Dubbo 2 with bodies in Hessian 2.
//
// Wrong options do not panic. The codec then recognises no connection, its Dial
// and Serve fail with the reason, and so does its method Check() error, which
// whoever builds on a codec may ask for. Check tells the same of options alone.
func New(opts ...Option) codec.Codec {
	c, err := configure(opts)
	if err != nil {
		return &misconfigured{err: err}
	}
	return framed.New(newFramer(c), newBody(c), c.engine...)
}

// Check returns what is wrong with opts, or nil. The error names the option.
func Check(opts ...Option) error {
	_, err := configure(opts)
	return err
}

// misconfigured is the codec that New makes of wrong options.
type misconfigured struct{ err error }

func (m *misconfigured) Name() string             { return name }
func (m *misconfigured) Match([]byte) codec.Match { return codec.No }
func (m *misconfigured) Check() error             { return m.err }

func (m *misconfigured) Dial(_ context.Context, nc net.Conn) (codec.Conn, error) {
	_ = nc.Close()
	return nil, m.fail()
}

func (m *misconfigured) Serve(_ context.Context, nc net.Conn, _ onramp.Handler) error {
	_ = nc.Close()
	return m.fail()
}

func (m *misconfigured) fail() error {
	return &onramp.Error{Code: onramp.InvalidArgument, Origin: onramp.Local, Err: m.err}
}
