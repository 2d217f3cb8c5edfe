//go:build faults && linux

package faults

import (
	"context"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/internal/faults/row"
)

// Nobody listens on the port of three of four endpoints: the kernel refuses each
// connection at once. Later one of them listens again.
func TestAClosedPortCostsNoCallAndIsDialedEverMoreRarely(t *testing.T) {
	t.Parallel()
	row.Each(t, func(t *testing.T, p row.Protocol) {
		t.Parallel()
		refused(t, p)
	})
}

func refused(t *testing.T, p row.Protocol) {
	good, r := newBackends(t, p, 1, func(int) onramp.Handler { return answers("good") })
	shut := []*port{newPort(t), newPort(t), newPort(t)}
	for _, s := range shut {
		r.add(s.addr)
	}
	d := newDials()
	l := newLoad(newClient(t, p, client.WithDiscovery(r.source()), d.option()), client.Timeout(2*time.Second))

	m, begin := watchMachine(t), time.Now()
	first := time.Hour
	for range 3 { // the best of three
		first = min(first, firstCalls(t, p, r))
	}
	stop := beside(func(ctx context.Context) { l.open(ctx, 300, read, write) })
	const rest = 6 * time.Second
	pause(rest)
	var all [][]dial
	for _, s := range shut {
		each, most := d.of(s.addr)
		all = append(all, each)
		// The rests grow by 1.6 from 100 ms on, and each is a random part of its length.
		if most != 1 || len(each) < 3 || len(each) > 30 {
			t.Errorf("%d dials of a closed port in %v, %d at the same time: want 3 to 30, one at a time", len(each), rest, most)
		}
	}
	opened := time.Now()
	back := newBackendOn(t, p, shut[0].open(t), answers("back"))
	until(t, 20*time.Second, "the port that is open is used", func() bool { return back.arrived(opened) > 0 })
	again := time.Since(opened)
	stop()

	calls := l.results()
	noFailure(t, failures(calls, ""), "calls beside closed ports")
	if good[0].arrived(begin) == 0 {
		t.Error("no call arrived: this test saw nothing")
	}
	row.Figure(t, 8, p.Name, "%d of %d calls failed with 3 of 4 ports closed (goal 0); the first calls took %v (goal 10ms); %d, %d and %d dials in %v, one at a time; used %v after it opened (a rest, goal <= 10s)",
		len(failures(calls, "")), len(calls), short(first), len(all[0]), len(all[1]), len(all[2]), rest, short(again))
	m.figure("the first calls beside closed ports", first, 10*time.Millisecond)
	m.figure("the open port is used again", again, 10*time.Second)
}

// firstCalls returns what the first calls of a new client take: they find no
// connection anywhere, and begin with any endpoint.
func firstCalls(t *testing.T, p row.Protocol, r *registry) time.Duration {
	t.Helper()
	c := newClient(t, p, client.WithDiscovery(r.source()))
	l := newLoad(c, client.Timeout(2*time.Second))
	begin := time.Now()
	for range 8 {
		l.calls.Go(func() { l.one(write, l.next.Add(1), 0, time.Now()) })
	}
	noFailure(t, failures(l.results(), ""), "first calls")
	took := time.Since(begin)
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	return took
}
