//go:build faults && unix

package faults

import (
	"context"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/internal/faults/row"
)

// Four servers are restarted one after the other, three times, as an operator
// does it:
//
//  1. SIGTERM; the server is not ready any more
//  2. it is withdrawn from the registry (here its Registrar takes it out of the file)
//  3. it serves on for a while, so that clients hear of it
//  4. it refuses new calls (clients send those elsewhere), and finishes those it has
//  5. it exits; a new process, on a new port, is written into the file
//  6. the next one waits until the new one takes calls
//
// The rounds leave less and less time at point 3, down to none: whoever has not
// heard by then is refused, and loses nothing.
func TestARollingRestartWithDrainFailsNoCall(t *testing.T) {
	row.EachLong(t, restartAll)
}

func restartAll(t *testing.T, p row.Protocol) {
	m := watchMachine(t)
	before := takeCensus()
	waits := []time.Duration{300 * time.Millisecond, 100 * time.Millisecond, 0}
	f := newFleet(t, p, 4, spec{Most: 2 * time.Millisecond, Wait: waits[0]})
	c := f.client()
	l := newLoad(c, client.Timeout(5*time.Second))
	steady := l.warm()
	stop := beside(func(ctx context.Context) { crowd(32, func() { l.closed(ctx, read, write) }) })
	pause(500 * time.Millisecond)
	begin := time.Now()
	var slowest time.Duration
	for round := range waits {
		f.spec.Wait = waits[(round+1)%len(waits)] // of the processes that the next round ends
		for i := range f.running {
			slowest = max(slowest, f.restart(i))
			until(t, 20*time.Second, "the new server takes calls", func() bool { return l.answered(f.running[i]) > 0 })
		}
	}
	const enough = 100_000
	until(t, 2*time.Minute, "100 000 calls", func() bool { return l.made() >= enough })
	stop()
	calls, end := l.results(), time.Now()
	row.Figure(t, 39, p.Name, "%d of %d calls failed, half of them not to be repeated, in %d restarts (goal 0 of 100 000); p99 %v",
		len(failures(calls, "")), len(calls), len(f.all)-len(f.running), short(quantile(calls, 0.99, begin, end)))

	noFailure(t, failures(calls, ""), "calls")
	audit(t, calls, runs(t, f.all...))
	t.Logf("%d attempts were sent again", retries(c))
	m.figure("slowest restart", slowest, 3*time.Second)
	m.figure("p99 while restarting", quantile(calls, 0.99, begin, end), 100*time.Millisecond)
	m.figure("slowest call while restarting", quantile(calls, 1, begin, end), time.Second)

	steady.expect(t, "after the restarts, with the client at rest")
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	for _, s := range f.running {
		s.terminate(t)
	}
	before.expect(t, "after all")
}

// Four servers are killed (SIGKILL) one after the other, twice; half a second later
// the registry learns of it and of a new process.
func TestARollingRestartWithoutDrainFailsNoCallThatMayBeRepeated(t *testing.T) {
	row.EachLong(t, killAll)
}

func killAll(t *testing.T, p row.Protocol) {
	m := watchMachine(t)
	f := newFleet(t, p, 4, spec{Least: 5 * time.Millisecond, Most: 10 * time.Millisecond})
	c := f.client()
	l := newLoad(c, client.Timeout(5*time.Second))
	stop := beside(func(ctx context.Context) { l.open(ctx, 1000, read) })
	pause(time.Second)
	begin := time.Now()
	for range 2 {
		for i, s := range f.running {
			s.kill(t)
			pause(500 * time.Millisecond)
			f.start(i)
			f.registry.remove(s.addr)
			pause(300 * time.Millisecond)
		}
	}
	stop()
	calls, end := l.results(), time.Now()
	row.Figure(t, 40, p.Name, "%d of %d calls that may be repeated failed while %d servers were killed (goal 0); p99 %v",
		len(failures(calls, "")), len(calls), len(f.all)-len(f.running), short(quantile(calls, 0.99, begin, end)))

	noFailure(t, failures(calls, ""), "calls that may be repeated")
	audit(t, calls, runs(t, f.all...))
	repeated(t, c)
	m.figure("p99 while killing", quantile(calls, 0.99, begin, end), 100*time.Millisecond)
	m.figure("slowest call while killing", quantile(calls, 1, begin, end), time.Second)
}

// restart takes the server at place i down in order, replaces it, and returns how
// long that took.
func (f *fleet) restart(i int) time.Duration {
	f.t.Helper()
	begin := time.Now()
	f.running[i].terminate(f.t)
	f.start(i)
	return time.Since(begin)
}
