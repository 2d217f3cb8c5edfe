package onramptest

import (
	"context"
	"io"
	"sync/atomic"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// codecPeers is what a peer that fails can do.
func codecPeers() []check[*CodecSuite] {
	return []check[*CodecSuite]{
		{
			name: "a peer that vanishes ends its calls with origin Wire",
			of:   "onramp.Wire", says: "Wire: it left this process, no answer came, and it may have run.",
			do:  "end every call that was written with origin Wire when reading or writing nc fails",
			run: peerVanishes,
		},
		{
			name: "the contexts of handlers end when their caller is gone",
			of:   "codec.Codec.Serve", says: "Serve answers calls on nc until the peer or ctx ends it.",
			do:  "cancel the handlers' contexts when reading nc fails, and return when they have returned",
			run: callerVanishes,
		},
		{
			name: "a reply that ends early is no reply",
			of:   "codec.Conn.RoundTrip", says: "RoundTrip sends req and returns its undecoded response.",
			do:  "wait for a whole frame; what is left when the peer closes ends the call with origin Wire",
			run: cutReplies,
		},
		{
			name: "a request that ends early runs no handler",
			of:   "codec.Codec.Serve", says: "Serve answers calls on nc until the peer or ctx ends it.",
			do:  "call the handler for whole frames only, and return when the peer closes within one",
			run: cutRequests,
		},
	}
}

func peerVanishes(t *checking, s *CodecSuite) {
	for how, vanish := range map[string]func(r *codecRig){
		"reset":  func(r *codecRig) { r.link.Cut() },
		"closed": func(r *codecRig) { _ = r.server.Close() },
	} {
		r := s.dial(t)
		peer := r.raw()
		go func() { _, _ = io.Copy(io.Discard, peer) }()
		r.open()
		free, _ := r.conn.Load()
		n := min(free, 5)
		outcomes, wait := r.begin(n)
		time.Sleep(time.Second)
		began := time.Now()
		vanish(r)
		for _, o := range collect(outcomes, n) {
			if o != "unavailable wire" {
				t.broken("a call whose connection was %s by the peer ended with %q; want unavailable, origin wire", how, o)
			}
		}
		if d := time.Since(began); d > time.Second {
			t.broken("calls ended %v after their connection was %s", d, how)
		}
		wait()
		synctest.Wait()
		if _, state := r.conn.Load(); state != codec.Closed {
			t.broken("the connection was %s by the peer, and its state is %v", how, state)
		}
		r.close()
	}
}

func callerVanishes(t *checking, s *CodecSuite) {
	for how, vanish := range map[string]func(r *codecRig){
		"was reset":  func(r *codecRig) { r.link.Cut() },
		"was closed": func(r *codecRig) { _ = r.client.Close() },
	} {
		var ended atomic.Int64
		began := time.Now()
		r := s.rig(t, func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
			<-ctx.Done()
			ended.Store(int64(time.Since(began)))
			return nil, ctx.Err()
		})
		req := r.request("hang", "x")
		go func() { _, _ = r.conn.RoundTrip(context.Background(), req) }()
		time.Sleep(time.Second)
		vanish(r)
		if !r.returned(10 * time.Second) {
			t.broken("10 s after the connection %s Serve has not returned", how)
		}
		if d := time.Duration(ended.Load()); d > 2*time.Second || d == 0 {
			t.broken("the connection %s after 1 s, and the context of its handler ended after %v (0 is never)", how, d)
		}
		r.close()
	}
}

// offsets are at most n places within 0..length-1, the first and last ones always.
func offsets(length, n int) []int {
	var out []int
	step := max(1, length/n)
	for i := 0; i < length; i += step {
		out = append(out, i)
	}
	if length > 0 && out[len(out)-1] != length-1 {
		out = append(out, length-1)
	}
	return out
}

// exchange makes one call and returns what both sides have written, replies from
// the first byte that a reply to this call can have.
func (s *CodecSuite) exchange(t *checking, text string) (request, reply []byte) {
	t.Helper()
	r := s.rig(t, s.echo)
	defer r.close()
	if _, e := r.call(text); e != nil {
		t.stop("a call returned %v", e)
	}
	return r.client.sent(), r.server.sent()
}

func cutReplies(t *checking, s *CodecSuite) {
	_, reply := s.exchange(t, "cut")
	for _, n := range offsets(len(reply), 80) {
		r := s.dial(t)
		r.server.cap(n)
		r.serve(s.echo)
		r.open()
		got, e := r.call("cut")
		if e == nil {
			t.broken("the peer closed after %d of %d bytes, and the call returned the reply %q", n, len(reply), got)
		} else if e.Origin == onramp.Refused || e.Origin == onramp.Local {
			t.broken("the peer closed after %d of %d bytes of a reply, and the call returned %v: it ran, and would be sent again", n, len(reply), e)
		}
		r.close()
	}
}

func cutRequests(t *checking, s *CodecSuite) {
	request, _ := s.exchange(t, "cut")
	for _, n := range offsets(len(request), 80) {
		var ran atomic.Int32
		r := s.dial(t)
		r.client.cap(n)
		r.serve(func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
			ran.Add(1)
			return s.echo(ctx, req)
		})
		r.open()
		_, _ = r.conn.RoundTrip(context.Background(), r.request("echo", "cut"))
		if ran.Load() != 0 {
			t.broken("the client closed after %d of %d bytes of a request, and its handler ran", n, len(request))
		}
		if !r.returned(20 * time.Second) {
			t.broken("20 s after the client has closed within a request Serve has not returned")
		}
		r.close()
	}
}
