package server

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// load is what runs on the whole server.
type load struct {
	running gauge
	limit   int64
	// draining refuses new calls, for codecs that let one through after their
	// context ended and do not say that they mean to.
	draining atomic.Bool
	late     map[string]bool // the codecs that do, by name
}

// gauge is a counter on a cache line of its own.
type gauge struct {
	_ [64]byte
	n atomic.Int64
	_ [56]byte
}

// admission refuses calls beyond the bound of handlers that run at once, and
// all but oneway calls of a draining server: nobody would send those again.
func admission(s *Server, r *route, next onramp.Handler) onramp.Handler {
	return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		if s.load.draining.Load() && req.Kind != onramp.Oneway && !s.load.late[req.Peer.Protocol] {
			s.count.drained.Add(1)
			return nil, r.draining
		}
		if s.load.running.n.Add(1) > s.load.limit {
			s.load.running.n.Add(-1)
			s.count.busy.Add(1)
			return nil, r.busy
		}
		r.running.n.Add(1)
		defer s.leave(r)
		return next(ctx, req)
	}
}

// late returns the names of the codecs that refuse calls of a drain by themselves.
func late(codecs []codec.Codec) map[string]bool {
	names := map[string]bool{}
	for _, c := range codecs {
		if l, ok := c.(codec.LateServer); ok && l.ServesLate() {
			names[c.Name()] = true
		}
	}
	return names
}

func (s *Server) leave(r *route) {
	r.running.n.Add(-1)
	s.load.running.n.Add(-1)
}

// deadline starts no handler whose caller has given up, and calls no answer that
// comes behind the deadline a success: some callers know its type no more by then.
func deadline(s *Server, r *route, next onramp.Handler) onramp.Handler {
	return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		if req.Deadline.IsZero() {
			return next(ctx, req)
		}
		if time.Until(req.Deadline) <= 0 {
			s.count.expired.Add(1)
			return nil, r.expired
		}
		var p *onramp.Response
		var err error
		if _, ok := ctx.Deadline(); ok {
			p, err = next(ctx, req)
		} else {
			p, err = bounded(ctx, req, next)
		}
		if err == nil && req.Kind == onramp.Unary && time.Until(req.Deadline) <= 0 {
			return nil, r.tooLate(s, p)
		}
		return p, err
	}
}

// tooLate drops an answer that nobody waits for.
func (r *route) tooLate(s *Server, p *onramp.Response) error {
	s.count.late.Add(1)
	if p != nil {
		p.Body.Release()
	}
	return r.late
}

// bounded runs next for a codec whose context does not carry the deadline.
func bounded(ctx context.Context, req *onramp.Request, next onramp.Handler) (*onramp.Response, error) {
	ctx, cancel := context.WithDeadline(ctx, req.Deadline)
	defer cancel()
	return next(ctx, req)
}

var (
	errBusy     = errors.New("this server runs as many handlers as it may: send the call later or to another endpoint")
	errDraining = errors.New("this server is draining: send the call to another endpoint")
	errLate     = errors.New("the handler ended after the deadline")
	errExpired  = errors.New("the deadline had passed before the handler could start")
)

// refusals makes the route's errors of calls that do not run.
func (r *route) refusals() {
	refuse := func(c onramp.Code, why error) *onramp.Error {
		return &onramp.Error{Code: c, Origin: onramp.Refused, Target: r.target, Err: why}
	}
	r.busy = refuse(onramp.ResourceExhausted, errBusy)
	r.draining = refuse(onramp.Unavailable, errDraining)
	r.expired = refuse(onramp.DeadlineExceeded, errExpired)
	r.late = &onramp.Error{Code: onramp.DeadlineExceeded, Origin: onramp.Remote, Target: r.target, Err: errLate}
}
