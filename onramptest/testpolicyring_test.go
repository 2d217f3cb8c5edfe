package onramptest_test

import (
	"cmp"
	"context"
	"errors"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/balancer"
	"github.com/onrampmesh/onramp/onramptest"
)

// Ring is your policy: consistent hashing by Route.Key.
type Ring struct{}

// Name implements balancer.Policy.
func (Ring) Name() string { return "ring" }

// Build puts every node of the lowest priority on the ring, more often with more
// weight.
func (Ring) Build(nodes []*balancer.Node) balancer.Picker {
	if len(nodes) == 0 {
		return ring{}
	}
	r := ring{nodes: slices.Clone(nodes)}
	lowest := slices.MinFunc(nodes, byPriority)
	r.nodes = slices.DeleteFunc(r.nodes, func(n *balancer.Node) bool { return byPriority(n, lowest) > 0 })
	heaviest := slices.MaxFunc(r.nodes, func(a, b *balancer.Node) int { return cmp.Compare(weight(a), weight(b)) })
	for _, n := range r.nodes {
		for i := range max(1, 1000*weight(n)/weight(heaviest)) {
			r.points = append(r.points, point{hash(n.Endpoint.Key(), i), n})
		}
	}
	slices.SortFunc(r.points, func(a, b point) int { return cmp.Compare(a.at, b.at) })
	return r
}

func byPriority(a, b *balancer.Node) int {
	return cmp.Compare(a.Endpoint.Priority, b.Endpoint.Priority)
}

func weight(n *balancer.Node) uint64 { return uint64(max(1, n.Endpoint.Weight)) }

type point struct {
	at   uint64
	node *balancer.Node
}

type ring struct {
	nodes  []*balancer.Node
	points []point
}

// Pick implements balancer.Picker.
func (r ring) Pick(_ context.Context, req *onramp.Request) (*balancer.Node, error) {
	if len(r.points) == 0 {
		return nil, &onramp.Error{Code: onramp.Unavailable, Origin: onramp.Local, Target: req.Target(), Err: errors.New("the ring is empty")}
	}
	at := rand.Uint64()
	if req.Route.Key != "" {
		at = hash(req.Route.Key, 0)
	}
	start, _ := slices.BinarySearchFunc(r.points, at, func(p point, at uint64) int { return cmp.Compare(p.at, at) })
	for i := range r.points {
		n := r.points[(start+i)%len(r.points)].node
		if len(req.Attempt.Tried) == 0 || !slices.Contains(req.Attempt.Tried, n.Endpoint.Key()) {
			return n, nil
		}
	}
	return r.nodes[0], nil // all of them were tried
}

func hash(s string, i uint64) uint64 {
	h := fnv.New64a()
	_, _ = h.Write(strconv.AppendUint([]byte(s), i, 16))
	x := h.Sum64()
	x = (x ^ x>>33) * 0xff51afd7ed558ccd
	return x ^ x>>33
}

// ExampleTestPolicy shows the same to authors.
func TestRing(t *testing.T) {
	onramptest.TestPolicy(t, onramptest.PolicySuite{
		New:       func(uint64) balancer.Policy { return Ring{} },
		Key:       true,
		Tolerance: 0.3,
	})
}
