package onramptest

import (
	"context"
	"fmt"
	"sync"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

const changedSays = "Changed is closed when the state leaves the one it had, or when a full connection has room again; ask again after each change."

// codecLoad is what a pool asks a connection for.
func codecLoad() []check[*CodecSuite] {
	return []check[*CodecSuite]{
		{
			name: "Load counts the calls under way",
			of:   "codec.Conn.Load", says: "Load returns how many more calls the connection takes now, and its state.",
			do:  "take a place off when a call begins and put it back when it has its reply",
			run: loadCounts,
		},
		{
			name: "a full connection fails further calls here, and has room again",
			of:   "codec.Conn.RoundTrip", says: "On a full, draining or closed connection it fails with origin Local.",
			do:  "fail at once with origin Local when Load has no room, and close the channel of Changed when a call of a full connection ends",
			run: fullConnection,
		},
		{
			name: "Changed stays open while nothing changes",
			of:   "codec.Conn.Changed", says: changedSays,
			do:  "close the channel for changes only: a pool that waits for it would spin",
			run: changedQuiet,
		},
		{
			name: "Changed tells of each change of the state",
			of:   "codec.Conn.Changed", says: changedSays,
			do:  "close the channel after Load shows the new state, and make a new one for whoever asks then",
			run: changedTells,
		},
	}
}

// gated answers the method gate when its gate opens, and the others at once.
func (s *CodecSuite) gated(gate chan struct{}) onramp.Handler {
	return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		if req.Method == "gate" {
			<-gate
		}
		return s.echo(ctx, req)
	}
}

// begin starts n calls that wait for the gate, and returns their outcomes.
func (r *codecRig) begin(n int) (outcomes chan string, wait func()) {
	outcomes = make(chan string, n)
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			got, e := r.do(context.Background(), r.request("gate", "x"))
			if e != nil {
				got = fmt.Sprint(e.Code, " ", e.Origin)
			}
			outcomes <- got
		})
	}
	synctest.Wait()
	return outcomes, wg.Wait
}

func loadCounts(t *checking, s *CodecSuite) {
	gate := make(chan struct{})
	r := s.rig(t, s.gated(gate))
	defer r.close()
	free, _ := r.conn.Load()
	n := min(free, 7)
	_, wait := r.begin(n)
	if now, state := r.conn.Load(); now != free-n || state != codec.Ready {
		t.broken("with %d calls under way Load returns %d, %v; it was %d before them", n, now, state, free)
	}
	close(gate)
	wait()
	if now, state := r.conn.Load(); now != free || state != codec.Ready {
		t.broken("when %d calls have ended Load returns %d, %v; it was %d before them", n, now, state, free)
	}
}

func fullConnection(t *checking, s *CodecSuite) {
	gate := make(chan struct{})
	r := s.rig(t, s.gated(gate))
	defer r.close()
	free, _ := r.conn.Load()
	if free > 4096 {
		t.Skipf("the connection takes %d calls: give New a codec with a smaller limit to have it filled", free)
	}
	_, wait := r.begin(free)
	now, state := r.conn.Load()
	if now != 0 || state != codec.Ready {
		t.broken("with %d calls under way, which is all it took, Load returns %d, %v; want 0, ready", free, now, state)
	}
	changed := r.conn.Changed()
	_, e := r.call("one too many")
	r.want(e, onramp.OK, onramp.Local)
	if isClosed(changed) {
		t.broken("Changed was closed while the connection is full")
	}
	close(gate)
	synctest.Wait()
	if !isClosed(changed) {
		t.broken("the calls have ended, and the channel that Changed gave for the full connection is open")
	}
	wait()
	r.works("after it was full")
}

func changedQuiet(t *checking, s *CodecSuite) {
	r := s.rig(t, s.echo)
	defer r.close()
	changed := r.conn.Changed()
	for range 5 {
		r.works("at first")
	}
	time.Sleep(3 * time.Second)
	if isClosed(changed) {
		t.broken("after a few calls on a ready connection the channel of Changed is closed")
	}
	if isClosed(r.conn.Changed()) {
		t.broken("the channel that Changed gives for a ready connection is closed")
	}
}

func changedTells(t *checking, s *CodecSuite) {
	for how, change := range map[string]func(r *codecRig){
		"Close": func(r *codecRig) { _ = r.conn.Close() },
		"Drain": func(r *codecRig) { _ = r.conn.Drain(context.Background()) },
		"the end of the connection": func(r *codecRig) {
			r.link.Cut()
			_, _ = r.conn.RoundTrip(context.Background(), r.request("echo", "x"))
		},
	} {
		r := s.rig(t, s.echo)
		r.works("at first")
		changed := r.conn.Changed()
		change(r)
		synctest.Wait()
		if _, state := r.conn.Load(); state != codec.Closed {
			t.broken("after %s Load returns %v, want closed", how, state)
		}
		if !isClosed(changed) {
			t.broken("after %s the channel of Changed is open", how)
		}
		r.close()
	}
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
