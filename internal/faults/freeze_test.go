//go:build faults && unix

package faults

import (
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/client"
)

// One of four servers stands still (SIGSTOP) for ten times the deadline: its
// connections stay, and nothing answers.
func TestAFrozenServerFailsNoCallThatMayBeRepeated(t *testing.T) {
	m := watchMachine(t)
	// An attempt has 100 ms.
	m.quiet(50*time.Millisecond, func(t testing.TB) { freeze(t, m) })
}

func freeze(t testing.TB, m *machine) {
	f := newFleet(t, 4, spec{Least: 5 * time.Millisecond, Most: 10 * time.Millisecond})
	chosen := newPicks()
	c := f.client(client.WithBalancer(chosen))
	l := newLoad(c, client.Timeout(300*time.Millisecond))
	stop := beside(func(ctx context.Context) { l.open(ctx, 1000, read) })
	pause(2 * time.Second)

	victim := l.busiest(f.running)
	victim.signal(t, syscall.SIGSTOP)
	frozen := time.Now()
	pause(3 * time.Second)
	victim.signal(t, syscall.SIGCONT)
	thawed, answered := time.Now(), l.answered(victim)
	until(t, 10*time.Second, "the thawed server answers again", func() bool { return l.answered(victim) > answered+20 })
	back := time.Since(thawed)
	stop()
	calls := l.results()
	t.Logf("%d calls, %d failed", len(calls), len(failures(calls, "")))

	noFailure(t, failures(calls, ""), "calls that may be repeated")
	repeated(t, c)
	audit(t, calls, runs(t, f.all...))
	t.Logf("picks of the frozen server: %d in the first second, %d in the two after that",
		chosen.between(victim.addr, frozen, frozen.Add(time.Second)), chosen.between(victim.addr, frozen.Add(time.Second), thawed))
	m.figure("back in rotation after SIGCONT", back, 2*time.Second)
	m.figure("p99 while one of four is frozen", quantile(calls, 0.99, frozen, thawed), 100*time.Millisecond)
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}
