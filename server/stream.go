package server

import (
	"context"
	"fmt"
	"strings"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// Stream is the server's side of a streaming call with typed messages. One
// goroutine may Send while another one Recvs. It ends when the handler returns.
type Stream[Req, Resp any] struct{ raw onramp.Stream }

// Recv returns the next message in a new Req. io.EOF is the peer's clean end.
func (s *Stream[Req, Resp]) Recv() (*Req, error) {
	in := new(Req)
	if err := s.raw.Recv(in); err != nil {
		return nil, err
	}
	return in, nil
}

// Send encodes msg before it returns and keeps nothing of it. It blocks for flow
// control.
func (s *Stream[Req, Resp]) Send(msg *Resp) error { return s.raw.Send(msg) }

// Header returns the request's header.
func (s *Stream[Req, Resp]) Header() (*onramp.Header, error) { return s.raw.Header() }

// Trailer is what the peer will be sent at the end.
func (s *Stream[Req, Resp]) Trailer() *onramp.Header { return s.raw.Trailer() }

// HandleStream has fn handle the streaming calls of target, of all three kinds.
// It is an error when no codec of the server has streams (Bolt has none).
// What fn returns ends the stream; see Handle for its errors. RequestOf(ctx) is the
// request.
func HandleStream[Req, Resp any](s *Server, target string, fn func(ctx context.Context, stream *Stream[Req, Resp]) error, opts ...HandlerOption) error {
	if fn == nil {
		return fmt.Errorf("server: handler of %s: it is nil", target)
	}
	if err := messages[Req, Resp](target); err != nil {
		return err
	}
	if !s.streams() {
		return fmt.Errorf("server: handler of %s: it streams, and no protocol of this server has streams (%s): hand WithCodec one that has, or use Handle", target, s.protocols())
	}
	return s.register(target, streaming(fn), opts)
}

func streaming[Req, Resp any](fn func(context.Context, *Stream[Req, Resp]) error) onramp.Handler {
	return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		if req.Stream == nil {
			return nil, wrongKind("it streams: call it with a streaming kind, over a protocol that has streams")
		}
		p := req.Reply()
		c := new(callContext)
		c.begin(ctx, req)
		defer c.end()
		if err := fn(c, &Stream[Req, Resp]{req.Stream}); err != nil {
			return nil, err
		}
		return p, nil
	}
}

// streams reports whether a codec may carry streams.
func (s *Server) streams() bool {
	for _, c := range s.cfg.codecs {
		if k, ok := c.(codec.Streamer); !ok || k.Streams() {
			return true
		}
	}
	return false
}

// protocols lists the names of the codecs.
func (s *Server) protocols() string {
	names := make([]string, len(s.cfg.codecs))
	for i, c := range s.cfg.codecs {
		names[i] = c.Name()
	}
	return strings.Join(names, ", ")
}
