//go:build faults && unix

package faults

import (
	"context"
	"log/slog"
	"syscall"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/internal/faults/row"
)

// One of four servers stands still (SIGSTOP) for ten times the deadline: its
// connections stay, and nothing answers.
func TestAFrozenServerFailsNoCallThatMayBeRepeated(t *testing.T) {
	row.EachLong(t, func(t *testing.T, p row.Protocol) {
		m := watchMachine(t)
		// An attempt has 100 ms.
		m.quiet(50*time.Millisecond, func(t testing.TB) { freeze(t, p, m) })
	})
}

func freeze(t testing.TB, p row.Protocol, m *machine) {
	f := newFleet(t, p, 4, spec{Least: 5 * time.Millisecond, Most: 10 * time.Millisecond})
	noted, j := &attempts{}, newJournal(t)
	c := f.client(noted.option(), client.WithLogger(slog.New(j)))
	l := newLoad(c, client.Timeout(300*time.Millisecond))
	stop := beside(func(ctx context.Context) { l.open(ctx, 1000, read) })
	begin := time.Now()
	pause(2 * time.Second)

	victim := l.busiest(f.running)
	victim.signal(t, syscall.SIGSTOP)
	frozen := time.Now()
	const stood = 5 * time.Second
	pause(stood)
	victim.signal(t, syscall.SIGCONT)
	thawed, answered := time.Now(), l.answered(victim)
	until(t, 10*time.Second, "the thawed server answers again", func() bool { return l.answered(victim) > answered+20 })
	back := time.Since(thawed)
	stop()
	calls := l.results()

	noFailure(t, failures(calls, ""), "calls that may be repeated")
	repeated(t, c)
	audit(t, calls, runs(t, f.all...))
	before, with := quantile(calls, 0.99, begin.Add(time.Second), frozen), quantile(calls, 0.99, frozen.Add(3*time.Second), thawed)
	opened, ok := j.first("endpoint taken out", victim.addr)
	if !ok {
		t.Fatal("the frozen server's circuit did not open")
	}
	caught, probes := hits(noted, victim.addr, frozen, opened.Add(10*time.Millisecond), thawed)
	// Five failures in a row open it. The balancer may send four, and the next ones
	// when the bad news has faded; what was under way at the freeze comes on top, and
	// bursts of a machine that was busy.
	if caught > 60 {
		t.Errorf("%d calls were caught by the frozen server, want 60 or less: a quarter of a second of its share", caught)
	}
	// A probe takes its attempt's 100 ms, then the endpoint rests for a second.
	if most := int(stood/(1100*time.Millisecond)) + 1; probes < 1 || probes > most {
		t.Errorf("%d calls went to the frozen server after its circuit opened, want a probe a second, 1 to %d", probes, most)
	}
	row.Figure(t, 2, p.Name, "%d of %d calls failed (goal 0); p99 %v before, %v from 3 s on (goal 2x); %d calls hit it in the %v before it was out, then %d probes in %v (goal: one a back-off)",
		len(failures(calls, "")), len(calls), short(before), short(with), caught, short(opened.Sub(frozen)), probes, stood)
	m.figure("back in rotation after SIGCONT", back, 2*time.Second)
	m.figure("p99 from 3 s after the freeze on", with, 2*before)
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// hits counts the attempts that found an endpoint frozen: those before its circuit
// opened, and those after it, which are probes.
func hits(a *attempts, addr string, frozen, opened, thawed time.Time) (caught, probes int) {
	for _, x := range a.at(addr, func(x attempt) bool { return x.end.After(frozen) && x.begin.Before(thawed) && x.err != nil }) {
		if x.begin.After(opened) {
			probes++
		} else {
			caught++
		}
	}
	return caught, probes
}
