package onramptest_test

import (
	"context"
	"io"
	"net"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/framed"
	"github.com/onrampmesh/onramp/onramptest"
)

// brittle takes a Read of one byte for the end.
type brittle struct{ net.Conn }

func (b brittle) Read(p []byte) (int, error) {
	n, err := b.Conn.Read(p)
	if n == 1 {
		return n, io.ErrUnexpectedEOF
	}
	return n, err
}

func TestCodecRejectsErrorsThatSayTheWrongThing(t *testing.T) {
	bare := func(e *onramp.Error) error {
		if e.Code == onramp.Canceled && e.Origin == onramp.Wire {
			return context.Canceled
		}
		return e
	}
	rejects(t, broken{
		name:  "returns the context's error",
		run:   fails(bare),
		fails: []string{"a call ends with its context"},
		says:  "every error of it is an *onramp.Error",
	}, broken{
		name: "makes every failure internal",
		run: answers(func(p *onramp.Response, err error) (*onramp.Response, error) {
			if e := onramp.AsError(err); e != nil && !e.Business && e.Origin == onramp.Remote {
				err = &onramp.Error{Code: onramp.Internal, Err: e.Err}
			}
			return p, err
		}),
		fails: []string{"a handler's error keeps its code", "the error of a streaming handler is the last word of Recv"},
		says:  "want code canceled",
	}, broken{
		name:  "counts business errors as failures",
		run:   fails(func(e *onramp.Error) error { e.Business = false; return e }),
		fails: []string{"a business error arrives as one"},
		says:  "Business false",
	}, broken{
		name: "refuses what failed further down",
		run: answers(func(p *onramp.Response, err error) (*onramp.Response, error) {
			if e := onramp.AsError(err); e != nil && e.Origin == onramp.Local {
				err = &onramp.Error{Code: e.Code, Origin: onramp.Refused, Err: e.Err}
			}
			return p, err
		}),
		fails: []string{"an error that a handler met further down is its answer"},
		says:  "its own call would be sent again",
	}, broken{
		name: "says that a lost call did not leave",
		run: fails(func(e *onramp.Error) error {
			if e.Origin == onramp.Wire && e.Code == onramp.Unavailable {
				e.Origin = onramp.Local
			}
			return e
		}),
		fails: []string{
			"Close ends the calls under way, each once, with origin Wire", "Drain ends with its context",
			"a peer that vanishes ends its calls with origin Wire", "a reply that ends early is no reply",
			"a client survives a peer of another protocol",
		},
		says: "it ran, and would be sent again",
	}, broken{
		name: "dies of a handler's panic",
		run: serves(func(_ net.Conn, h onramp.Handler) onramp.Handler {
			return func(ctx context.Context, req *onramp.Request) (p *onramp.Response, err error) {
				done := make(chan struct{})
				go func() {
					defer close(done)
					p, err = h(ctx, req)
				}()
				<-done
				return p, err
			}
		}),
		fails: []string{"a handler that panics fails its own call only"},
		says:  "out of paper",
	}, broken{
		name: "closes the connection of a handler that panics",
		run: serves(func(nc net.Conn, h onramp.Handler) onramp.Handler {
			return func(ctx context.Context, req *onramp.Request) (p *onramp.Response, err error) {
				defer func() {
					if v := recover(); v != nil {
						_ = nc.Close()
					}
				}()
				return h(ctx, req)
			}
		}),
		fails: []string{"a handler that panics fails its own call only"},
		says:  "want a failure of origin Remote",
	}, broken{
		name: "answers a stream over a protocol without any as if it were lost",
		run: func(t *testing.T) {
			onramptest.TestCodec(t, onramptest.CodecSuite{New: func() codec.Codec {
				return &streamless{patch{Codec: framed.New(onramptest.PipeFramer{}, onramptest.PipeBody{}), conn: connPatch{trip: lostStreams}}}
			}})
		},
		fails: []string{"streams that a protocol lacks fail here"},
		says:  "want code unimplemented",
	})
}

// streamless is a patched codec without streams.
type streamless struct{ patch }

func (*streamless) Streams() bool { return false }

func (s *streamless) Dial(ctx context.Context, nc net.Conn) (codec.Conn, error) {
	c, err := s.patch.Dial(ctx, nc)
	if err != nil {
		return nil, err
	}
	return abandons{c, c.(*patchedConn).Conn.(codec.Abandoner)}, nil
}

type abandons struct {
	codec.Conn
	codec.Abandoner
}

func lostStreams(ctx context.Context, c *patchedConn, req *onramp.Request) (*onramp.Response, error) {
	if req.Kind.Streaming() {
		return nil, onramp.NewError(onramp.Unavailable, onramp.Wire, "no answer")
	}
	return c.Conn.RoundTrip(ctx, req)
}
