package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/onrampmesh/onramp"
)

// guard turns a panic into an error reply, sees that every error says what it
// means for the peer, and tells the observers of a call how it ended. Those of a
// stream are told by the codec, which knows the stream's end.
func guard(s *Server, r *route, next onramp.Handler) onramp.Handler {
	return func(ctx context.Context, req *onramp.Request) (p *onramp.Response, err error) {
		begin(req)
		defer s.rescue(r, req, &p, &err)
		p, err = next(ctx, req)
		if err != nil {
			err = fromStages(err, r.target)
		}
		finish(req, err)
		return p, err
	}
}

// begin stamps a call whose codec did not.
func begin(req *onramp.Request) {
	if req.Started().IsZero() {
		req.Start(time.Now())
	}
}

func finish(req *onramp.Request, err error) {
	if req.Kind.Streaming() || !req.Observed() {
		return
	}
	o := onramp.Classify(err)
	o.At = time.Now()
	o.Latency = o.At.Sub(req.Started())
	req.End(o)
}

// rescue answers a call whose handler panicked. It is deferred.
func (s *Server) rescue(r *route, req *onramp.Request, p **onramp.Response, err *error) {
	v := recover()
	if v == nil {
		return
	}
	s.panicked(r.target, v)
	*p = nil
	*err = &onramp.Error{Code: onramp.Internal, Origin: onramp.Remote, Target: r.target, Err: errPanicked}
	finish(req, *err)
}

var errPanicked = errors.New("the handler panicked; the server's log has the stack")

// panicked counts a panic and logs ten stacks a second at most.
func (s *Server) panicked(where string, v any) {
	if s.cfg.crash {
		crash(where, v, debug.Stack())
	}
	s.count.panics.Add(1)
	ok, skipped := s.panics.allow(time.Now())
	if !ok {
		return
	}
	s.cfg.log.Error("server: panic", slog.String("in", where), slog.String("value", fmt.Sprint(v)),
		slog.String("stack", string(debug.Stack())), slog.Int("skipped", skipped))
}

// crash ends the process by a panic that no codec recovers.
func crash(where string, v any, stack []byte) {
	go panic(fmt.Sprintf("%v [in %s; WithCrashOnPanic]\n\n%s", v, where, stack))
	select {}
}
