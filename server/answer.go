package server

import (
	"context"
	"errors"

	"github.com/onrampmesh/onramp"
)

// answer makes the error of a handler one that the peer may be told: the handler
// ran, so its origin is Remote, whatever the handler's own calls elsewhere ended
// with. Without that a peer would send again what has run.
func answer(_ *Server, r *route, next onramp.Handler) onramp.Handler {
	return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		p, err := next(ctx, req)
		if err != nil {
			return p, fromHandler(err, r)
		}
		return p, nil
	}
}

// fromHandler returns err as the error of a handler that ran.
func fromHandler(err error, r *route) *onramp.Error {
	e := toError(err, r.target)
	if e.Origin == onramp.Remote {
		return e
	}
	c := *e
	c.Origin = onramp.Remote
	if r.forwarding && e.Origin.Resendable() {
		c.Origin = onramp.Refused
	}
	return &c
}

// fromStages returns err, which may come from an interceptor, as an error that
// the peer may be told: only Refused says that nothing ran.
func fromStages(err error, target string) *onramp.Error {
	e := toError(err, target)
	if e.Origin == onramp.Remote || e.Origin == onramp.Refused {
		return e
	}
	c := *e
	c.Origin = onramp.Remote
	return &c
}

// toError returns err as an *onramp.Error about this call. One that the handler
// made itself is kept. One that speaks of another call (it has a target) becomes
// the cause of a new one, so that the other call's headers stay where they are.
func toError(err error, target string) *onramp.Error {
	e, plain := err.(*onramp.Error)
	switch {
	case plain && e == nil:
		err = errNilError
	case plain && e.Code != onramp.OK && (e.Target == "" || e.Target == target):
		return e
	}
	return wrap(err, target)
}

var errNilError = errors.New("the handler returned a nil *onramp.Error as its error")

// wrap makes an error about this call of any other.
func wrap(err error, target string) *onramp.Error {
	out := &onramp.Error{Code: onramp.Unknown, Target: target, Err: err}
	var e *onramp.Error
	var code onramp.Code
	switch {
	case errors.As(err, &e) && e != nil:
		out.Code, out.Origin, out.Business = e.Code, e.Origin, e.Business
		out.RetryAfter, out.Detail = e.RetryAfter, e.Detail
		if e.Target == "" {
			out.Header = e.Header
		}
	case errors.As(err, &code):
		out.Code = code
	case errors.Is(err, context.DeadlineExceeded):
		out.Code = onramp.DeadlineExceeded
	case errors.Is(err, context.Canceled):
		out.Code = onramp.Canceled
	default: // the application's own word: the server is healthy
		out.Business = err != errNilError
	}
	if out.Code == onramp.OK {
		out.Code = onramp.Unknown
	}
	return out
}
