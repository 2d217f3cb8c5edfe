package balancer

import (
	"context"
	"time"

	"github.com/onrampmesh/onramp"
)

// P2C returns the policy that draws two nodes and takes the cheaper one. It is
// the client's default. A node costs
//
//	latency x (1 + in-flight/weight) x (1 + 9 x failing)
//
// with the weight relative to the mean of the set.
//
// Latency is a peak-sensitive average, as Finagle's peak EWMA: a slower answer
// replaces it at once, a faster one pulls it down with a time constant of 10 s.
// Latencies within a quarter of each other count as equal, so that noise does not
// send all calls of a quiet client to one node. A node without answers is taken to
// be as fast as the one it is compared with, and its in-flight calls decide.
//
// Failing is 0..1 and moves an eighth of the way to 1 with each failed attempt
// and a sixteenth to 0 with each answer. A failure never lowers the latency, and
// a failing node is charged for at least its share of the other's in-flight
// calls: an endpoint that fails at once has none, and would attract all calls.
//
// Both estimates fade without news, over 10 s or, when the latest attempts failed,
// over 2 s, down to the other node's latency and to no failures. So a node that
// was slow or failing once is tried again within that time, by the few calls that its in-flight count admits before the first
// answer. What time it is comes from req.Attempt.Start (or req.Started), and from
// Outcome.At in Node.Done; Pick asks the clock only when neither is set.
//
// With different weights both nodes are drawn by weight, and may be the same one:
// then it is kept unless another one, drawn at random, costs less than half.
func P2C(opts ...Option) Policy { return &p2c{configure(opts)} }

type p2c struct{ options }

func (*p2c) Name() string { return "p2c" }

func (p *p2c) Build(nodes []*Node) Picker {
	return build(nodes, func(group []*Node) Picker {
		pick := &p2cPicker{seats: make([]seat, len(group)), nodes: group, random: p.random}
		w, equal := weights(group)
		if !equal {
			pick.table = newAlias(w)
		}
		m := mean(w)
		for i, n := range group {
			pick.seats[i] = seat{n, m / float64(w[i])}
		}
		return pick
	})
}

func mean(weights []uint32) float64 {
	var total float64
	for _, w := range weights {
		total += float64(w)
	}
	return total / float64(len(weights))
}

// p2cPicker is immutable but for the source.
type p2cPicker struct {
	seats  []seat
	nodes  []*Node // the same, for fresh
	table  alias   // nil when the weights are equal
	random *source
}

func (p *p2cPicker) Pick(_ context.Context, req *onramp.Request) (*Node, error) {
	now := pickTime(req)
	switch {
	case len(req.Attempt.Tried) > 0:
		return p.again(req, now), nil
	case p.table != nil:
		return p.weighted(now), nil
	}
	i, j := distinct(p.random.next(), len(p.seats))
	return p.cheaper(i, j, now), nil
}

// distinct returns two different indices below n, in random order.
func distinct(bits uint64, n int) (i, j int) {
	i, j = below(uint32(bits), n), below(uint32(bits>>32), n-1)
	if j >= i {
		j++
	}
	return i, j
}

// pickTime is the attempt's own time stamp.
func pickTime(req *onramp.Request) int64 {
	t := req.Attempt.Start
	if t.IsZero() {
		if t = req.Started(); t.IsZero() {
			t = time.Now()
		}
	}
	return sinceEpoch(t)
}

// cheaper returns node i unless j costs less.
func (p *p2cPicker) cheaper(i, j int, now int64) *Node {
	i += (j - i) * cheaper(&p.seats[i], &p.seats[j], now, 1)
	return p.seats[i].node
}

// weighted draws by weight.
func (p *p2cPicker) weighted(now int64) *Node {
	bits := p.random.next()
	more := mix(bits)
	i, j := p.table.draw(bits), p.table.draw(more)
	if i != j {
		return p.cheaper(i, j, now)
	}
	if j = below(uint32(mix(more)), len(p.seats)-1); j >= i {
		j++
	}
	i += (j - i) * cheaper(&p.seats[i], &p.seats[j], now, 2)
	return p.seats[i].node
}

// again picks for a call whose earlier attempts failed: among the nodes that they
// did not use, or among all when there are no others.
func (p *p2cPicker) again(req *onramp.Request, now int64) *Node {
	i, j := distinct(p.random.next(), len(p.seats))
	a := fresh(req, p.nodes, i, -1)
	if a < 0 {
		return p.cheaper(i, j, now)
	}
	b := fresh(req, p.nodes, j, a)
	if b < 0 {
		return p.nodes[a]
	}
	return p.cheaper(a, b, now)
}
