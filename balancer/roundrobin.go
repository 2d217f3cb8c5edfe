package balancer

import (
	"context"
	"sync/atomic"

	"github.com/onrampmesh/onramp"
)

// RoundRobin returns the policy that gives every node its turn and ignores
// weights. Each picker begins at a random place, so that many clients, or one
// client whose endpoints change often, do not load the first node.
func RoundRobin(opts ...Option) Policy { return &roundRobin{configure(opts)} }

type roundRobin struct{ options }

func (*roundRobin) Name() string { return "round-robin" }

func (p *roundRobin) Build(nodes []*Node) Picker {
	return build(nodes, func(group []*Node) Picker { return newCycle(group, group, p.random) })
}

// cycle picks by a fixed schedule, again and again. Everything but the turn is
// immutable; the turn has a cache line of its own, away from what every pick reads.
type cycle struct {
	schedule []*Node
	nodes    []*Node
	_        [64]byte
	turn     atomic.Uint64
	_        [56]byte
}

func newCycle(schedule, nodes []*Node, random *source) *cycle {
	c := &cycle{schedule: schedule, nodes: nodes}
	c.turn.Store(random.next() >> 1) // far from the end of the range
	return c
}

func (c *cycle) Pick(_ context.Context, req *onramp.Request) (*Node, error) {
	turn := c.turn.Add(1)
	n := c.at(turn)
	if len(req.Attempt.Tried) > 0 {
		return c.again(req, n, turn), nil
	}
	return n, nil
}

func (c *cycle) at(turn uint64) *Node { return c.schedule[turn%uint64(len(c.schedule))] }

// again looks for a node that was not tried, a few turns ahead and then in order;
// first is the answer when there is none. The turn itself moves by one only, so
// that a retry does not cost the others their place.
func (c *cycle) again(req *onramp.Request, first *Node, turn uint64) *Node {
	for i := range uint64(redraws + 1) {
		if n := c.at(turn + i); !tried(req, n) {
			return n
		}
	}
	if i := fresh(req, c.nodes, int(turn%uint64(len(c.nodes))), -1); i >= 0 {
		return c.nodes[i]
	}
	return first
}
