package client

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/discovery"
)

// StreamMethod is one streaming method of a service, resolved once. Many
// goroutines may Open at once.
type StreamMethod[Req, Resp any] struct {
	*bound
	err error
}

// StreamOf returns the streaming method that target names, to be called with d.
// kind is onramp.ClientStream, ServerStream or BidiStream. A wrong target, and a
// protocol that has no streams, is kept: Err and every Open return it.
func StreamOf[Req, Resp any](d Doer, target string, kind onramp.Kind, opts ...MethodOption) *StreamMethod[Req, Resp] {
	m := &StreamMethod[Req, Resp]{}
	if !kind.Streaming() || kind > onramp.BidiStream {
		m.err = fail(onramp.InvalidArgument, target, fmt.Errorf("StreamOf wants onramp.ClientStream, ServerStream or BidiStream, got %s", kindName(kind)))
		return m
	}
	if m.err = checkMessages[Req, Resp](target); m.err != nil {
		return m
	}
	if m.bound, m.err = bind(d, target, opts); m.err == nil {
		m.kind = kind
		m.err = streams(d, m.target)
	}
	return m
}

// streams says that a client's protocol has no streams.
func streams(d Doer, t discovery.Target) error {
	c, ok := d.(*Client)
	if !ok {
		return nil
	}
	k, err := c.codec(t)
	if err != nil {
		return err
	}
	if s, ok := k.(codec.Streamer); ok && !s.Streams() {
		return fail(onramp.Unimplemented, t.Service+"/"+t.Method, fmt.Errorf("the protocol %s has no streams: name one that has in the target, or make the method with MethodOf", k.Name()))
	}
	return nil
}

func kindName(k onramp.Kind) string {
	switch k {
	case onramp.Unary:
		return "onramp.Unary: make it with MethodOf"
	case onramp.Oneway:
		return "onramp.Oneway: make it with MethodOf and the option Oneway"
	}
	return fmt.Sprintf("%d", k)
}

// Err returns what is wrong with the target, or nil.
func (m *StreamMethod[Req, Resp]) Err() error { return m.err }

// Open begins a call and returns when its stream is open. The call ends when Recv
// returns an error, when ctx ends, or with the connection; until then it keeps
// what it holds, so that whoever stops receiving cancels ctx. A stream has the
// context's deadline or none. OpenWith also sends headers.
func (m *StreamMethod[Req, Resp]) Open(ctx context.Context) (*Stream[Req, Resp], error) {
	if m.err != nil {
		return nil, m.err
	}
	req := new(onramp.Request) // it lives as long as the stream
	m.fill(req)
	return m.open(ctx, req)
}

func (m *StreamMethod[Req, Resp]) open(ctx context.Context, req *onramp.Request) (*Stream[Req, Resp], error) {
	resp, err := m.do(ctx, req)
	if err != nil {
		return nil, err
	}
	if resp.Stream == nil {
		return nil, fail(onramp.Internal, req.Target(), errors.New("the method answered without a stream: its kind is not what the caller says"))
	}
	return &Stream[Req, Resp]{stream: resp.Stream, target: req.Target()}, nil
}

// Stream is an open streaming call. One goroutine may Send while another Recvs.
type Stream[Req, Resp any] struct {
	stream onramp.Stream
	target string
}

// Send sends a message. It blocks for flow control and keeps nothing of msg. On a
// server stream send the request, once, and CloseSend.
func (s *Stream[Req, Resp]) Send(msg *Req) error { return s.explain(s.stream.Send(msg)) }

// CloseSend says that no more messages will be sent.
func (s *Stream[Req, Resp]) CloseSend() error { return s.explain(s.stream.CloseSend()) }

// Recv returns the next message. The error io.EOF is the clean end; every other
// one is an *onramp.Error.
func (s *Stream[Req, Resp]) Recv() (*Resp, error) {
	out := new(Resp)
	if err := s.stream.Recv(out); err != nil {
		return nil, s.explain(err)
	}
	return out, nil
}

// Header waits for the peer's header.
func (s *Stream[Req, Resp]) Header() (*onramp.Header, error) {
	h, err := s.stream.Header()
	return h, s.explain(err)
}

// Trailer is complete once Recv has returned an error.
func (s *Stream[Req, Resp]) Trailer() *onramp.Header { return s.stream.Trailer() }

// explain gives errors their type and target.
func (s *Stream[Req, Resp]) explain(err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	return explain(s.target, err)
}
