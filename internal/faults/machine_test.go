//go:build faults && unix

package faults

import (
	"context"
	"sync"
	"testing"
	"time"
)

// machine notes when this process got no processor, so that what a busy machine
// does is not taken for what the code does.
type machine struct {
	t *testing.T

	mu    sync.Mutex
	stood []span // the longer standstills
	most  time.Duration
}

type span struct{ from, to time.Time }

// watchMachine watches until the test ends.
func watchMachine(t *testing.T) *machine {
	t.Helper()
	m := &machine{t: t}
	t.Cleanup(beside(m.watch))
	return m
}

func (m *machine) watch(ctx context.Context) {
	const every = 5 * time.Millisecond
	for last := time.Now(); ctx.Err() == nil; {
		pause(every)
		now := time.Now()
		if d := now.Sub(last) - every; d > every {
			m.mu.Lock()
			m.most = max(m.most, d)
			if d > 10*every {
				m.stood = append(m.stood, span{last, now})
			}
			m.mu.Unlock()
		}
		last = now
	}
}

// standstill is the longest one so far.
func (m *machine) standstill() time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.most
}

// stoodStill reports whether the machine stood still for at least d at some time
// of a span.
func (m *machine) stoodStill(from, to time.Time, d time.Duration) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.stood {
		if s.to.Sub(s.from) >= d && s.from.Before(to) && from.Before(s.to) {
			return true
		}
	}
	return false
}

// figure reports a time beside its goal. Machines differ: it is red only beyond
// five times the goal, and what the machine stood still is not counted.
func (m *machine) figure(what string, got, goal time.Duration) {
	m.t.Helper()
	still := m.standstill()
	m.t.Logf("%-36s %9v   goal %-6v (longest standstill of the machine %v)", what, got.Round(100*time.Microsecond), goal, still.Round(time.Millisecond))
	if got-still > 5*goal {
		m.t.Errorf("%s: %v is more than five times its goal of %v", what, got, goal)
	}
}

// excuse leaves out the failures of calls in whose time the machine stood still
// for as long as one attempt had.
func (m *machine) excuse(failed []outcome, attempt time.Duration) (rest []outcome) {
	m.t.Helper()
	for _, o := range failed {
		if !m.stoodStill(o.at, o.at.Add(o.latency), attempt) {
			rest = append(rest, o)
		}
	}
	if n := len(failed) - len(rest); n > 0 {
		m.t.Logf("%d calls failed while the machine stood still for more than %v: they say nothing", n, attempt)
	}
	return rest
}
