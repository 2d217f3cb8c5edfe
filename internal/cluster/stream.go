package cluster

import (
	"context"
	"sync"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/breaker"
)

// streaming is an attempt whose stream is open: its endpoint, connection and gate
// hear of the end when it really comes.
type streaming struct {
	attempt

	mu    sync.Mutex
	ended bool
}

// open sends a call that streams.
func (a *attempt) open(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
	s := &streaming{attempt: *a}
	req.Observe(s) // before the stream can end by itself
	returned := false
	defer func() {
		if !returned {
			s.End(req, panicked())
		}
	}()
	resp, err := s.exchange(ctx, req)
	returned = true
	o := *s.attempt.ended(req, err)
	if err != nil || resp.Stream == nil {
		s.End(req, o)
	} else {
		s.opened(o)
		resp.Stream = &located{Stream: resp.Stream, target: req.Target(), addr: a.member.addr}
	}
	if err != nil {
		err = a.describe(req, err)
	}
	return resp, err
}

// located is an open stream whose errors say what was called and where.
type located struct {
	onramp.Stream
	target, addr string
}

// Send implements onramp.Stream.
func (l *located) Send(msg any) error { return l.describe(l.Stream.Send(msg)) }

// CloseSend implements onramp.Stream.
func (l *located) CloseSend() error { return l.describe(l.Stream.CloseSend()) }

// Recv implements onramp.Stream.
func (l *located) Recv(into any) error { return l.describe(l.Stream.Recv(into)) }

// Header implements onramp.Stream.
func (l *located) Header() (*onramp.Header, error) {
	h, err := l.Stream.Header()
	return h, l.describe(err)
}

// describe completes an error. Those of another type, such as io.EOF, stay what they are.
func (l *located) describe(err error) error {
	e, ok := err.(*onramp.Error)
	if !ok {
		return err
	}
	c := *e
	if c.Target == "" {
		c.Target = l.target
	}
	if c.Endpoint == "" {
		c.Endpoint = l.addr
	}
	return &c
}

// opened answers the gate when the call was its probe: the endpoint should not
// wait for the end of a long stream to come back.
func (s *streaming) opened(o onramp.Outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended || !s.held {
		return
	}
	if s.member.gate.State() == breaker.HalfOpen {
		s.member.gate.Done(s.ticket, o)
		s.held = false
	}
}

// End implements onramp.Observer.
func (s *streaming) End(_ *onramp.Request, o onramp.Outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return
	}
	s.ended = true
	s.conn.Done()
	if o.At.IsZero() {
		o.At = time.Now()
	}
	o.Latency = 0 // there is no one answer to time
	s.node.Done(o)
	switch {
	case s.held:
		s.member.gate.Done(s.ticket, o)
	case o.Failed():
		s.member.report(o)
	}
}
