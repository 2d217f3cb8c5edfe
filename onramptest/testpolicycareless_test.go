package onramptest_test

import (
	"context"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/balancer"
	"github.com/onrampmesh/onramp/onramptest"
)

func TestPolicyRejectsPoliciesThatTouchWhatIsNotTheirs(t *testing.T) {
	statistics := []string{"the statistics of nodes are not touched"}
	rejects(t,
		broken{name: "sorts the slice it gets", fails: []string{"the slice that Build gets stays as it is"}, says: "after Build and 50 picks the node at index 0",
			run: bend(func(good balancer.Policy, nodes []*balancer.Node) balancer.Picker {
				slices.SortStableFunc(nodes, byWeight)
				return good.Build(nodes)
			})},
		broken{name: "appends to the slice it gets", fails: []string{"the slice that Build gets stays as it is"}, says: "behind the end of the slice",
			run: bend(func(good balancer.Policy, nodes []*balancer.Node) balancer.Picker {
				if len(nodes) > 0 {
					_ = append(nodes, nodes[0])
				}
				return good.Build(nodes)
			})},
		broken{name: "forgives in Build", fails: statistics, says: "latency 0s and failing 0.00",
			run: bend(func(good balancer.Policy, nodes []*balancer.Node) balancer.Picker {
				for _, n := range nodes {
					n.Forgive()
				}
				return good.Build(nodes)
			})},
		broken{name: "counts attempts itself", fails: statistics, says: "attempts in flight",
			run: bendPick(func(good balancer.Picker, _ []*balancer.Node, ctx context.Context, req *onramp.Request) (*balancer.Node, error) {
				n, err := good.Pick(ctx, req)
				if n != nil {
					n.Begin()
				}
				return n, err
			})},
		broken{name: "notes its choice in the request", fails: []string{"the request stays as it is"}, says: "Attempt.Tried was [node-0:1] in an array of 4",
			run: bendPick(func(good balancer.Picker, _ []*balancer.Node, ctx context.Context, req *onramp.Request) (*balancer.Node, error) {
				n, err := good.Pick(ctx, req)
				if n != nil && cap(req.Attempt.Tried) > len(req.Attempt.Tried) {
					req.Attempt.Tried = append(req.Attempt.Tried, n.Endpoint.Key())
				}
				return n, err
			})},
		broken{name: "remembers the request", fails: []string{"a pick keeps neither request nor context"}, says: "1 of 8 requests are still held",
			run: bend(func(good balancer.Policy, nodes []*balancer.Node) balancer.Picker {
				picker := good.Build(nodes)
				var last atomic.Pointer[onramp.Request]
				return pickFunc(func(ctx context.Context, req *onramp.Request) (*balancer.Node, error) {
					last.Store(req)
					return picker.Pick(ctx, req)
				})
			})},
		broken{name: "has a goroutine", says: "a goroutine is left after Build and 10 picks",
			fails: []string{"pickers have no goroutine", "a pick does not wait", "equal endpoints get equal shares", "endpoints get shares by their weights", "large weights are shares too", "an endpoint that fails at once gets no more than its share"},
			run: bend(func(good balancer.Policy, nodes []*balancer.Node) balancer.Picker {
				go func() { select {} }()
				return good.Build(nodes)
			})},
	)
}

func TestPolicyRejectsPoliciesThatOneGoroutineMayUse(t *testing.T) {
	claims := onramptest.PolicySuite{IgnoresWeights: true, IgnoresPriority: true}
	rejects(t,
		broken{name: "counts turns without an atomic", fails: []string{"many goroutines pick while others build"}, alone: true, says: "index out of range",
			run: bendThat(func(seed uint64) balancer.Policy { return balancer.RoundRobin(balancer.Seed(seed)) }, claims, func(good balancer.Policy, nodes []*balancer.Node) balancer.Picker {
				picker, turn := good.Build(nodes), rand.IntN(len(nodes)+1)
				return pickFunc(func(ctx context.Context, req *onramp.Request) (*balancer.Node, error) {
					if len(nodes) == 0 || len(req.Attempt.Tried) > 0 {
						return picker.Pick(ctx, req)
					}
					mine := turn + 1
					turn = mine
					for range 20 { // another processor may do at any time what this does
						runtime.Gosched()
					}
					if turn != mine {
						return nodes[mine+len(nodes)], nil
					}
					turn = mine % len(nodes)
					return nodes[turn], nil
				})
			})},
	)
}

func TestPolicyRejectsPoliciesThatCostTooMuch(t *testing.T) {
	rejects(t,
		broken{name: "waits for an endpoint that is not busy", fails: []string{"a pick does not wait"}, says: "took 100ms for a pick",
			run: bendPick(func(good balancer.Picker, nodes []*balancer.Node, ctx context.Context, req *onramp.Request) (*balancer.Node, error) {
				if len(nodes) > 0 && nodes[0].InFlight() >= 1000 {
					time.Sleep(100 * time.Millisecond)
				}
				return good.Pick(ctx, req)
			})},
		broken{name: "waits until the call ends", fails: []string{"a pick does not wait"}, says: "it takes no lock, does not wait",
			run: bend(func(good balancer.Policy, nodes []*balancer.Node) balancer.Picker {
				if len(nodes) != 1 {
					return good.Build(nodes)
				}
				return pickFunc(func(ctx context.Context, req *onramp.Request) (*balancer.Node, error) {
					if nodes[0].InFlight() > 0 {
						<-ctx.Done()
					}
					return nodes[0], nil
				})
			})},
		broken{name: "allocates", fails: []string{"a pick allocates nothing"}, says: "of which [] was tried, allocates 1 times",
			run: bendPick(func(good balancer.Picker, nodes []*balancer.Node, ctx context.Context, req *onramp.Request) (*balancer.Node, error) {
				return good.Pick(ctx, req.Clone())
			})},
		broken{name: "takes a lock", fails: []string{"a pick takes no lock"}, says: "wait for a lock, released at",
			run: bend(func(good balancer.Policy, nodes []*balancer.Node) balancer.Picker {
				picker := good.Build(nodes)
				var mu sync.Mutex
				return pickFunc(func(ctx context.Context, req *onramp.Request) (*balancer.Node, error) {
					mu.Lock()
					defer mu.Unlock()
					return picker.Pick(ctx, req)
				})
			})},
		broken{name: "looks at every node", fails: []string{"a pick costs about the same at 1000 endpoints as at 3"}, says: "best of three tries",
			run: bendPick(func(good balancer.Picker, nodes []*balancer.Node, ctx context.Context, req *onramp.Request) (*balancer.Node, error) {
				least := time.Hour
				for _, n := range nodes {
					least = min(least, n.Latency()*time.Duration(1+n.InFlight()))
				}
				if least < 0 {
					return nil, nil
				}
				return good.Pick(ctx, req)
			})},
	)
}

func TestPolicyRejectsClaimsThatAreNotKept(t *testing.T) {
	load := onramptest.PolicySuite{Load: true}
	seeded := func(seed uint64) balancer.Policy { return balancer.P2C(balancer.Seed(seed)) }
	rejects(t,
		broken{name: "looks at in-flight calls alone", fails: []string{"an endpoint that fails at once gets no more than its share"}, says: "one of four endpoints fails at once",
			run: bendPick(func(good balancer.Picker, nodes []*balancer.Node, ctx context.Context, req *onramp.Request) (*balancer.Node, error) {
				a, err := good.Pick(ctx, req)
				if len(req.Attempt.Tried) > 0 || err != nil {
					return a, err
				}
				if b, _ := good.Pick(ctx, req); b.InFlight() < a.InFlight() {
					return b, nil
				}
				return a, nil
			})},
		broken{name: "claims load and does not look at it", fails: []string{"a slow endpoint gets fewer calls"}, says: "want less than half of a fair share",
			run: func(t *testing.T) {
				onramptest.TestPolicy(t, onramptest.PolicySuite{New: func(seed uint64) balancer.Policy { return balancer.Random(balancer.Seed(seed)) }, Load: true})
			}},
		broken{name: "never tries a slow endpoint again", fails: []string{"an endpoint that is well again gets calls again"}, says: "15 s after it is as fast as the others",
			run: bendThat(seeded, load, func(good balancer.Policy, nodes []*balancer.Node) balancer.Picker {
				picker := good.Build(nodes)
				return pickFunc(func(ctx context.Context, req *onramp.Request) (*balancer.Node, error) {
					n, err := picker.Pick(ctx, req)
					for range 20 {
						if n == nil || n.Latency() < 50*time.Millisecond || len(req.Attempt.Tried) > 0 {
							break
						}
						n, err = picker.Pick(ctx, req)
					}
					return n, err
				})
			})},
		broken{name: "hashes onto an index", fails: []string{"most keys keep their endpoint when another one leaves", "calls with one key go to one endpoint"}, says: "keys that were not its own moved too",
			run: bendThat(func(uint64) balancer.Policy { return Ring{} }, onramptest.PolicySuite{Key: true, Tolerance: 0.3}, func(good balancer.Policy, nodes []*balancer.Node) balancer.Picker {
				ring := good.Build(nodes)
				return pickFunc(func(ctx context.Context, req *onramp.Request) (*balancer.Node, error) {
					if len(nodes) < 6 || req.Route.Key == "" || len(req.Attempt.Tried) > 0 {
						return ring.Pick(ctx, req)
					}
					return nodes[hash(req.Route.Key, 0)%uint64(len(nodes))], nil
				})
			})},
		broken{name: "hashes the empty key", fails: []string{"calls without a key are spread"}, says: "of 400 calls without a key",
			run: bendThat(func(uint64) balancer.Policy { return Ring{} }, onramptest.PolicySuite{Key: true, Tolerance: 0.3}, func(good balancer.Policy, nodes []*balancer.Node) balancer.Picker {
				ring := good.Build(nodes)
				return pickFunc(func(ctx context.Context, req *onramp.Request) (*balancer.Node, error) {
					if req.Route.Key == "" && len(nodes) > 0 {
						return nodes[0], nil
					}
					return ring.Pick(ctx, req)
				})
			})},
	)
}
