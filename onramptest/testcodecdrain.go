package onramptest

import (
	"context"
	"sync/atomic"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

const (
	serveSays = "When ctx ends it drains in the protocol's own way, refuses new calls as Refused, finishes the rest and returns"
	drainSays = "Drain takes no new calls, waits for those under way until ctx ends, and closes the connection."
)

// codecDrain is how both sides leave a connection without harm.
func codecDrain() []check[*CodecSuite] {
	return []check[*CodecSuite]{
		{
			name: "a server that drains finishes what it has",
			of:   "codec.Codec.Serve", says: serveSays,
			do:  "do not end handlers' contexts with ctx: wait for them, write their replies, and then return",
			run: serverFinishes,
		},
		{
			name: "a server that drains runs no new call, and its client learns it",
			of:   "codec.Codec.Serve", says: serveSays,
			do:  "send the protocol's go-away, or answer new calls with a refusal that tells of the drain; the client's Load is Draining from then on, and the call's error may be sent again (Refused or Local)",
			run: serverRefuses,
		},
		{
			name: "Drain finishes the calls under way and takes no new ones",
			of:   "codec.Conn.Drain", says: drainSays,
			do:  "set Draining first, then wait for the calls, then close",
			run: clientDrains,
		},
		{
			name: "Drain ends with its context",
			of:   "codec.Conn.Drain", says: drainSays,
			do:  "close the connection when ctx ends, whatever is under way",
			run: drainBounded,
		},
		{
			name: "closing the connection is the hard stop of Serve",
			of:   "codec.Codec.Serve", says: "closing nc is the hard stop.",
			do:  "end handlers' contexts and return when reading nc fails, drain or not",
			run: hardStop,
		},
	}
}

// collect returns the outcomes of the n calls that were begun.
func collect(outcomes chan string, n int) []string {
	var out []string
	for range n {
		select {
		case o := <-outcomes:
			out = append(out, o)
		case <-time.After(callTime + time.Second):
			return append(out, "no outcome")
		}
	}
	return out
}

func serverFinishes(t *checking, s *CodecSuite) {
	gate := make(chan struct{})
	var ended atomic.Bool
	h := s.gated(gate)
	r := s.rig(t, func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		p, err := h(ctx, req)
		ended.Store(ctx.Err() != nil)
		return p, err
	})
	defer r.close()
	free, _ := r.conn.Load()
	n := min(free, 3)
	outcomes, wait := r.begin(n)
	r.drain()
	time.Sleep(3 * time.Second)
	if r.returned(0) {
		t.broken("Serve returned while a handler was running")
	}
	close(gate)
	for _, o := range collect(outcomes, n) {
		if o != "echo x" {
			t.broken("a call that was under way when the drain began ended with %q", o)
		}
	}
	wait()
	if ended.Load() {
		t.broken("the context of a handler had ended: by the drain, which finishes what runs")
	}
	if !r.returned(time.Minute) {
		t.broken("a minute after the last reply of a drain Serve has not returned")
	}
}

func serverRefuses(t *checking, s *CodecSuite) {
	gate := make(chan struct{})
	var ran atomic.Int32
	h := s.gated(gate)
	r := s.rig(t, func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		if req.Method == "late" {
			ran.Add(1)
		}
		return h(ctx, req)
	})
	defer r.close()
	free, _ := r.conn.Load()
	_, wait := r.begin(min(free-1, 1)) // a protocol of one call at a time is idle
	changed := r.conn.Changed()
	r.drain()
	synctest.Wait()
	refused := make(chan *onramp.Error, 1)
	go func() {
		_, e := r.do(context.Background(), r.request("late", "x"))
		refused <- e
	}()
	time.Sleep(100 * time.Millisecond)
	_, early := r.conn.Load()
	unheard := early == codec.Ready && len(refused) == 1
	close(gate) // where replies come in order, the refusal waits for its turn
	e := <-refused
	if r.want(e, onramp.OK, onramp.Refused, onramp.Local); ran.Load() != 0 {
		t.broken("a handler ran for a call that came after the drain began")
	}
	synctest.Wait()
	if _, state := r.conn.Load(); state == codec.Ready || unheard {
		t.broken("the server drains and has refused a call with %v, and the client's Load was still ready", orNil(e))
	} else if !isClosed(changed) {
		t.broken("the client's state is %v, and the channel of Changed is open", state)
	}
	_, e = r.call("one more")
	r.want(e, onramp.OK, onramp.Local)
	wait()
}

func clientDrains(t *checking, s *CodecSuite) {
	gate := make(chan struct{})
	r := s.rig(t, s.gated(gate))
	defer r.close()
	outcomes, wait := r.begin(1)
	changed := r.conn.Changed()
	drained := make(chan error, 1)
	go func() { drained <- r.conn.Drain(context.Background()) }()
	synctest.Wait()
	if free, state := r.conn.Load(); free != 0 || state != codec.Draining {
		t.broken("while Drain waits Load returns %d, %v; want 0, draining", free, state)
	}
	if !isClosed(changed) {
		t.broken("Drain has begun, and the channel of Changed is open")
	}
	_, e := r.call("new")
	r.want(e, onramp.OK, onramp.Local)
	time.Sleep(3 * time.Second)
	select {
	case err := <-drained:
		t.broken("Drain returned %v while a call was under way", err)
		drained <- err
	default:
	}
	close(gate)
	if o := collect(outcomes, 1); o[0] != "echo x" {
		t.broken("the call that was under way ended with %q", o)
	}
	wait()
	if err := <-drained; err != nil {
		t.broken("Drain returned %v when every call had its reply", err)
	}
	if _, state := r.conn.Load(); state != codec.Closed || !r.client.closed() {
		t.broken("Drain has returned, the state is %v, and nc is closed: %v", state, r.client.closed())
	}
}

func drainBounded(t *checking, s *CodecSuite) {
	gate := make(chan struct{})
	r := s.rig(t, s.gated(gate))
	defer r.close()
	defer close(gate)
	outcomes, _ := r.begin(1)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	began := time.Now()
	_ = r.conn.Drain(ctx)
	if d := time.Since(began); d < 2*time.Second || d > 2*time.Second+slack {
		t.broken("Drain with a context of 2 s took %v while a call was under way", d)
	}
	if o := collect(outcomes, 1); o[0] != "unavailable wire" {
		t.broken("the call that the drain did not wait for ended with %q; want unavailable, origin wire", o)
	}
	if _, state := r.conn.Load(); state != codec.Closed || !r.client.closed() {
		t.broken("Drain has returned, the state is %v, and nc is closed: %v", state, r.client.closed())
	}
}

func hardStop(t *checking, s *CodecSuite) {
	var ended atomic.Int64
	began := time.Now()
	r := s.rig(t, func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		defer func() { ended.Store(int64(time.Since(began))) }()
		return s.hang(ctx, req)
	})
	defer r.close()
	go func() { _, _ = r.do(context.Background(), r.request("hang", "x")) }()
	synctest.Wait()
	r.drain()
	time.Sleep(time.Second)
	_ = r.server.Conn.Close()
	if !r.returned(time.Minute) {
		t.broken("a minute after nc was closed Serve has not returned")
	} else if d := time.Duration(ended.Load()); d > 2*time.Second {
		t.broken("nc was closed after 1 s, and the context of a handler ended after %v", d)
	}
}
