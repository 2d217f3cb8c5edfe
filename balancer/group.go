package balancer

import (
	"context"
	"errors"
	"slices"

	"github.com/onrampmesh/onramp"
)

// build makes the picker of the nodes with the lowest priority; many is called
// when there are at least two of them. The slice it gets is its own.
func build(nodes []*Node, many func([]*Node) Picker) Picker {
	group := lowest(nodes)
	switch len(group) {
	case 0:
		return none{}
	case 1:
		return only{group[0]}
	}
	return many(group)
}

// lowest returns the nodes of the lowest priority that has any.
func lowest(nodes []*Node) []*Node {
	var group []*Node
	for _, n := range nodes {
		if len(group) > 0 && n.Endpoint.Priority < group[0].Endpoint.Priority {
			group = group[:0]
		}
		if len(group) == 0 || n.Endpoint.Priority == group[0].Endpoint.Priority {
			group = append(group, n)
		}
	}
	return slices.Clip(group)
}

// only is the picker over one node: there is nothing to choose.
type only struct{ node *Node }

func (p only) Pick(context.Context, *onramp.Request) (*Node, error) { return p.node, nil }

// none is the picker over no node.
type none struct{}

var errNoNodes = errors.New("balancer: the picker was built without endpoints: wait for discovery to find one, or check what it is asked for")

func (none) Pick(_ context.Context, req *onramp.Request) (*Node, error) {
	return nil, &onramp.Error{Code: onramp.Unavailable, Origin: onramp.Local, Target: req.Target(), Err: errNoNodes}
}

// tried reports whether an earlier attempt of the call used this node.
func tried(req *onramp.Request, n *Node) bool {
	return slices.Contains(req.Attempt.Tried, n.Endpoint.Key())
}

// fresh returns the first node from index start on, around the end, that no
// earlier attempt used and that is not except, or -1.
func fresh(req *onramp.Request, nodes []*Node, start, except int) int {
	for i := range nodes {
		at := start + i
		if at >= len(nodes) {
			at -= len(nodes)
		}
		if at != except && !tried(req, nodes[at]) {
			return at
		}
	}
	return -1
}

// weights returns the weights of nodes and whether they are all the same.
func weights(nodes []*Node) (w []uint32, equal bool) {
	w, equal = make([]uint32, len(nodes)), true
	for i, n := range nodes {
		w[i] = n.weight()
		equal = equal && w[i] == w[0]
	}
	return w, equal
}
