package bolt

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// reply is what the header of a response says about how the call ended.
type reply struct {
	failed     bool
	draining   bool
	refused    bool
	code       onramp.Code // OK when not given
	retryAfter time.Duration
}

func readReply(block []byte) (r reply) {
	for {
		key, value, rest, ok := next(block)
		if !ok {
			return r
		}
		block = rest
		switch string(key) {
		case keyError:
			r.failed = string(value) == "true"
		case keyState:
			r.draining = string(value) == stateDraining
		case keyOrigin:
			r.refused = string(value) == originRefused
		case keyCode:
			if n := number(value); n <= int64(onramp.Unauthenticated) {
				r.code = onramp.Code(n)
			}
		case keyRetryAfter:
			r.retryAfter = min(time.Duration(number(value))*time.Millisecond, maxRetryAfter)
		}
	}
}

// number returns the decimal number in text, or 0.
func number(text []byte) int64 {
	if len(text) > 9 {
		return 0
	}
	n, err := strconv.ParseUint(string(text), 10, 32)
	if err != nil {
		return 0
	}
	return int64(n)
}

// openError returns the error that a response carries. why is what a body of codec 1
// says, and empty for others.
func openError(f *codec.Frame, service string, h *reply, why *failure, header *onramp.Header) *onramp.Error {
	e := &onramp.Error{RetryAfter: h.retryAfter, Detail: why.object}
	switch {
	case f.Status != statusSuccess:
		e.Code, e.Origin = outcomeOf(f.Status)
	case why.framework:
		e.Code, e.Origin = frameworkOutcome(why.text, service)
	default:
		e.Code, e.Business = onramp.Unknown, true
	}
	if h.draining && f.Status == statusBusy {
		e.Code = onramp.Unavailable
	}
	if h.code != onramp.OK {
		e.Code = h.code
	}
	if h.refused && !e.Business {
		e.Origin = onramp.Refused
	}
	if header.Len() > 0 { // an error outlives the frame
		e.Header = new(onramp.Header)
		e.Header.CopyFrom(header)
	}
	object, ok := why.object.(error)
	if e.Err = object; !ok || !e.Business {
		e.Err = cause(f, h, why, object)
	}
	return e
}

// cause returns why, in the peer's words where there are any. A status is
// explained when nothing else says what it stands for: with a code of the peer's
// own it is only the nearest that Bolt has.
func cause(f *codec.Frame, h *reply, why *failure, object error) error {
	text := why.text
	if text == "" {
		text = readText(f.Content, f.Serializer)
	}
	switch {
	case text != "" && (f.Status == statusSuccess || h.code != onramp.OK):
		return because(text, object)
	case text != "":
		return because(fmt.Sprintf("bolt: %s (status %#x): %s", statusName(f.Status), f.Status, text), object)
	case len(f.Content) > 0:
		return fmt.Errorf("bolt: %s (status %#x): its cause is the response's body, in codec %d", statusName(f.Status), f.Status, f.Serializer)
	case h.code != onramp.OK:
		return fmt.Errorf("bolt: the server gave no reason (status %#x)", f.Status)
	case h.draining:
		return fmt.Errorf("bolt: the server is draining (status %#x)", f.Status)
	}
	return fmt.Errorf("bolt: %s (status %#x)", statusName(f.Status), f.Status)
}

// because returns an error of text, with the peer's exception behind it when there is
// one.
func because(text string, object error) error {
	if object == nil {
		return errors.New(text)
	}
	return &peerError{text, object}
}
