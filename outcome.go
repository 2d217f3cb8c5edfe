package onramp

import (
	"context"
	"errors"
	"time"
)

// Outcome is the one classification of how an attempt or a call ended. Breaker,
// ejection, retry, balancer and metrics all read it; nobody else decides what
// an error means.
type Outcome struct {
	Code     Code
	Origin   Origin
	Business bool
	// Latency is the time from the start of the attempt or call to its end.
	Latency time.Duration
	// At is when it ended: the one time stamp that breaker, metrics and balancer
	// share, so that none of them asks the clock again. Its monotonic part is
	// what they use.
	At time.Time
}

// Failed reports whether the outcome speaks against the peer's health. Business
// errors, what the caller did (Canceled, InvalidArgument, NotFound and the
// like) and what never left this process do not.
func (o Outcome) Failed() bool {
	if o.Code == OK || o.Business || o.Origin == Local {
		return false
	}
	switch o.Code {
	case Unknown, DeadlineExceeded, ResourceExhausted, Internal, Unavailable, DataLoss:
		return true
	}
	return false
}

// Classify turns the error of an attempt or call into an Outcome without times.
//
// nil is OK. An *Error says it itself. The context's errors are Canceled and
// DeadlineExceeded of origin Wire, because a call that had begun may have run.
// Any other error is Unknown of origin Wire.
func Classify(err error) Outcome {
	if err == nil {
		return Outcome{}
	}
	if e, ok := err.(*Error); ok { // the common case, without errors.As
		return Outcome{Code: e.code(), Origin: e.Origin, Business: e.Business}
	}
	var e *Error
	switch {
	case errors.As(err, &e):
		return Outcome{Code: e.code(), Origin: e.Origin, Business: e.Business}
	case errors.Is(err, context.DeadlineExceeded):
		return Outcome{Code: DeadlineExceeded, Origin: Wire}
	case errors.Is(err, context.Canceled):
		return Outcome{Code: Canceled, Origin: Wire}
	}
	return Outcome{Code: Unknown, Origin: Wire}
}
