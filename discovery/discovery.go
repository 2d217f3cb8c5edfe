// Package discovery says where the endpoints of a service come from.
//
// On the path of a call it stands beside it: a Source pushes whole sets of
// endpoints to a Cache, the Cache to the service's cluster (internal/cluster),
// which builds a picker of them. No call ever waits for a Source; a call without
// an endpoint waits for the cluster's next picker.
//
// A Target says what is to be found; Grammar.Parse makes one of text. Static and
// File are the sources of this package, both the operator's word; registries are
// packages of their own. A Cache stands before every source and decides what of
// its words a client believes.
package discovery

import (
	"context"

	"github.com/onrampmesh/onramp"
)

// State says what an Update is.
type State uint8

const (
	// Pending: not known yet. It never clears a list.
	Pending State = iota
	// Known: Endpoints is the whole set, which may be empty.
	Known
	// Gone: the registry says explicitly that there are none.
	Gone
	// Failed: the source could not tell, see Err. It never clears a list.
	Failed
)

// String returns the state in lower case.
func (s State) String() string {
	switch s {
	case Pending:
		return "pending"
	case Known:
		return "known"
	case Gone:
		return "gone"
	}
	return "failed"
}

// Update is the whole state of one target at one moment. It is immutable.
type Update struct {
	State     State
	Endpoints []onramp.Endpoint
	// Attributes are what the source knows of the service as a whole.
	Attributes map[string]string
	// Err is why the state is Failed. Beside Known it says why Endpoints is empty,
	// when the source knows: a name that it does not list.
	Err error
}

// Source finds the endpoints of targets.
type Source interface {
	// Watch blocks until ctx ends or the target can never be watched. It calls
	// update with the whole set, at once and then on each change, from one
	// goroutine at a time. It returns ctx's error when ctx ends. A Source that
	// loses its registry reports Failed and goes on by itself.
	Watch(ctx context.Context, t Target, update func(Update)) error
}

// Schemer is an optional interface of a Source: the name its targets carry
// ("consul" in consul:///orders) and the parameters that it understands.
type Schemer interface {
	Scheme() string
	Params() []string
}

// Pather is an optional interface of a Schemer whose targets carry a path in the
// place of the service, as in file:///etc/orders.json?service=orders. CheckPath
// says what is wrong with one, or returns nil. path begins with its slash and is
// decoded.
type Pather interface {
	CheckPath(authority, path string) error
}

// Authority is an optional interface of a Source. Sources that are the operator's
// word (a file, a list in code) return true: what they say applies at once,
// without protection against suspicious losses.
type Authority interface{ Authoritative() bool }

// Registrar announces an endpoint of this process.
type Registrar interface {
	// Register announces ep under service as long as it blocks: until ctx ends.
	// It then withdraws ep before it returns.
	Register(ctx context.Context, service string, ep onramp.Endpoint) error
}
