package cluster

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/balancer"
	"github.com/onrampmesh/onramp/breaker"
	"github.com/onrampmesh/onramp/discovery"
)

// glass is a policy whose pickers show what they were built with.
type glass struct{}

type glassPicker []*balancer.Node

func (glass) Name() string                                 { return "glass" }
func (glass) Build(nodes []*balancer.Node) balancer.Picker { return glassPicker(nodes) }

func (p glassPicker) Pick(context.Context, *onramp.Request) (*balancer.Node, error) { return p[0], nil }

func names(p balancer.Picker) (out []string) {
	if p == nil {
		return nil
	}
	for _, n := range p.(glassPicker) {
		out = append(out, n.Endpoint.ID+"@"+n.Endpoint.Addr)
	}
	return out
}

// model says what the picker must hold: the rules in the plainest words.
func model(eps []onramp.Endpoint, state func(onramp.Endpoint) breaker.State) (in, calm []string, panicking bool) {
	var use, all []onramp.Endpoint
	for _, ep := range eps {
		if ep.Health != onramp.Draining {
			use = append(use, ep)
		}
	}
	if len(use) == 0 {
		use = eps
	}
	lost := 0
	for _, ep := range use {
		bad := ep.Health == onramp.Unhealthy
		if bad || state(ep) != breaker.Closed {
			lost++
		}
		if !bad && state(ep) != breaker.Open {
			all = append(all, ep)
		}
	}
	if panicking = lost*2 > len(use); panicking {
		all = use
	}
	for _, ep := range all {
		in = append(in, ep.ID+"@"+ep.Addr)
		if panicking || state(ep) == breaker.Closed {
			calm = append(calm, ep.ID+"@"+ep.Addr)
		}
	}
	return in, calm, panicking
}

// step is one thing that happens to a cluster.
type step struct {
	set   []onramp.Endpoint // of discovery, when not nil
	who   int               // else whose breaker
	count int               // gets so many outcomes
	fails bool
	pause time.Duration // afterwards
}

func drawStep(r *rapid.T) step {
	s := step{pause: time.Duration(rapid.IntRange(0, 1500).Draw(r, "pause")) * time.Millisecond}
	if rapid.IntRange(0, 3).Draw(r, "kind") > 0 {
		s.who, s.count, s.fails = rapid.IntRange(0, 5).Draw(r, "who"), rapid.IntRange(1, 8).Draw(r, "count"), rapid.Bool().Draw(r, "fails")
		return s
	}
	s.set = make([]onramp.Endpoint, rapid.IntRange(0, 6).Draw(r, "endpoints"))
	for i := range s.set {
		s.set[i] = onramp.Endpoint{
			ID: fmt.Sprint(i), Addr: fmt.Sprintf("host%d", rapid.IntRange(0, 1).Draw(r, "addr")+2*i),
			Weight: rapid.Uint32Range(0, 2).Draw(r, "weight"),
			Health: rapid.SampledFrom([]onramp.Health{0, 0, 0, onramp.Healthy, onramp.Draining, onramp.Unhealthy}).Draw(r, "health"),
		}
	}
	return s
}

// TestPickersHoldWhatTheRulesSay drives discovery, breakers and time at random.
func TestPickersHoldWhatTheRulesSay(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		steps := rapid.SliceOfN(rapid.Custom(drawStep), 1, 30).Draw(r, "steps")
		var err error
		synctest.Test(t, func(t *testing.T) { err = run(t, steps) })
		if err != nil {
			r.Fatal(err)
		}
	})
}

func run(t *testing.T, steps []step) error {
	w := open(t, func(c *Config) { c.Balancer = glass{} })
	var set []onramp.Endpoint
	for i, s := range steps {
		if s.set != nil {
			set = s.set
			w.feed.push(set...)
		} else if parts := w.view.Load().parts; len(parts) > 0 {
			o := onramp.Outcome{At: time.Now()}
			if s.fails {
				o.Code, o.Origin = onramp.Unavailable, onramp.Wire
			}
			for range s.count {
				parts[s.who%len(parts)].member.report(o)
			}
		}
		time.Sleep(s.pause)
		synctest.Wait()
		if err := differs(w.Cluster, set); err != nil {
			return fmt.Errorf("step %d: %w", i, err)
		}
	}
	return nil
}

// differs compares the cluster's view with the model's.
func differs(c *Cluster, set []onramp.Endpoint) error {
	v := c.view.Load()
	states := map[identity]breaker.State{}
	for _, p := range v.parts {
		states[identity{p.member.name, p.member.addr}], _ = p.member.state()
	}
	in, calm, panicking := model(set, func(ep onramp.Endpoint) breaker.State { return states[identity{ep.ID, ep.Addr}] })
	if got := names(v.picker); !slices.Equal(got, in) {
		return fmt.Errorf("the picker holds %v, want %v", got, in)
	}
	if got := names(v.steady); !slices.Equal(got, calm) {
		return fmt.Errorf("the steady picker holds %v, want %v", got, calm)
	}
	if v.panicking != panicking {
		return fmt.Errorf("panic is %v, want %v", v.panicking, panicking)
	}
	return nil
}

func TestEqualSetBuildsNoPicker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, nil, "a", "b")
		before := w.view.Load()
		w.feed <- discovery.Update{State: discovery.Known, Endpoints: []onramp.Endpoint{{Addr: "a"}, {Addr: "b"}}}
		w.feed <- discovery.Update{State: discovery.Failed}
		w.poke()
		synctest.Wait()
		if w.view.Load() != before {
			t.Error("another view without a difference")
		}
	})
}
