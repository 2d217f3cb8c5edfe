//go:build faults && unix

package faults

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// machine notes when this process got no processor, so that what a busy machine
// does is not taken for what the code does.
type machine struct {
	t testing.TB

	mu   sync.Mutex
	most time.Duration // the longest standstill
}

// watchMachine watches until the test ends.
func watchMachine(t testing.TB) *machine {
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

// reset forgets what was.
func (m *machine) reset() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.most = 0
}

// short rounds a time for people.
func short(d time.Duration) time.Duration {
	switch {
	case d > 10*time.Second:
		return d.Round(100 * time.Millisecond)
	case d > 100*time.Millisecond:
		return d.Round(10 * time.Millisecond)
	}
	return d.Round(100 * time.Microsecond)
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

// quiet runs a test whose limits are so narrow that a busy machine alone breaks
// them. A run that fails while the machine stood still for longer than most says
// nothing and is repeated, twice at the most; any other failure counts.
func (m *machine) quiet(most time.Duration, run func(t testing.TB)) {
	m.t.Helper()
	for n := 1; ; n++ {
		m.reset()
		r := &trial{TB: m.t}
		run(r)
		still := m.standstill()
		if n < 3 && len(r.errors) > 0 && still > most {
			m.t.Logf("run %d is void: the machine stood still for %v; it found: %s", n, still.Round(time.Millisecond), strings.Join(r.errors, "; "))
			continue
		}
		for _, a := range r.attrs {
			m.t.Attr(a[0], a[1])
		}
		for _, e := range r.errors {
			m.t.Errorf("run %d: %s", n, e)
		}
		return
	}
}

// trial is a test whose failures and attributes are kept for a judgement.
type trial struct {
	testing.TB

	errors []string
	attrs  [][2]string
}

// Errorf keeps a failure.
func (r *trial) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

// Attr keeps an attribute.
func (r *trial) Attr(key, value string) { r.attrs = append(r.attrs, [2]string{key, value}) }

// Error keeps a failure.
func (r *trial) Error(args ...any) { r.errors = append(r.errors, fmt.Sprint(args...)) }
