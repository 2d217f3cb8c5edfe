package breaker

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/policy"
	"pgregory.net/rapid"
)

// model is the circuit in the simplest words. It is told the same as the real one.
type model struct {
	cfg        policy.Breaker
	state      State
	generation int
	start      time.Time
	events     []event // since it closed
	streak     int
	opened     time.Time
	until      time.Time
	probes     int // how many make a round, fixed when it begins
	out, well  int // probes admitted that were not given back, and successes in a row
	changes    []string
}

type event struct {
	at     time.Time
	failed bool
}

// pass is a ticket of the model.
type pass struct {
	generation int
	probe      bool
}

func (m *model) visible() State {
	if m.cfg.Disabled {
		return Closed
	}
	return m.state
}

// become runs a change and records what others see of it.
func (m *model) become(change func()) {
	from := m.visible()
	change()
	m.generation++
	if to := m.visible(); to != from {
		m.changes = append(m.changes, fmt.Sprintf("%v>%v", from, to))
	}
}

func (m *model) allow(now time.Time) (pass, bool) {
	if m.state == Closed || m.cfg.Disabled {
		return pass{m.generation, false}, true
	}
	if m.state == Open {
		if now.Before(m.until) {
			return pass{}, false
		}
		m.become(func() { m.state, m.out, m.well, m.probes = HalfOpen, 0, 0, m.cfg.Probes })
	}
	if m.out >= m.probes {
		return pass{}, false
	}
	m.out++
	return pass{m.generation, true}, true
}

func (m *model) done(p pass, o onramp.Outcome, now time.Time) {
	silent := o.Origin == onramp.Local || o.Code == onramp.Canceled
	switch {
	case p.generation != m.generation || m.cfg.Disabled:
	case p.probe && silent:
		m.out--
	case p.probe && o.Failed():
		m.become(func() { m.open(now) })
	case p.probe:
		if m.well++; m.well >= m.probes {
			m.become(func() { m.state, m.events, m.streak, m.start = Closed, nil, 0, now })
		}
	case silent:
	case o.Failed():
		m.events = append(m.events, event{now, true})
		if m.streak++; m.trips(now) {
			m.become(func() { m.open(now) })
		}
	default:
		m.events, m.streak = append(m.events, event{now, false}), 0
	}
}

func (m *model) open(now time.Time) {
	m.state, m.opened, m.until = Open, now, now.Add(m.cfg.CoolDown)
}

// sums counts by tenths of the window, the present one and the nine before.
func (m *model) sums(now time.Time) (failures, calls int) {
	width := m.cfg.Window / 10
	for _, e := range m.events {
		if now.Sub(m.start)/width-e.at.Sub(m.start)/width < 10 {
			calls++
			if e.failed {
				failures++
			}
		}
	}
	return failures, calls
}

func (m *model) trips(now time.Time) bool {
	failures, calls := m.sums(now)
	return m.cfg.Consecutive > 0 && m.streak >= m.cfg.Consecutive ||
		calls >= m.cfg.MinCalls && float64(failures)/float64(calls)*100 >= m.cfg.FailurePercent
}

func (m *model) reconfigure(cfg policy.Breaker, now time.Time) {
	was := m.cfg.Disabled
	from := m.visible()
	m.cfg = cfg
	if m.state == Open {
		m.until = m.opened.Add(cfg.CoolDown)
	}
	if was != cfg.Disabled {
		m.generation++
		if m.state == HalfOpen {
			m.state, m.until = Open, now
		}
	}
	if to := m.visible(); to != from {
		m.changes = append(m.changes, fmt.Sprintf("%v>%v", from, to))
	}
}

// step is one thing that happens to both.
type step struct {
	kind  int // 0, 1, 2: a call that ends at once; 3: a call that ends later; 4: one of those ends; 5: time passes; 6: a policy
	which int
	o     onramp.Outcome
	d     time.Duration
	cfg   policy.Breaker
}

var outcomes = []onramp.Outcome{
	{}, {}, {},
	{Code: onramp.Internal},
	{Code: onramp.Unavailable, Origin: onramp.Wire},
	{Code: onramp.ResourceExhausted, Origin: onramp.Refused},
	{Code: onramp.Internal, Business: true},
	{Code: onramp.NotFound},
	{Code: onramp.Canceled, Origin: onramp.Wire},
	{Code: onramp.Unavailable, Origin: onramp.Local},
}

func configs(t *rapid.T) policy.Breaker {
	return policy.Breaker{
		Disabled:       rapid.IntRange(0, 9).Draw(t, "disabled") == 0,
		Window:         time.Second,
		MinCalls:       rapid.IntRange(1, 6).Draw(t, "min calls"),
		FailurePercent: float64(rapid.IntRange(1, 10).Draw(t, "percent") * 10),
		Consecutive:    rapid.SampledFrom([]int{-1, 1, 2, 5}).Draw(t, "consecutive"),
		CoolDown:       time.Duration(rapid.IntRange(1, 20).Draw(t, "cool-down")) * 100 * time.Millisecond,
		Probes:         rapid.IntRange(1, 3).Draw(t, "probes"),
	}
}

func steps(t *rapid.T) []step {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
		s := step{kind: rapid.IntRange(0, 6).Draw(t, "kind")}
		s.which = rapid.IntRange(0, 99).Draw(t, "which")
		s.o = rapid.SampledFrom(outcomes).Draw(t, "outcome")
		if s.kind == 5 {
			s.d = time.Duration(rapid.IntRange(1, 1500).Draw(t, "ms")) * time.Millisecond
		}
		if s.kind == 6 {
			s.cfg = configs(t)
		}
		return s
	}), 1, 120).Draw(t, "steps")
}

func TestCircuitBehavesLikeItsModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		cfg, list := configs(rt), steps(rt)
		var err error
		synctest.Test(t, func(t *testing.T) { err = compare(cfg, list) })
		if err != nil {
			rt.Fatal(err)
		}
	})
}

// compare runs the steps on both and says where they differ.
func compare(cfg policy.Breaker, list []step) error {
	var seen []string
	circuit := New("it", cfg, OnChange(func(from, to State) { seen = append(seen, fmt.Sprintf("%v>%v", from, to)) }))
	m := &model{cfg: cfg, start: time.Now()}
	var tickets []Ticket
	var passes []pass
	end := func(i int, o onramp.Outcome) {
		o.At = time.Now()
		circuit.Done(tickets[i], o)
		m.done(passes[i], o, o.At)
		tickets, passes = append(tickets[:i], tickets[i+1:]...), append(passes[:i], passes[i+1:]...)
	}
	for n, s := range list {
		switch s.kind {
		case 0, 1, 2, 3:
			ticket, err := circuit.Allow()
			pass, ok := m.allow(time.Now())
			if ok != (err == nil) {
				return fmt.Errorf("step %d: admitted %t (%v), the model says %t", n, err == nil, err, ok)
			}
			if err != nil {
				var e *onramp.Error
				if want := max(0, time.Until(m.until)); m.state == Open && (!errors.As(err, &e) || e.RetryAfter != want) {
					return fmt.Errorf("step %d: %v: retry after %v, want %v", n, err, e.RetryAfter, want)
				}
				continue
			}
			tickets, passes = append(tickets, ticket), append(passes, pass)
			if s.kind < 3 {
				end(len(tickets)-1, s.o)
			}
		case 4:
			if len(tickets) > 0 {
				end(s.which%len(tickets), s.o)
			}
		case 5:
			time.Sleep(s.d)
		case 6:
			if err := circuit.Reconfigure(s.cfg); err != nil {
				return err
			}
			m.reconfigure(s.cfg, time.Now())
			time.Sleep(time.Microsecond) // the machine's own shortest timeout
		}
		if err := differ(circuit, m, seen); err != nil {
			return fmt.Errorf("step %d %+v: %w", n, s, err)
		}
	}
	return nil
}

func differ(circuit *Circuit, m *model, seen []string) error {
	if circuit.State() != m.visible() {
		return fmt.Errorf("state %v, the model says %v", circuit.State(), m.visible())
	}
	if fmt.Sprint(seen) != fmt.Sprint(m.changes) {
		return fmt.Errorf("changes %v, the model says %v", seen, m.changes)
	}
	c := circuit.Counts()
	if failures, calls := m.sums(time.Now()); c.Failures != failures || c.Successes != calls-failures || c.Consecutive != m.streak {
		return fmt.Errorf("counts %+v, the model says %d failures of %d, %d in a row", c, failures, calls, m.streak)
	}
	return nil
}
