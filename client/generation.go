package client

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/onrampmesh/onramp/feature"
	"github.com/onrampmesh/onramp/internal/stripe"
	"github.com/onrampmesh/onramp/policy"
)

// generation is the time of one plan and policy of a service: the pipelines of
// all its methods were built under them. A new plan or policy makes a new one,
// and the old one drains: it ends when the last of its calls did.
type generation struct {
	service *service
	plan    *feature.Plan
	policy  *policy.Service
	lanes   []*laneHop

	retired atomic.Bool
	once    sync.Once
	drained chan struct{}

	flight [stripe.N]flight
}

// flight counts calls, on a cache line of its own.
type flight struct {
	n atomic.Int64
	_ [120]byte
}

func (s *service) generation(plan *feature.Plan, pol *policy.Service) *generation {
	return &generation{service: s, plan: plan, policy: pol, drained: make(chan struct{})}
}

// enter counts a call in and returns the pipelines it keeps for life.
//
// A swap may come between loading the pointer and counting. The second load
// finds that out: when it still sees p, the count came before the swap, and
// whoever retires p's generation after the swap sees the count.
func (m *method) enter(slot uint32) *pipelines {
	for {
		p := m.current.Load()
		p.gen.flight[slot].n.Add(1)
		if m.current.Load() == p {
			return p
		}
		p.gen.leave(slot)
	}
}

// leave counts a call out. The last one of a retired generation ends it.
func (g *generation) leave(slot uint32) {
	g.flight[slot].n.Add(-1)
	if g.retired.Load() {
		g.settle()
	}
}

// retire is called once no method leads here any more, without any lock held.
func (g *generation) retire() {
	g.retired.Store(true)
	g.settle()
}

// settle ends a retired generation without calls. Each stripe is at rest once it
// was seen at zero: nobody stays in a retired generation who was not in it.
func (g *generation) settle() {
	if g.inFlight() != 0 {
		return
	}
	g.once.Do(func() {
		close(g.drained)
		g.service.client.release(g)
	})
}

func (g *generation) inFlight() int {
	n := int64(0)
	for i := range g.flight {
		n += g.flight[i].n.Load()
	}
	return int(n)
}

// hop returns where the calls of a set go. It runs under the client's lock.
func (g *generation) hop(set *feature.Set) (hop, error) {
	s := g.service
	if set.Lane == nil {
		return s.directHop(g.policy)
	}
	t, ok := set.Lane.Address(s.name)
	if !ok {
		return nil, fmt.Errorf("client: plan %d of %s: the lane %s does not serve it", g.plan.Version, s.name, set.Lane.Name())
	}
	l, err := s.laneHop(set.Lane.Name()+" "+key(t), t, g.policy)
	if err != nil {
		return nil, fmt.Errorf("client: plan %d of %s: lane %s: %w", g.plan.Version, s.name, set.Lane.Name(), err)
	}
	if !slices.Contains(g.lanes, l) {
		l.refs++
		g.lanes = append(g.lanes, l)
	}
	return l, nil
}
