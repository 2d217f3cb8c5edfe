package onramptest

import (
	"context"
	"io"
	"time"

	"github.com/onrampmesh/onramp/codec"
)

// codecGround is what every other check builds on.
func codecGround() []check[*CodecSuite] {
	return []check[*CodecSuite]{
		{
			name: "a call gets the reply of its handler",
			of:   "codec.Conn.RoundTrip", says: "RoundTrip sends req and returns its undecoded response.",
			do:  "make one call over Dial and Serve work; set CodecSuite.Message, Empty and Text when the codec's serializers want messages of their own",
			run: replies,
		},
		{
			name: "Close ends a client connection and its goroutines",
			of:   "codec.Conn.Close", says: "Close ... returns when the connection's goroutines are gone.",
			do:  "close nc, and wait in Close for every goroutine that Dial or a call has started",
			run: clientGone,
		},
		{
			name: "Serve returns when its peer closes, and leaves no goroutine",
			of:   "codec.Codec.Serve", says: "It closes nc, and no goroutine of its own is left when it returns.",
			do:  "wait in Serve for every goroutine that it or a call has started",
			run: serverGone,
		},
	}
}

func replies(t *checking, s *CodecSuite) {
	r := s.rig(t, s.echo)
	defer r.close()
	if got, err := r.call("hello"); err != nil || got != "echo hello" {
		t.broken("the call returned %q, %v; want %q", got, orNil(err), "echo hello")
	}
	if free, state := r.conn.Load(); free < 1 || state != codec.Ready {
		t.broken("after one call Load returns %d, %v; want room, ready", free, state)
	}
}

// clientGone closes a client's connection whose peer never says anything.
func clientGone(t *checking, s *CodecSuite) {
	r := s.dial(t)
	r.client.lag = 100 * time.Millisecond
	peer := r.raw()
	r.open()
	defer r.close()
	go func() { _, _ = io.Copy(io.Discard, peer) }()
	time.Sleep(time.Second)
	if err := r.conn.Close(); err != nil {
		t.broken("Close returned %v", err)
	}
	if !r.client.closed() {
		t.broken("Close has returned and nc is open")
	}
}

// serverGone lets a client go that has made a call.
func serverGone(t *checking, s *CodecSuite) {
	r := s.rig(t, s.echo)
	defer r.close()
	r.works("at first")
	_ = r.conn.Close()
	if !r.returned(time.Minute) {
		t.broken("a minute after the peer has closed the connection Serve has not returned")
		r.drain()
	} else if !r.server.closed() {
		t.broken("Serve has returned and nc is open")
	}
}

// returned waits for the end of Serve.
func (r *codecRig) returned(within time.Duration) bool {
	select {
	case <-r.served:
		return true
	case <-time.After(within):
		return false
	}
}

// codecGone is what else must be gone in the end.
func codecGone() []check[*CodecSuite] {
	return []check[*CodecSuite]{{
		name: "Serve returns when its context ends, and leaves no goroutine",
		of:   "codec.Codec.Serve", says: "When ctx ends it drains in the protocol's own way, refuses new calls as Refused, finishes the rest and returns",
		do:  "when ctx ends and no call is under way, say so to the peer, give it a moment to close, and close nc",
		run: idleDrain,
	}}
}

func idleDrain(t *checking, s *CodecSuite) {
	r := s.rig(t, s.echo)
	defer r.close()
	r.works("at first")
	r.drain()
	if !r.returned(time.Minute) {
		t.broken("Serve runs on a minute after its context ended, on a connection without a call")
		_ = r.server.Conn.Close()
		return
	}
	if !r.server.closed() {
		t.broken("Serve has returned and nc is open")
	}
	if _, err := r.do(context.Background(), r.request("echo", "late")); err == nil {
		t.broken("a call over a connection that Serve has left succeeded")
	}
}
