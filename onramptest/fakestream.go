package onramptest

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/onrampmesh/onramp"
)

// Messages answers streaming calls of target: the caller receives a shallow copy
// of each message, then io.EOF. A message that is an error ends the stream with
// it. What the caller sends is taken and forgotten; StreamFunc sees it.
func Messages(target string, messages ...any) *Rule {
	r := newRule(target, nil)
	for i, m := range messages {
		_, last := m.(error)
		switch {
		case m == nil:
			r.fault = fmt.Errorf("target %q: message %d is nil", target, i+1)
		case last && i < len(messages)-1:
			r.fault = fmt.Errorf("target %q: message %d is an error, which ends the stream: the %d behind it can never come", target, i+1, len(messages)-1-i)
		}
	}
	r.answer = func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		if !req.Kind.Streaming() {
			return nil, r.wrongf("it answers a stream, and the call is unary: use Reply")
		}
		s := &fakeStream{ctx: ctx, req: req, messages: messages, wrongf: r.wrongf}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.stop = context.AfterFunc(ctx, func() { _ = s.end(ended(ctx, req, onramp.Wire)) })
		p := req.Reply()
		p.Stream = s
		return p, nil
	}
	return r
}

// fakeStream is the client's side of a stream without another side.
type fakeStream struct {
	ctx      context.Context
	req      *onramp.Request
	messages []any // what Recv has not returned
	wrongf   func(format string, args ...any) error

	header, trailer onramp.Header

	mu   sync.Mutex
	stop func() bool
	err  error // how the call ended, once it has
}

// end ends the call once; err is io.EOF for a good end.
func (s *fakeStream) end(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	s.stop()
	if s.err = err; err == io.EOF {
		err = nil
	}
	s.req.End(onramp.Classify(err))
	return s.err
}

// Send implements onramp.Stream.
func (s *fakeStream) Send(any) error { return s.failed() }

// CloseSend implements onramp.Stream.
func (s *fakeStream) CloseSend() error { return nil }

// Recv implements onramp.Stream.
func (s *fakeStream) Recv(into any) error {
	if err := s.failed(); err != nil {
		return s.end(err)
	}
	if len(s.messages) == 0 {
		return s.end(io.EOF)
	}
	m := s.messages[0]
	if err, ok := m.(error); ok {
		return s.end(remote(s.req, err))
	}
	s.messages = s.messages[1:]
	b := onramp.Body{Value: m}
	if b.Decode(into) != nil {
		return s.end(s.wrongf("it sends a %T, and the caller wants a %T", m, into))
	}
	return nil
}

// failed returns the call's error when its context or deadline has ended.
func (s *fakeStream) failed() error { return ended(s.ctx, s.req, onramp.Wire) }

// Header implements onramp.Stream.
func (s *fakeStream) Header() (*onramp.Header, error) { return &s.header, nil }

// Trailer implements onramp.Stream.
func (s *fakeStream) Trailer() *onramp.Header { return &s.trailer }
