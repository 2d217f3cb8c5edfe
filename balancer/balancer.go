// Package balancer picks the endpoint of an attempt.
//
// On the path of a call a Picker stands behind the service's breaker and before
// the endpoint's gate: internal/cluster loads it with one atomic load and calls
// Pick. When discovery or health changes, the cluster builds a new Picker by
// Policy.Build and swaps it in.
package balancer

import (
	"context"

	"github.com/onrampmesh/onramp"
)

// Policy is a balancing algorithm.
type Policy interface {
	// Name is the algorithm's name, "p2c".
	Name() string
	// Build makes a Picker over nodes, which holds at least one and is not
	// changed afterwards. Nodes keep their statistics from build to build.
	Build(nodes []*Node) Picker
}

// Picker chooses among the nodes it was built with. Many goroutines Pick at
// once: it takes no lock, does not wait and allocates nothing. Nodes in
// req.Attempt.Tried are avoided when there are others.
type Picker interface {
	Pick(ctx context.Context, req *onramp.Request) (*Node, error)
}
