package client

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/internal/stripe"
	"github.com/onrampmesh/onramp/policy"
)

// Between the moment a call finds its pipelines and the moment it is counted, a
// plan may be swapped and the old generation found empty.
func TestNoCallIsInAGenerationThatEnded(t *testing.T) {
	c := dial(t, echo)
	m, err := c.read("S/m")
	if err != nil {
		t.Fatal(err)
	}
	var stop atomic.Bool
	var callers sync.WaitGroup
	for i := range 8 {
		callers.Go(func() {
			for !stop.Load() {
				p := m.enter(uint32(i % stripe.N))
				select {
				case <-p.gen.drained:
					t.Error("a call is in a generation that has ended")
					stop.Store(true)
				default:
				}
				p.gen.leave(uint32(i % stripe.N))
			}
		})
	}
	swaps := 10000
	if testing.Short() {
		swaps = 3000
	}
	for i := 0; i < swaps && !stop.Load(); i++ {
		if err := c.SetPlan("S", nil); err != nil {
			t.Fatal(err)
		}
	}
	stop.Store(true)
	callers.Wait()
	if st := c.Status("S")[0]; st.Draining != 0 || st.InFlight != 0 {
		t.Errorf("%+v", st)
	}
}

func TestANewPolicyReachesWhatTheServiceRemembers(t *testing.T) {
	c := dial(t, echo)
	m := MethodOf[message, message](c, "S/m")
	s := m.service(c)
	if err := c.SetPolicy("S", &policy.Service{Retry: policy.Retry{BudgetPerSecond: 2}, ServiceBreaker: policy.Breaker{Consecutive: 2}}); err != nil {
		t.Fatal(err)
	}
	now := m.service(c).retry
	if now != s.retry || now.Budget().Left(time.Now()) != 20 {
		t.Errorf("the budget of 2 a second has %d retries left in its 10 s", now.Budget().Left(time.Now()))
	}
	for range 2 {
		ticket, err := s.breaker.circuit.Allow()
		if err != nil {
			t.Fatal(err)
		}
		s.breaker.circuit.Done(ticket, onramp.Outcome{Code: onramp.Unavailable, Origin: onramp.Wire, At: time.Now()})
	}
	if _, err := s.breaker.circuit.Allow(); err == nil {
		t.Error("the circuit did not open after the new policy's two failures in a row")
	}
}
