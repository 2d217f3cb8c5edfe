package breaker

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/policy"
)

func TestChangesAreToldInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []string
		c := New("greeter", policy.Breaker{Consecutive: 1, CoolDown: time.Second}, OnChange(func(from, to State) {
			got = append(got, fmt.Sprintf("%v to %v", from, to))
		}))
		call(t, c, failed)
		time.Sleep(time.Second)
		call(t, c, failed)
		time.Sleep(time.Second)
		call(t, c, ok)
		call(t, c, failed)
		reconfigure(t, c, policy.Breaker{Disabled: true})
		want := []string{
			"closed to open", "open to half-open", "half-open to open", "open to half-open", "half-open to closed",
			"closed to open", "open to closed",
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %q\nwant %q", got, want)
		}
	})
}

func TestTheListenerMayUseTheCircuit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c *Circuit
		var got []string
		cfg := policy.Breaker{Consecutive: 1}
		c = New("greeter", cfg, OnChange(func(_, to State) {
			got = append(got, "to "+to.String())
			if to == Open {
				refused(t, c)
				off := cfg
				off.Disabled = true
				reconfigure(t, c, off) // a change inside the call of a change: told after it
			}
			got = append(got, "told "+to.String())
		}))
		call(t, c, failed)
		if want := []string{"to open", "told open", "to closed", "told closed"}; !reflect.DeepEqual(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestAPanicOfTheListenerDoesNotEndDeliveries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []State
		c := New("greeter", policy.Breaker{Consecutive: 1}, OnChange(func(_, to State) {
			got = append(got, to)
			if to == Open {
				panic("listener")
			}
		}))
		func() {
			defer func() { _ = recover() }()
			call(t, c, failed)
		}()
		time.Sleep(time.Second)
		call(t, c, ok)
		if want := []State{Open, HalfOpen, Closed}; !reflect.DeepEqual(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

// Many callers, failures, new policies and states at once: under the race
// detector, and every change begins where the last one ended.
func TestChangesFormAChainUnderLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		last, changes := Closed, 0
		c := New("greeter", policy.Breaker{Consecutive: 2, CoolDown: time.Millisecond}, OnChange(func(from, to State) {
			if from != last || from == to { // no lock: deliveries come one at a time
				t.Errorf("change from %v to %v after one to %v", from, to, last)
			}
			time.Sleep(time.Microsecond) // others change the state meanwhile
			last, changes = to, changes+1
		}))
		var wg sync.WaitGroup
		for g := range 8 {
			wg.Go(func() { hammer(c, uint64(g), 500) })
		}
		wg.Go(func() {
			for i := range 200 {
				time.Sleep(10 * time.Microsecond)
				_ = c.Reconfigure(policy.Breaker{
					Consecutive: 1 + i%3, Probes: 1 + i%2, Disabled: i%10 == 9,
					CoolDown: time.Duration(1+i%2) * time.Millisecond, Window: time.Duration(1+i%3) * time.Second,
				})
			}
		})
		wg.Wait()
		if c.State() != last || changes < 10 {
			t.Errorf("the circuit is %v, the last of %d changes was to %v", c.State(), changes, last)
		}
	})
}

// hammer makes calls of which many fail.
func hammer(c *Circuit, seed uint64, calls int) {
	r := rand.New(rand.NewPCG(seed, 1))
	for range calls {
		ticket, err := c.Allow()
		time.Sleep(time.Duration(r.IntN(100)) * time.Microsecond)
		if err != nil {
			continue
		}
		o := onramp.Outcome{At: time.Now()}
		switch r.IntN(6) {
		case 0, 1:
			o.Code = onramp.Unavailable
		case 2:
			o.Code, o.Origin = onramp.Canceled, onramp.Local
		}
		c.Done(ticket, o)
	}
}
