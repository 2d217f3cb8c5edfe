// Package balancer picks the endpoint of an attempt.
//
// On the path of a call a Picker stands behind the service's breaker and before
// the endpoint's gate: internal/cluster loads it with one atomic load and calls
// Pick, then Node.Begin, and Node.Done when the attempt has ended. When
// discovery or health changes, the cluster builds a new Picker by Policy.Build
// and swaps it in. This package calls nobody.
//
// The policies are P2C (the default of the client), RoundRobin,
// WeightedRoundRobin and Random. All of them use only the endpoints with the
// lowest Priority among those they are given, take a Weight of 0 as 1, and avoid
// the endpoints that earlier attempts of the call have tried.
package balancer

import (
	"context"

	"github.com/onrampmesh/onramp"
)

// Policy is a balancing algorithm. Its methods may run at the same time, and one
// Policy may serve several clusters.
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
//
// A Picker that was built without nodes returns an *onramp.Error, Unavailable
// and Local; that is the only error of the pickers in this package.
type Picker interface {
	Pick(ctx context.Context, req *onramp.Request) (*Node, error)
}
