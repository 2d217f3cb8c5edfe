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

// One of four endpoints listens, with a queue of none, and never accepts. When its
// queue is full the kernel drops who wants to connect, and the dial hangs.
func TestAFullAcceptQueueFailsNoCall(t *testing.T) {
	t.Parallel()
	row.Each(t, func(t *testing.T, p row.Protocol) {
		t.Parallel()
		_, r := newBackends(t, p, 3, func(int) onramp.Handler { return answers("good") })
		q := newPort(t)
		q.deaf(t)
		q.fill(t)
		r.add(q.addr)
		d := newDials()
		l := newLoad(newClient(t, p, client.WithDiscovery(r.source()), d.option()), client.Timeout(2*time.Second))
		m := watchMachine(t)
		stop := beside(func(ctx context.Context) { l.open(ctx, 300, read, write) })
		const span = 10 * time.Second
		pause(span)
		stop()
		calls := l.results()
		noFailure(t, failures(calls, ""), "calls, half of them not to be repeated")
		all, most := d.of(q.addr)
		// A dial takes its second, and rests grow from 0.1 s on.
		if most != 1 || len(all) < 1 || len(all) > 10 {
			t.Errorf("%d dials in %v of an endpoint that accepts nobody, %d at the same time: want 1 to 10, one at a time", len(all), span, most)
		}
		for _, x := range all {
			if x.err == nil {
				t.Error("a dial of the full queue got through: this test saw nothing")
			}
		}
		slow := quantile(calls, 1, time.Time{}, time.Now())
		row.Figure(t, 7, p.Name, "%d of %d calls failed (goal 0), the slowest took %v; %d dials in %v, at most %d at a time (goal 1), the longest %v (goal 1s)",
			len(failures(calls, "")), len(calls), short(slow), len(all), span, most, short(longest(all)))
		m.figure("the longest dial of the full queue", longest(all), time.Second)
	})
}

// The same with room for one in the queue: it connects, and nobody ever answers.
func TestAConnectionThatNobodyAcceptedFailsNoCallThatMayBeRepeated(t *testing.T) {
	t.Parallel()
	row.Each(t, func(t *testing.T, p row.Protocol) {
		t.Parallel()
		_, r := newBackends(t, p, 3, func(int) onramp.Handler { return answers("good") })
		q := newPort(t)
		q.deaf(t)
		r.add(q.addr)
		noted := &attempts{}
		l := newLoad(newClient(t, p, client.WithDiscovery(r.source()), noted.option()), client.Timeout(time.Second))
		stop := beside(func(ctx context.Context) { l.open(ctx, 300, read) })
		const span = 8 * time.Second
		pause(span)
		stop()
		calls := l.results()
		noFailure(t, failures(calls, ""), "calls that may be repeated")
		lost := noted.at(q.addr, func(x attempt) bool { return x.err != nil })
		if len(lost) == 0 {
			t.Error("no attempt was sent to the endpoint that never answers: this test saw nothing")
		}
		row.Figure(t, 7, p.Name, "connected and never accepted: %d of %d calls that may be repeated failed (goal 0); %d attempts were lost there in %v", len(failures(calls, "")), len(calls), len(lost), span)
	})
}
