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
	}
	if err != nil {
		err = a.describe(req, err)
	}
	return resp, err
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
