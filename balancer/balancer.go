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
// Policy may serve several clusters. Test one of your own with onramptest.TestPolicy.
type Policy interface {
	// Name is the algorithm's name, "p2c". It does not change.
	Name() string
	// Build makes a Picker over nodes, which holds at least one; nobody changes the
	// slice afterwards, and neither does Build. The cluster has decided who is in, so
	// that every node of the lowest priority is to be used, whatever its Health says.
	//
	// Nodes keep their statistics from build to build. Each Picker begins at another
	// place, so that many clients do not load the first node. Nobody closes a Picker:
	// it has no goroutine.
	Build(nodes []*Node) Picker
}

// Picker chooses among the nodes it was built with. Many goroutines Pick at
// once: it takes no lock, does not wait and allocates nothing. It changes neither
// req nor the nodes (the cluster calls Begin and Done), and keeps nothing of ctx
// and req. Nodes in req.Attempt.Tried are avoided when there are others of the
// same priority; when all were tried, one of them is picked again.
//
// A Picker that was built without nodes returns an *onramp.Error, Unavailable
// and Local; that is the only error of the pickers in this package.
type Picker interface {
	Pick(ctx context.Context, req *onramp.Request) (*Node, error)
}
