//go:build faults && netns && linux

package faults

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/internal/faults/row"
)

// Two of five servers vanish without a word: packets of and to the one are
// dropped, and there is no route to the other any more.
func TestNetworkPeersThatVanishAreFoundOut(t *testing.T) {
	t.Parallel()
	row.EachLong(t, func(t *testing.T, p row.Protocol) {
		t.Parallel()
		inNetwork(t, 5, func(t *testing.T, n *network) { vanish(t, p, n) })
	})
}

func vanish(t *testing.T, p row.Protocol, n *network) {
	m := watchMachine(t)
	f := newFleetAt(t, p, n.Hosts, spec{Namespace: n.Servers})
	cut, lost := f.running[0], f.running[1]
	l := newLoad(f.client(), client.Timeout(time.Second))
	stop := beside(func(ctx context.Context) { l.open(ctx, 200, read) })
	idle := []*waiting{newWaiting(t, p, cut, 100), newWaiting(t, p, lost, 200)}
	for _, w := range idle { // connected, and then at rest
		w.l.one(write, w.first, 0, time.Now())
	}
	busy := []*waiting{newWaiting(t, p, cut, 300), newWaiting(t, p, lost, 400)}
	// Replies to the one are dropped; those of the other would arrive.
	busy[0].begin(t, 2*time.Second)
	busy[1].begin(t, patience)

	had := cut.stat(t).Conns
	n.rules(t, "add rule inet fault in ip saddr "+n.Hosts[0]+" drop\nadd rule inet fault out ip daddr "+n.Hosts[0]+" drop")
	command(t, "ip", "route", "replace", "blackhole", n.Hosts[1]+"/32")
	gone := time.Now()
	var slowest, unused time.Duration
	for _, w := range idle {
		until(t, 75*time.Second, "an idle connection to a peer that vanished is closed", func() bool { return w.conns() == 0 })
		unused = max(unused, time.Since(gone))
	}
	var late time.Duration
	for _, w := range busy {
		overdue, found := w.end(t, gone)
		late, slowest = max(late, overdue), max(slowest, found)
	}
	until(t, 75*time.Second, "the server closes the connections of clients that vanished", func() bool { return cut.stat(t).Conns == 0 })
	serverside := time.Since(gone)

	n.heal(t)
	command(t, "ip", "route", "delete", "blackhole", n.Hosts[1]+"/32")
	healed := time.Now()
	for _, s := range []*process{cut, lost} {
		was := l.answered(s)
		until(t, 75*time.Second, "a server that is back is used", func() bool { return l.answered(s) > was })
	}
	back := time.Since(healed)
	stop()
	calls := l.results()
	noFailure(t, failures(calls, ""), "calls that may be repeated")
	audit(t, calls, runs(t, f.all...))
	row.Figure(t, 6, p.Name, "found out after %v with calls under way and %v idle (goal <= 15s); %d pending calls failed at their own deadlines, at most %v later; %d of %d calls that may be repeated failed (goal 0); the server found its %d clients gone after %v (goal <= 15s after replies, which took 2s); back in use after %v",
		short(slowest), short(unused), 2*len(waits), short(late), len(failures(calls, "")), len(calls), had, short(serverside), short(back))
	m.figure("a pending call beyond its deadline", late, 100*time.Millisecond)
	m.figure("a vanished peer with calls under way", slowest, 15*time.Second)
	m.figure("a vanished peer of an idle connection", unused, 15*time.Second)
	m.figure("vanished clients, by the server", serverside, 17*time.Second)
}

// waits are the deadlines of pending calls; patience is one that is longer than it
// takes to find out.
var waits = []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second}

const patience = 60 * time.Second

// waiting is a client of one server, with calls under way that are never answered.
type waiting struct {
	c       *client.Client
	server  *process
	l       *load   // for calls that end
	first   int64   // of its calls' IDs
	pending []*load // one for each of waits, and one with patience
}

func newWaiting(t *testing.T, p row.Protocol, s *process, first int64) *waiting {
	t.Helper()
	w := &waiting{c: newClient(t, p), server: s, first: firstHeld + first}
	with := func(d time.Duration) *load {
		m := func(method string) *client.Method[call, answer] {
			return client.MethodOf[call, answer](w.c, p.Codec().Name()+"://"+s.addr+"/"+service+"/"+method, client.Timeout(d))
		}
		return &load{read: m(read), write: m(write), servers: map[string]int{}}
	}
	w.l = with(5 * time.Second)
	for _, d := range append(slices.Clip(waits), patience) {
		w.pending = append(w.pending, with(d))
	}
	return w
}

// begin makes the calls, whose handlers take a time, and returns when the server runs them.
func (w *waiting) begin(t *testing.T, hold time.Duration) {
	t.Helper()
	for i, l := range w.pending {
		l.calls.Go(func() { l.one(write, w.first+int64(i), hold, time.Now()) })
	}
	until(t, 800*time.Millisecond, "the server runs the held calls", func() bool {
		return runs(t, w.server)[write][w.first+int64(len(w.pending))-1] > 0
	})
}

// end waits for the calls. It returns how long one outlived its deadline at most,
// and when the last one failed because the peer was found to be gone.
func (w *waiting) end(t *testing.T, gone time.Time) (overdue, found time.Duration) {
	t.Helper()
	for i, l := range w.pending {
		o := l.results()[0]
		var e *onramp.Error
		switch {
		case !errors.As(o.err, &e):
			t.Errorf("a call to a peer that is gone ended with %v", o.err)
		case i == len(waits): // the patient one
			if e.Code == onramp.DeadlineExceeded || e.Origin != onramp.Wire {
				t.Errorf("nobody found out that %s is gone: %v", w.server.addr, o.err)
			}
			found = o.at.Add(o.latency).Sub(gone)
		case e.Code != onramp.DeadlineExceeded || o.latency < waits[i]:
			t.Errorf("a call with a deadline of %v ended after %v with %v", waits[i], o.latency, o.err)
		default:
			overdue = max(overdue, o.latency-waits[i])
		}
	}
	return overdue, found
}

// conns counts the client's connections.
func (w *waiting) conns() (n int) {
	for _, st := range w.c.Status(service) {
		for _, ep := range st.Endpoints {
			n += ep.Conns
		}
	}
	return n
}
