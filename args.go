package onramp

import "time"

// Args are the arguments of a call that has several, in their order, or none. As a
// Body's Value, *Args or Args, each element is one argument; any other value is one
// argument by itself. Serializers whose calls have one message only refuse it.
//
// A pointer that is a Body's Value is taken off once: *string is the string, and
// *Args the arguments. A pointer to a number or to a bool that is an element is
// Java's boxed type, which may be null.
//
// Decoding into empty Args gives each argument in the serializer's general form.
// Decoding into Args that hold pointers fills what they point to; their number must
// be that of the arguments.
type Args []any

// MethodOptions are what a caller says of one method.
type MethodOptions struct {
	// Idempotent: a call may run twice without harm.
	Idempotent bool
	// Oneway: the call ends when it is written; no reply is awaited.
	Oneway bool
	// Timeout is the deadline of a call whose context has none, 0 for the policy's.
	Timeout time.Duration
	// Signature is Request.Signature of each call.
	Signature string
	// Wrong is what is wrong with an option, in words; "" is nothing.
	Wrong string
}

// MethodOption sets one of the MethodOptions. Package client has those of all
// protocols, and serializers that need more have their own.
type MethodOption func(*MethodOptions)
