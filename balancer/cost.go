package balancer

import (
	"math"
	"math/bits"
)

const (
	// failureCost makes a node that only fails as costly as one that is ten times slower.
	failureCost = 9
	// alike is the ratio up to which two latencies count as equal.
	alike = 1.25
)

// seat is a node's place in a P2C picker.
type seat struct {
	node *Node
	// perWeight is mean/weight; a node's load is in-flight x perWeight.
	perWeight float64
}

// cheaper returns 1 when b costs less than a by more than the factor margin, else
// 0. Which one does is a coin toss for the processor, so this function does not
// branch on it; neither does whoever uses the result as a number.
func cheaper(a, b *seat, now int64, margin float64) int {
	ca, cb := costs(a, b, now)
	// Positive floats compare like their bits do.
	_, less := bits.Sub64(math.Float64bits(cb*margin), math.Float64bits(ca), 0)
	return int(less)
}

// costs compares two nodes. A cost has a meaning only beside the other one.
func costs(a, b *seat, now int64) (ca, cb float64) {
	x, y := &a.node.stats, &b.node.stats
	tx, ty := x.trust(now), y.trust(now)
	lx, ly := latencies(x, y, tx, ty)
	ix, iy := float64(x.inflight.Load())*a.perWeight, float64(y.inflight.Load())*b.perWeight
	fx, fy := x.failing.load(), y.failing.load()
	if fx+fy == 0 {
		return lx * (1 + ix), ly * (1 + iy)
	}
	fx, fy = fx*tx, fy*ty
	ca = lx * (1 + max(ix, fx*iy)) * (1 + failureCost*fx)
	cb = ly * (1 + max(iy, fy*ix)) * (1 + failureCost*fy)
	return ca, cb
}

// latencies returns what to take for the latencies of two nodes: for the slower
// one what is between its own and that of the faster one, by how much it is trusted.
func latencies(x, y *stats, tx, ty float64) (lx, ly float64) {
	lx, ly = x.latency.load(), y.latency.load()
	fast := min(lx, ly)
	if fast == 0 { // one of them has no history
		return 1, 1
	}
	equal := alike * fast
	return max(equal, fast+(lx-fast)*tx), max(equal, fast+(ly-fast)*ty)
}
