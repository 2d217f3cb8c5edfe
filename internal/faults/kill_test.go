//go:build faults && unix

package faults

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/internal/faults/row"
)

// One of four servers is killed (SIGKILL) under load, while it runs calls that may
// be repeated and calls that must not. The registry does not notice.
func TestAKilledServerFailsOnlyTheWritesThatItHad(t *testing.T) {
	row.EachLong(t, killOne)
}

func killOne(t *testing.T, p row.Protocol) {
	m := watchMachine(t)
	before := takeCensus()
	f := newFleet(t, p, 4, spec{Least: 5 * time.Millisecond, Most: 10 * time.Millisecond})
	chosen := newPicks()
	c := f.client(client.WithBalancer(chosen))
	l := newLoad(c, client.Timeout(6*time.Second))
	steady := l.warm()
	stop := beside(func(ctx context.Context) { l.open(ctx, 1000, read, write) })
	pause(1500 * time.Millisecond)

	victim := l.busiest(f.running)
	const long = 1500 * time.Millisecond
	l.hold(read, 60, long)
	l.hold(write, 60, long)
	until(t, long, "the victim runs held calls", func() bool {
		did := runs(t, victim)
		return len(did.held(read)) >= 5 && len(did.held(write)) >= 5
	})
	killed := victim.kill(t)
	pause(4 * time.Second)
	stop()
	calls, end := l.results(), time.Now()
	t.Logf("%d calls, %d failed", len(calls), len(failures(calls, "")))

	did := runs(t, f.all...)
	audit(t, calls, did)
	noFailure(t, failures(calls, read), "calls that may be repeated")
	repeated(t, c)
	lost := lostOn(t, victim, killed, calls)
	if share := chosen.between(victim.addr, time.Time{}, killed); share < 200 {
		t.Errorf("the victim was picked %d times before it was killed: this test saw nothing", share)
	}
	rest := outOfPicks(t, chosen, victim.addr, killed, end)
	row.Figure(t, 1, p.Name, "%d of %d calls that may be repeated failed (goal 0); %d writes failed, all of them sent to the killed server (goal: only those); %d picks of it after the first second",
		len(failures(calls, read)), count(calls, read), lost, rest)
	m.figure("p99 of the calls after the kill", quantile(calls, 0.99, killed, end), 100*time.Millisecond)
	m.figure("slowest call after the kill", quantile(calls, 1, killed, end), time.Second)

	steady.expect(t, "after the kill, with the client at rest")
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	for _, s := range f.all {
		s.end(t)
	}
	before.expect(t, "after all")
}

// lostOn checks that the writes that failed are those that the victim had: they
// left this process, and nobody knows whether they ran. It returns their number.
func lostOn(t testing.TB, victim *process, killed time.Time, calls []outcome) int {
	t.Helper()
	lost := failures(calls, write)
	for _, o := range lost {
		var e *onramp.Error
		if !errors.As(o.err, &e) || e.Origin != onramp.Wire || e.Endpoint != victim.addr {
			t.Errorf("write %d failed, and not on the wire to %s: %v", o.id, victim.addr, o.err)
		}
	}
	had, running := runs(t, victim)[write], 0
	for i := range calls {
		o := &calls[i]
		// A short one may have been answered at the very moment of the kill.
		if o.method != write || o.id < firstHeld || had[o.id] == 0 || o.at.Add(o.latency).Before(killed) {
			continue
		}
		if running++; o.err == nil {
			t.Errorf("write %d was running on the victim, and did not fail", o.id)
		}
	}
	t.Logf("%d writes failed, with origin wire; the victim was running %d held ones", len(lost), running)
	if running < 5 {
		t.Errorf("the victim was running %d held writes, want 5 or more: this test saw nothing", running)
	}
	return len(lost)
}

// outOfPicks checks that a dead endpoint is not chosen any more one second later.
// What remains are its probes, and picks that find the probe under way and go on
// to another endpoint. It returns their number.
func outOfPicks(t testing.TB, p *picks, addr string, died, end time.Time) int {
	t.Helper()
	later := died.Add(time.Second)
	rest, fair := p.between(addr, later, end), int(end.Sub(later).Seconds()*1000/4)
	t.Logf("picks of the dead endpoint: %d in the first second, %d after it, where its share would be %d", p.between(addr, died, later), rest, fair)
	if rest > fair/4 {
		t.Errorf("the dead endpoint was picked %d times after the first second, want at most a quarter of its share of %d", rest, fair)
	}
	return rest
}
