package onramptest_test

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/balancer"
	"github.com/onrampmesh/onramp/onramptest"
)

// pickFunc is a picker in one function.
type pickFunc func(ctx context.Context, req *onramp.Request) (*balancer.Node, error)

func (f pickFunc) Pick(ctx context.Context, req *onramp.Request) (*balancer.Node, error) {
	return f(ctx, req)
}

// buildFunc builds with the help of a good policy.
type buildFunc func(good balancer.Policy, nodes []*balancer.Node) balancer.Picker

// bent is a good policy with another Build.
type bent struct {
	balancer.Policy
	build buildFunc
}

func (b bent) Build(nodes []*balancer.Node) balancer.Picker { return b.build(b.Policy, nodes) }

// bend tests the random policy with another Build.
func bend(build buildFunc) func(*testing.T) {
	return bendThat(func(seed uint64) balancer.Policy { return balancer.Random(balancer.Seed(seed)) }, onramptest.PolicySuite{}, build)
}

func bendThat(good func(seed uint64) balancer.Policy, c onramptest.PolicySuite, build buildFunc) func(*testing.T) {
	return func(t *testing.T) {
		c.New = func(seed uint64) balancer.Policy { return bent{good(seed), build} }
		onramptest.TestPolicy(t, c)
	}
}

// bendPick tests the random policy with another Pick.
func bendPick(pick func(good balancer.Picker, nodes []*balancer.Node, ctx context.Context, req *onramp.Request) (*balancer.Node, error)) func(*testing.T) {
	return bend(func(good balancer.Policy, nodes []*balancer.Node) balancer.Picker {
		picker := good.Build(nodes)
		return pickFunc(func(ctx context.Context, req *onramp.Request) (*balancer.Node, error) {
			return pick(picker, nodes, ctx, req)
		})
	})
}

// redescribed builds over nodes whose endpoints are described otherwise, and
// returns the true ones.
func redescribed(good balancer.Policy, nodes []*balancer.Node, change func(*onramp.Endpoint)) balancer.Picker {
	var others []*balancer.Node
	same := map[*balancer.Node]*balancer.Node{nil: nil}
	for _, n := range nodes {
		ep := n.Endpoint
		change(&ep)
		other := balancer.NewNode(ep)
		others, same[other] = append(others, other), n
	}
	picker := good.Build(others)
	return pickFunc(func(ctx context.Context, req *onramp.Request) (*balancer.Node, error) {
		n, err := picker.Pick(ctx, req)
		return same[n], err
	})
}

func TestPolicyRejectsPoliciesThatPickWrongNodes(t *testing.T) {
	rejects(t,
		broken{name: "changes its name", fails: []string{"the policy has a name that stays the same"}, says: `it was "random", after a Build "random!"`,
			run: func(t *testing.T) {
				onramptest.TestPolicy(t, onramptest.PolicySuite{New: func(seed uint64) balancer.Policy { return &renamed{Policy: balancer.Random(balancer.Seed(seed))} }})
			}},
		broken{name: "returns copies of nodes", fails: []string{"a picker returns only nodes it was built with"}, says: "returned one that is none of them",
			run: bend(func(good balancer.Policy, nodes []*balancer.Node) balancer.Picker {
				picker, copies := good.Build(nodes), map[*balancer.Node]*balancer.Node{}
				for _, n := range nodes {
					copies[n] = balancer.NewNode(n.Endpoint)
				}
				return pickFunc(func(ctx context.Context, req *onramp.Request) (*balancer.Node, error) {
					n, err := picker.Pick(ctx, req)
					if n != nil && len(req.Attempt.Tried) > 0 {
						n = copies[n]
					}
					return n, err
				})
			})},
		broken{name: "returns nothing without nodes", fails: []string{"a picker without nodes returns Unavailable and Local"}, says: "Pick returned <nil> and the error <nil>",
			run: bend(func(good balancer.Policy, nodes []*balancer.Node) balancer.Picker {
				if len(nodes) == 0 {
					return pickFunc(func(context.Context, *onramp.Request) (*balancer.Node, error) { return nil, nil })
				}
				return good.Build(nodes)
			})},
		broken{name: "keeps its nodes in the policy", fails: []string{"pickers of one policy know nothing of each other"}, says: "built pickers of three clusters",
			run: func(t *testing.T) {
				onramptest.TestPolicy(t, onramptest.PolicySuite{New: func(seed uint64) balancer.Policy { return &shared{Policy: balancer.Random(balancer.Seed(seed))} }})
			}},
		broken{name: "uses every priority", fails: []string{"only endpoints of the lowest priority are used"}, says: "have the priorities 2, 7, 1, 1 and 2",
			run: bend(func(good balancer.Policy, nodes []*balancer.Node) balancer.Picker {
				return redescribed(good, nodes, func(ep *onramp.Endpoint) { ep.Priority = 0 })
			})},
		broken{name: "avoids endpoints that are not healthy", fails: []string{"endpoints are used whatever their health"}, says: "[1 3 0] (2 is Draining, 3 Unhealthy)",
			run: bend(func(good balancer.Policy, nodes []*balancer.Node) balancer.Picker {
				healthy := slices.DeleteFunc(slices.Clone(nodes), func(n *balancer.Node) bool { return n.Endpoint.Health > onramp.Healthy })
				if len(healthy) == 0 {
					healthy = nodes
				}
				return good.Build(healthy)
			})},
	)
}

func TestPolicyRejectsPoliciesThatRetryWrongly(t *testing.T) {
	avoided := []string{"endpoints already tried are avoided"}
	nobody, blank := errors.New("nobody is left"), new(onramp.Request)
	rejects(t,
		broken{name: "does not look at what was tried", fails: avoided, says: "endpoints were tried",
			run: bendPick(func(good balancer.Picker, _ []*balancer.Node, ctx context.Context, req *onramp.Request) (*balancer.Node, error) {
				if len(req.Attempt.Tried) > 0 {
					req = blank
				}
				return good.Pick(ctx, req)
			})},
		broken{name: "compares what was tried with addresses", fails: avoided, says: "and Pick returned id-",
			run: bend(func(good balancer.Policy, nodes []*balancer.Node) balancer.Picker {
				return redescribed(good, nodes, func(ep *onramp.Endpoint) { ep.ID = "" })
			})},
		broken{name: "fails when all were tried", fails: []string{"when all endpoints were tried one is picked again"}, says: "all 1 endpoints were tried, and Pick returned no node and the error nobody is left",
			run: bendPick(func(good balancer.Picker, nodes []*balancer.Node, ctx context.Context, req *onramp.Request) (*balancer.Node, error) {
				n, err := good.Pick(ctx, req)
				if n != nil && slices.Contains(req.Attempt.Tried, n.Endpoint.Key()) {
					return nil, nobody
				}
				return n, err
			})},
		broken{name: "sends every retry to the first endpoint that is left", fails: []string{"a retry reaches every endpoint that was not tried"}, says: "got none",
			run: bendPick(func(good balancer.Picker, nodes []*balancer.Node, ctx context.Context, req *onramp.Request) (*balancer.Node, error) {
				if len(req.Attempt.Tried) == 0 {
					return good.Pick(ctx, req)
				}
				for _, n := range nodes {
					if !slices.Contains(req.Attempt.Tried, n.Endpoint.Key()) {
						return n, nil
					}
				}
				return good.Pick(ctx, req)
			})},
	)
}

func TestPolicyRejectsPoliciesWithWrongShares(t *testing.T) {
	equal, weighted, large := "equal endpoints get equal shares", "endpoints get shares by their weights", "large weights are shares too"
	rejects(t,
		broken{name: "prefers the first endpoint", fails: []string{equal, weighted, "an endpoint that fails at once gets no more than its share"}, says: "are due to it",
			run: bend(func(good balancer.Policy, nodes []*balancer.Node) balancer.Picker {
				return redescribed(good, nodes, func(ep *onramp.Endpoint) {
					if ep.Weight = max(1, ep.Weight); strings.HasPrefix(ep.Addr, "node-0:") {
						ep.Weight *= 2
					}
				})
			})},
		broken{name: "ignores weights and does not say so", fails: []string{weighted, large}, says: "endpoints with the weights [0 1 2 5]",
			run: func(t *testing.T) {
				onramptest.TestPolicy(t, onramptest.PolicySuite{New: func(seed uint64) balancer.Policy { return balancer.RoundRobin(balancer.Seed(seed)) }})
			}},
		broken{name: "adds weights in 32 bits", fails: []string{large}, says: "endpoints with the weights [4294967295 2147483648",
			run: bend(func(good balancer.Policy, nodes []*balancer.Node) balancer.Picker {
				sum := uint32(0)
				for _, n := range nodes {
					sum += n.Endpoint.Weight
				}
				return redescribed(good, nodes, func(ep *onramp.Endpoint) {
					if ep.Weight > 0 {
						ep.Weight = max(1, min(sum, ep.Weight)) // each is cut to the sum, which is too small
					}
				})
			})},
		broken{name: "begins with the first endpoint", fails: []string{"pickers begin at different places"}, says: "the first call of 200",
			run: bend(func(_ balancer.Policy, nodes []*balancer.Node) balancer.Picker { return inTurn(nodes, 0) })},
		broken{name: "begins anew at each call of a client", fails: []string{"pickers begin at different places"}, says: "pickers that one policy built",
			run: func(t *testing.T) {
				onramptest.TestPolicy(t, onramptest.PolicySuite{New: func(seed uint64) balancer.Policy {
					return bent{balancer.Random(), func(_ balancer.Policy, nodes []*balancer.Node) balancer.Picker { return inTurn(nodes, seed) }}
				}})
			}},
	)
}

// inTurn is a good picker by turns and weights that begins at a given place.
func inTurn(nodes []*balancer.Node, start uint64) balancer.Picker {
	w := balancer.WeightedRoundRobin(balancer.Seed(1)).Build(nodes)
	if len(nodes) < 2 || nodes[0].Endpoint.Weight+nodes[1].Endpoint.Weight > 0 || nodes[0].Endpoint.Priority > 0 {
		return w
	}
	var turn atomic.Uint64
	turn.Store(start)
	return pickFunc(func(ctx context.Context, req *onramp.Request) (*balancer.Node, error) {
		if len(req.Attempt.Tried) > 0 {
			return w.Pick(ctx, req)
		}
		return nodes[(turn.Add(1)-1)%uint64(len(nodes))], nil
	})
}

// shared keeps the picker that was built last.
type shared struct {
	balancer.Policy
	last atomic.Pointer[balancer.Picker]
}

func (s *shared) Build(nodes []*balancer.Node) balancer.Picker {
	p := s.Policy.Build(nodes)
	s.last.Store(&p)
	return pickFunc(func(ctx context.Context, req *onramp.Request) (*balancer.Node, error) {
		return (*s.last.Load()).Pick(ctx, req)
	})
}

// renamed has another name once it has built.
type renamed struct {
	balancer.Policy
	built atomic.Bool
}

func (r *renamed) Name() string {
	if r.built.Load() {
		return r.Policy.Name() + "!"
	}
	return r.Policy.Name()
}

func (r *renamed) Build(nodes []*balancer.Node) balancer.Picker {
	r.built.Store(true)
	return r.Policy.Build(nodes)
}

func byWeight(a, b *balancer.Node) int { return cmp.Compare(a.Endpoint.Weight, b.Endpoint.Weight) }
