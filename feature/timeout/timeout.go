// Package timeout gives every unary call a deadline.
//
// On the path of a call the stage stands above everything that may wait: your
// interceptors, retry, the pick. It derives no context: the deadline is
// onramp.Request.Deadline, which the codec propagates and enforces. It never
// moves to a sidecar.
package timeout

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/feature"
)

// Stage returns next behind the deadline stage.
//
// A call ends at the earlier of its context's and its request's deadline; a unary
// one that has neither, d after it began. A stream has no deadline of its own. A
// call whose time is over, or whose context ended, before it began fails with
// origin Local and sends nothing. A call that fails after its deadline fails with
// DeadlineExceeded, whatever the network or a proxy made of it.
//
// The client has set req.Started before.
func Stage(d time.Duration, next onramp.Handler) onramp.Handler {
	s := &stage{timeout: d, next: next}
	return s.do
}

type stage struct {
	timeout time.Duration
	next    onramp.Handler
}

func (s *stage) do(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
	if err := s.arm(ctx, req); err != nil {
		return nil, err
	}
	resp, err := s.next(ctx, req)
	if err != nil {
		err = late(ctx, req, err)
	}
	return resp, err
}

// arm sets the deadline, or says why the call must not begin.
func (s *stage) arm(ctx context.Context, req *onramp.Request) error {
	if err := ctx.Err(); err != nil {
		return early(err)
	}
	if d, ok := ctx.Deadline(); ok && (req.Deadline.IsZero() || d.Before(req.Deadline)) {
		req.Deadline = d
	}
	if req.Deadline.IsZero() {
		if !req.Kind.Streaming() {
			req.Deadline = req.Started().Add(s.timeout)
		}
		return nil
	}
	if !req.Deadline.After(req.Started()) {
		return early(context.DeadlineExceeded)
	}
	return nil
}

// early is the error of a call that was over before it began.
func early(cause error) error {
	code := onramp.DeadlineExceeded
	if errors.Is(cause, context.Canceled) {
		code = onramp.Canceled
	}
	return &onramp.Error{Code: code, Origin: onramp.Local, Err: fmt.Errorf("the call was over before it began, nothing was sent: %w", cause)}
}

// late makes the error of a call whose deadline has passed a DeadlineExceeded,
// unless the peer gave a definite answer.
func late(ctx context.Context, req *onramp.Request, err error) error {
	o := feature.Settle(req, err)
	if o.Business || !indefinite(o.Code) || !over(ctx, req, o.At) {
		return err
	}
	e := *onramp.AsError(err)
	e.Err = fmt.Errorf("the deadline passed after %v: %w", o.At.Sub(req.Started()).Round(time.Microsecond), err)
	e.Code = onramp.DeadlineExceeded
	req.Attempt.Outcome.Code = onramp.DeadlineExceeded
	return &e
}

func over(ctx context.Context, req *onramp.Request, at time.Time) bool {
	if errors.Is(ctx.Err(), context.Canceled) {
		return false
	}
	return ctx.Err() != nil || !req.Deadline.IsZero() && !at.Before(req.Deadline)
}

// indefinite reports whether a code is what a lost call looks like, rather than
// a peer's answer.
func indefinite(c onramp.Code) bool {
	switch c {
	case onramp.Canceled, onramp.Unknown, onramp.ResourceExhausted, onramp.Aborted, onramp.Internal, onramp.Unavailable:
		return true
	}
	return false
}
