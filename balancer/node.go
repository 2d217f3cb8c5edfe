package balancer

import "github.com/onrampmesh/onramp"

// Node is one endpoint inside a cluster, with the statistics that pickers read.
// It outlives pickers. Its methods may run at the same time.
type Node struct {
	// Endpoint is immutable.
	Endpoint onramp.Endpoint
	// Handle is the cluster's own value for this node, set once before the first Build.
	Handle any
}

// NewNode returns a node without history.
func NewNode(ep onramp.Endpoint) *Node { return &Node{Endpoint: ep} }

// Begin counts an attempt that was sent to this node.
func (n *Node) Begin() {}

// Done ends an attempt that Begin counted.
func (n *Node) Done(o onramp.Outcome) {}

// InFlight returns the attempts between Begin and Done.
func (n *Node) InFlight() int { return 0 }
