package balancer

import (
	"time"

	"github.com/onrampmesh/onramp"
)

// Node is one endpoint inside a cluster, with the statistics that pickers read.
// It outlives pickers. Its methods may run at the same time. Make it with
// NewNode and do not copy it.
type Node struct {
	// The statistics come first and fill a cache line of their own, so that
	// counting a call does not disturb those who read the endpoint.
	stats stats

	// Endpoint is immutable.
	Endpoint onramp.Endpoint
	// Handle is the cluster's own value for this node, set once before the first Build.
	Handle any

	_ [16]byte // to a multiple of 64 bytes
}

// NewNode returns a node without history.
func NewNode(ep onramp.Endpoint) *Node {
	n := &Node{Endpoint: ep}
	n.stats.forgive()
	return n
}

// Begin counts an attempt that was sent to this node.
func (n *Node) Begin() { n.stats.inflight.Add(1) }

// Done ends an attempt that Begin counted and learns from how it ended.
//
// A Latency of zero is no sample: give that for calls that have no answer to
// time, one-way calls and streams. When At is zero, Done asks the clock.
func (n *Node) Done(o onramp.Outcome) {
	n.stats.inflight.Add(-1)
	at := o.At
	if at.IsZero() {
		at = time.Now()
	}
	n.stats.learn(o, sinceEpoch(at))
}

// InFlight returns the attempts between Begin and Done.
func (n *Node) InFlight() int { return int(n.stats.inflight.Load()) }

// Latency returns the node's latency estimate as of the last answer, or 0 when
// there was none yet. P2C says how it is made.
func (n *Node) Latency() time.Duration { return time.Duration(n.stats.latency.load()) }

// Failing returns how much the latest attempts failed, as of the last one: 0 is
// not at all, 1 is all of them.
func (n *Node) Failing() float64 { return n.stats.failing.load() }

// weight returns the endpoint's weight, which is at least 1.
func (n *Node) weight() uint32 { return max(n.Endpoint.Weight, 1) }

// Forgive forgets the estimates of latency and failures. The cluster calls it
// when a probe has shown that the endpoint is well again: what it was like before
// says nothing then, and would keep calls away for ten seconds.
func (n *Node) Forgive() { n.stats.forgive() }
