// Package breaker stops calls that would fail anyway.
//
// On the path of a call the service's breaker stands between retry and pick (an
// open one fails the attempt at once), and every endpoint has one behind the
// pick (an open one takes the node out of the picker). Both are a Circuit, which
// internal/cluster keeps beside the node or the service, so that it outlives
// pipelines. The state machine is github.com/sony/gobreaker; this package is its
// only importer, and adds a window that scales over cores.
package breaker

import "github.com/onrampmesh/onramp"

// Breaker admits or refuses attempts and learns from their outcomes. Its methods
// may run at the same time.
type Breaker interface {
	// Allow returns a Ticket, or an error (*onramp.Error, Local, Unavailable)
	// when the breaker is open. Each Ticket is given to Done exactly once.
	Allow() (Ticket, error)
	Done(Ticket, onramp.Outcome)
}

// Ticket is the admission of one attempt. It is a value.
type Ticket struct {
	generation uint64
	probe      func(error) // gobreaker's, for calls admitted while half-open
}
