package dubbo

import (
	"sync"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

// protocolVersion is what a client says that it speaks, behind its length. Peers send
// attachments in responses to 2.0.2 to 2.0.99 only.
const protocolVersion = "\x052.0.2"

// Bits of Frame.Flags of a received request, for its response.
const (
	attaches = 1 << iota
	generic
)

// Body turns calls into frames and back. It implements codec.Body, codec.Drainer and
// codec.Refuser. It is not changed once made, so that many goroutines may use it at
// once.
type Body struct {
	stream      hessian2.Stream
	general     hessian2.Stream // of calls by name: it makes maps of objects, and objects of maps
	plain       hessian2.Stream // that knows no class
	limits      hessian2.Limits
	application string

	requests, generics, responses onramp.Decoder
	scanners                      sync.Pool
}

// NewBody returns the Body that New would use, for tools and tests.
func NewBody(opts ...Option) (*Body, error) {
	c, err := configure(opts)
	if err != nil {
		return nil, err
	}
	return newBody(c), nil
}

func newBody(c *config) *Body {
	b := &Body{stream: c.stream, general: c.stream, plain: hessian2.New(), application: c.application}
	if _, own := c.stream.(*hessian2.Serializer); !own {
		b.general = b.plain
	}
	if s, ok := c.stream.(interface{ Limits() hessian2.Limits }); ok {
		b.limits = s.Limits()
	}
	b.requests, b.generics, b.responses = (*requestDecoder)(b), (*genericDecoder)(b), (*responseDecoder)(b)
	b.scanners.New = func() any { return new(hessian2.Scanner) }
	return b
}

// scan returns a scanner of a body, to be given back by done.
func (b *Body) scan(src []byte) *hessian2.Scanner {
	s := b.scanners.Get().(*hessian2.Scanner)
	s.Reset(hessian2.V2, src, b.limits)
	return s
}

func (b *Body) done(s *hessian2.Scanner) {
	s.Reset(hessian2.V2, nil, b.limits)
	b.scanners.Put(s)
}

// Request implements codec.Body.
func (b *Body) Request(f *codec.Frame, r *onramp.Request) error {
	switch r.Kind {
	case onramp.Unary:
		f.Kind = codec.Request
	case onramp.Oneway:
		f.Kind, f.Timeout = codec.Oneway, -time.Millisecond
	default:
		return &onramp.Error{Code: onramp.Unimplemented, Origin: onramp.Local, Target: r.Target(), Err: errStreams}
	}
	var err error
	if f.Serializer, err = serializationOf(&r.Body); err != nil || isRaw(&r.Body) {
		return err
	}
	return checkNames(r)
}

// AppendRequest implements codec.Body.
func (b *Body) AppendRequest(dst []byte, f *codec.Frame, r *onramp.Request) ([]byte, error) {
	if isRaw(&r.Body) {
		return append(dst, r.Body.Raw...), nil
	}
	c := call{Body: b, frame: f, request: r}
	if err := c.arrange(); err != nil {
		return dst, err
	}
	dst, err := c.appendHead(dst)
	if err != nil {
		return dst, err
	}
	if dst, err = c.appendArguments(dst); err != nil {
		return dst, err
	}
	return c.appendAttachments(dst)
}

// isRaw reports whether a body goes out as it is: it is the whole body of a frame.
func isRaw(body *onramp.Body) bool {
	return body.Value == nil && (len(body.Raw) > 0 || body.Encoding != 0 && body.Encoding != Hessian)
}

// serializationOf returns the serialization id of a body that is sent.
func serializationOf(body *onramp.Body) (uint8, error) {
	switch {
	case body.Value != nil || body.Encoding == 0:
		return Hessian, nil
	case body.Encoding > serializations:
		return 0, invalid("Body.Encoding %d: a serialization id is 1 to %d", body.Encoding, serializations)
	}
	return uint8(body.Encoding), nil
}

func checkNames(r *onramp.Request) error {
	if r.Service == "" {
		return invalid("the request has no service")
	}
	if r.Method == "" {
		return invalid("the request has no method")
	}
	for _, name := range [...]string{r.Service, r.Method, r.Version, r.Group} {
		if len(name) > maxName {
			return invalid("a name of %d bytes, at most %d are allowed: %.*q", len(name), maxName, maxQuote, name)
		}
	}
	return nil
}
