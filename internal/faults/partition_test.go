//go:build faults && netns && linux

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

// One of four servers hears its clients, and they do not hear it: what it sends is
// dropped on its way.
func TestNetworkThatCarriesOneWayOnlyFailsNoCallThatMayBeRepeated(t *testing.T) {
	t.Parallel()
	row.EachLong(t, func(t *testing.T, p row.Protocol) {
		t.Parallel()
		inNetwork(t, 4, func(t *testing.T, n *network) { oneWay(t, p, n) })
	})
}

func oneWay(t *testing.T, p row.Protocol, n *network) {
	f := newFleetAt(t, p, n.Hosts, spec{Namespace: n.Servers, Least: 5 * time.Millisecond, Most: 10 * time.Millisecond})
	noted := &attempts{}
	c := f.client(noted.option())
	l := newLoad(c, client.Timeout(time.Second))
	stop := beside(func(ctx context.Context) { l.open(ctx, 300, read, write) })
	pause(time.Second)
	mute := f.running[0]
	n.rules(t, "add rule inet fault in ip saddr "+n.Hosts[0]+" counter drop")
	cut := time.Now()
	until(t, 75*time.Second, "the connection that carries one way is closed", func() bool { return conns(c, mute.addr) == 0 })
	found := time.Since(cut)
	dropped := n.dropped(t)
	n.heal(t)
	healed, was := time.Now(), l.answered(mute)
	until(t, 75*time.Second, "the server is used again", func() bool { return l.answered(mute) > was })
	back := time.Since(healed)
	stop()

	calls := l.results()
	noFailure(t, failures(calls, read), "calls that may be repeated")
	audit(t, calls, runs(t, f.all...))
	for _, o := range failures(calls, write) {
		var e *onramp.Error
		if !errors.As(o.err, &e) || e.Endpoint != mute.addr {
			t.Errorf("write %d failed, and not at %s: %v", o.id, mute.addr, o.err)
		}
	}
	if dropped == 0 {
		t.Error("no packet was dropped: this test saw nothing")
	}
	lost := len(noted.at(mute.addr, func(x attempt) bool { return x.err != nil }))
	row.Figure(t, 49, p.Name, "one way: %d of %d calls that may be repeated failed (goal 0), and %d of %d others, all of them sent there; %d attempts were lost there; found out after %v (goal <= 15s), back in use after %v",
		len(failures(calls, read)), count(calls, read), len(failures(calls, write)), count(calls, write), lost, short(found), short(back))
	watchMachine(t).figure("a connection that carries one way", found, 15*time.Second)
}

// conns counts a client's connections to an address.
func conns(c *client.Client, addr string) (n int) {
	for _, st := range c.Status(service) {
		for _, ep := range st.Endpoints {
			if ep.Addr == addr {
				n += ep.Conns
			}
		}
	}
	return n
}

// Each packet, of requests and of replies, is lost with a chance of one in twenty.
func TestNetworkThatLosesPacketsFailsNoCallThatMayBeRepeated(t *testing.T) {
	t.Parallel()
	row.EachLong(t, func(t *testing.T, p row.Protocol) {
		t.Parallel()
		inNetwork(t, 4, func(t *testing.T, n *network) { lossy(t, p, n) })
	})
}

func lossy(t *testing.T, p row.Protocol, n *network) {
	f := newFleetAt(t, p, n.Hosts, spec{Namespace: n.Servers, Most: 2 * time.Millisecond})
	c := f.client()
	l := newLoad(c, client.Timeout(time.Second))
	const lose = "numgen random mod 100 < 5 counter drop"
	n.rules(t, "add rule inet fault in "+lose+"\nadd rule inet fault out "+lose)
	begin := time.Now()
	stop := beside(func(ctx context.Context) { l.open(ctx, 300, read) })
	pause(12 * time.Second)
	stop()
	calls := l.results()
	noFailure(t, failures(calls, ""), "calls that may be repeated")
	audit(t, calls, runs(t, f.all...))
	dropped := n.dropped(t)
	if dropped < 50 {
		t.Errorf("%d packets were dropped: this test saw nothing", dropped)
	}
	row.Figure(t, 49, p.Name, "5 %% loss each way: %d of %d calls failed with a deadline of 1s (goal 0); %d packets were lost, %d attempts sent again, p99 %v",
		len(failures(calls, "")), len(calls), dropped, retries(c), short(quantile(calls, 0.99, begin, time.Now())))
}
