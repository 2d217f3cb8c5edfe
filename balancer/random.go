package balancer

import (
	"context"

	"github.com/onrampmesh/onramp"
)

// Random returns the policy that draws every attempt's node in proportion to the
// endpoints' weights, and looks at nothing else.
func Random(opts ...Option) Policy { return &random{configure(opts)} }

type random struct{ options }

func (*random) Name() string { return "random" }

func (p *random) Build(nodes []*Node) Picker {
	return build(nodes, func(group []*Node) Picker {
		pick := &randomPicker{nodes: group, random: p.random}
		if w, equal := weights(group); !equal {
			pick.table = newAlias(w)
		}
		return pick
	})
}

// randomPicker is immutable but for the source.
type randomPicker struct {
	nodes  []*Node
	table  alias // nil when the weights are equal
	random *source
}

func (p *randomPicker) Pick(_ context.Context, req *onramp.Request) (*Node, error) {
	n := p.nodes[p.draw()]
	if len(req.Attempt.Tried) > 0 {
		return p.again(req, n), nil
	}
	return n, nil
}

func (p *randomPicker) draw() int {
	bits := p.random.next()
	if p.table == nil {
		return below(uint32(bits>>32), len(p.nodes))
	}
	return p.table.draw(bits)
}

// redraws is how often a weighted draw is repeated before the next node that was
// not tried is taken in order.
const redraws = 4

// again looks for a node that was not tried; first is the answer when there is none.
func (p *randomPicker) again(req *onramp.Request, first *Node) *Node {
	for n, i := first, 0; i <= redraws; i++ {
		if !tried(req, n) {
			return n
		}
		n = p.nodes[p.draw()]
	}
	if i := fresh(req, p.nodes, below(uint32(p.random.next()), len(p.nodes)), -1); i >= 0 {
		return p.nodes[i]
	}
	return first
}
