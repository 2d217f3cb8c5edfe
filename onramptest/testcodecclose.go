package onramptest

import (
	"context"
	"sync"
	"sync/atomic"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

const closeSays = "Close ends the calls under way with origin Wire and returns when the connection's goroutines are gone. It may be called more than once."

// codecClose is how a connection ends.
func codecClose() []check[*CodecSuite] {
	return []check[*CodecSuite]{
		{
			name: "Close ends the calls under way, each once, with origin Wire",
			of:   "codec.Conn.Close", says: closeSays,
			do:  "end each call that was written with Unavailable, origin Wire, before Close returns",
			run: closeEndsCalls,
		},
		{
			name: "Close may be called again, and by many",
			of:   "codec.Conn.Close", says: closeSays,
			do:  "do the work once, and let everybody wait for it",
			run: closeAgain,
		},
		{
			name: "a closed connection takes no calls",
			of:   "codec.Conn.RoundTrip", says: "On a full, draining or closed connection it fails with origin Local.",
			do:  "look at the state before anything else, and fail with origin Local",
			run: closedRefuses,
		},
		{
			name: "calls and Close may cross",
			of:   "codec.Conn", says: "Conn is one client connection. Its methods may run at the same time.",
			do:  "decide under one lock, or by one compare-and-swap, whether a call or the end of the connection was first",
			run: closeCrosses,
		},
	}
}

func closeEndsCalls(t *checking, s *CodecSuite) {
	var running atomic.Int32
	r := s.rig(t, func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		running.Add(1)
		defer running.Add(-1)
		return s.hang(ctx, req)
	})
	defer r.close()
	free, _ := r.conn.Load()
	n := min(free, 20)
	ended := make(chan *onramp.Error, 2*n)
	began := time.Now()
	for range n {
		go func() {
			_, e := r.do(context.Background(), r.request("hang", "x"))
			ended <- e
		}()
	}
	synctest.Wait()
	time.Sleep(time.Second)
	_ = r.conn.Close()
	synctest.Wait()
	if len(ended) != n {
		t.broken("Close has returned, and %d of %d calls have ended", len(ended), n)
	}
	for range n {
		r.want(<-ended, onramp.Unavailable, onramp.Wire)
	}
	if d := time.Since(began); d > time.Second+slack {
		t.broken("calls ended %v after they began; the connection was closed after 1 s", d)
	}
	time.Sleep(time.Second)
	if k := running.Load(); k != 0 {
		t.broken("a second after the client has closed the connection the contexts of %d handlers have not ended", k)
	}
}

func closeAgain(t *checking, s *CodecSuite) {
	r := s.rig(t, s.echo)
	defer r.close()
	r.works("at first")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if err := r.conn.Close(); err != nil {
				t.broken("one of many Close returned %v", err)
			}
		})
	}
	wg.Wait()
	if err := r.conn.Close(); err != nil {
		t.broken("a later Close returned %v", err)
	}
	if err := r.conn.Drain(context.Background()); err != nil {
		t.broken("Drain of a closed connection returned %v", err)
	}
}

func closedRefuses(t *checking, s *CodecSuite) {
	r := s.rig(t, s.echo)
	defer r.close()
	r.works("at first")
	_ = r.conn.Close()
	if free, state := r.conn.Load(); free != 0 || state != codec.Closed {
		t.broken("after Close Load returns %d, %v; want 0, closed", free, state)
	}
	_, e := r.call("late")
	r.want(e, onramp.OK, onramp.Local)
	if _, err := r.conn.RoundTrip(context.Background(), r.request("echo", "later")); err == nil {
		t.broken("a call on a closed connection succeeded")
	}
}

// closeCrosses closes connections that calls are being made on.
func closeCrosses(t *checking, s *CodecSuite) {
	for round := range 10 {
		r := s.rig(t, s.echo)
		free, _ := r.conn.Load()
		var wg sync.WaitGroup
		for range min(free, 8) {
			wg.Go(func() {
				for range 20 {
					got, e := r.call("x")
					if e == nil && got != "echo x" || e != nil && e.Origin != onramp.Wire && e.Origin != onramp.Local {
						t.broken("a call that crossed Close returned %q, %v", got, orNil(e))
						return
					}
					if e != nil {
						return
					}
				}
			})
		}
		wg.Go(func() {
			time.Sleep(time.Duration(round%3) * time.Microsecond)
			_ = r.conn.Close()
		})
		wg.Wait()
		r.close()
	}
}
