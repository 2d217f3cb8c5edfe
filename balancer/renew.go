package balancer

import "github.com/onrampmesh/onramp"

// Renew returns a node for a newer description of the same endpoint (weight,
// health, labels), with n's estimates and Handle. Attempts under way stay counted
// at n, which gets their Done.
func (n *Node) Renew(ep onramp.Endpoint) *Node {
	r := NewNode(ep)
	r.Handle = n.Handle
	r.stats.latency.store(n.stats.latency.load())
	r.stats.failing.store(n.stats.failing.load())
	r.stats.stamp.Store(n.stats.stamp.Load())
	r.stats.fade.store(n.stats.fade.load())
	return r
}
