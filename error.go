package onramp

import (
	"context"
	"errors"
	"strings"
	"time"
)

// Code says what went wrong, in the sixteen words that gRPC made common. The
// zero value is OK. A Code is itself an error, so that
// errors.Is(err, onramp.Unavailable) asks an error for its code.
type Code uint8

// The codes, numbered as google.golang.org/grpc/codes numbers them.
const (
	OK Code = iota
	Canceled
	Unknown
	InvalidArgument
	DeadlineExceeded
	NotFound
	AlreadyExists
	PermissionDenied
	ResourceExhausted
	FailedPrecondition
	Aborted
	OutOfRange
	Unimplemented
	Internal
	Unavailable
	DataLoss
	Unauthenticated
)

var codeNames = [...]string{
	"ok", "canceled", "unknown", "invalid argument", "deadline exceeded", "not found", "already exists",
	"permission denied", "resource exhausted", "failed precondition", "aborted", "out of range",
	"unimplemented", "internal", "unavailable", "data loss", "unauthenticated",
}

// String returns the code in lower-case words, such as "deadline exceeded".
func (c Code) String() string {
	if int(c) < len(codeNames) {
		return codeNames[c]
	}
	return "unknown"
}

// Error makes a Code usable as the target of errors.Is.
func (c Code) Error() string { return c.String() }

// Origin says how far an attempt came, which is what decides whether it may be
// sent again. The zero value is Remote, the one that is never re-sent on its own.
type Origin uint8

const (
	// Remote: the peer ran the call and said how it ended.
	Remote Origin = iota
	// Local: nothing left this process.
	Local
	// Refused: it left this process and the peer says that it did not run.
	Refused
	// Wire: it left this process, no answer came, and it may have run.
	Wire
)

var originNames = [...]string{"remote", "local", "refused", "wire"}

// String returns the origin in lower case.
func (o Origin) String() string {
	if int(o) < len(originNames) {
		return originNames[o]
	}
	return "unknown"
}

// Resendable reports whether an attempt with this origin certainly did not run,
// so that it may be sent once more whatever the method is.
func (o Origin) Resendable() bool { return o == Local || o == Refused }

// Error is how every call fails. It says what (Code), how far the call came
// (Origin), where (Target, Endpoint) and why (Err).
//
// An Error without a Code counts as Unknown. errors.Is works with a Code, with context.DeadlineExceeded and
// context.Canceled for the codes of those names, and with anything in Err.
type Error struct {
	Code   Code
	Origin Origin
	// Business marks an error that the handler returned on purpose: the peer is
	// healthy. Breakers and outlier ejection ignore it, and it is never sent again.
	Business bool
	// Target is the service and method that was called, "com.acme.Greeter/sayHello".
	Target string
	// Endpoint is the address that the failed attempt went to, "" when none was chosen.
	Endpoint string
	// RetryAfter, when above zero, is how long the peer asks to be left alone.
	RetryAfter time.Duration
	// Header is what the peer sent along, or nil.
	Header *Header
	// Detail is the decoded error value of the protocol (an exception object), or nil.
	Detail any
	// Err is the cause.
	Err error
}

// Error returns "onramp: CODE (ORIGIN) calling TARGET at ENDPOINT: CAUSE"
// without the parts that are not known.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("onramp: ")
	b.WriteString(e.code().String())
	b.WriteString(" (")
	b.WriteString(e.Origin.String())
	b.WriteByte(')')
	if e.Target != "" {
		b.WriteString(" calling ")
		b.WriteString(e.Target)
	}
	if e.Endpoint != "" {
		b.WriteString(" at ")
		b.WriteString(e.Endpoint)
	}
	if e.Err != nil {
		b.WriteString(": ")
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

// code is Code, and Unknown for an error whose Code was left out.
func (e *Error) code() Code {
	if e.Code == OK {
		return Unknown
	}
	return e.Code
}

// MayHaveRun reports whether the call may have run, or did: whoever repeats it by
// himself, or books what it does, must reckon with that. It is false when nothing left
// this process and when the peer says that it did not run.
func (e *Error) MayHaveRun() bool { return !e.Origin.Resendable() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is this error's Code, or the context error that
// stands for it.
func (e *Error) Is(target error) bool {
	switch target {
	case context.DeadlineExceeded:
		return e.Code == DeadlineExceeded
	case context.Canceled:
		return e.Code == Canceled
	}
	c, ok := target.(Code)
	return ok && c == e.code()
}

// NewError returns an *Error with a cause made of text. A handler's own refusal is
// made by Business.
func NewError(code Code, origin Origin, text string) *Error {
	return &Error{Code: code, Origin: origin, Err: errors.New(text)}
}

// Business returns the error of a handler that says no on purpose: not found, sold
// out, divided by zero. The peer that says so is healthy: no circuit counts it, no
// endpoint is ejected for it and nothing is sent again, whatever the code. A code of
// OK, which is no error's, becomes Unknown.
func Business(code Code, text string) *Error {
	if code == OK {
		code = Unknown
	}
	return &Error{Code: code, Business: true, Err: errors.New(text)}
}

// AsError returns err as an *Error. An error of another type becomes one by
// Classify's rules; nil stays nil.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	o := Classify(err)
	return &Error{Code: o.Code, Origin: o.Origin, Err: err}
}
