package onramptest

import (
	"context"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// codecDial is the contract of Codec.Name and Codec.Dial.
func codecDial() []check[*CodecSuite] {
	return []check[*CodecSuite]{
		{
			name: "Name is one word and stays the same",
			of:   "codec.Codec.Name", says: `Name is the protocol's name in targets and errors, "bolt".`,
			do:  "return a constant of lower-case letters, digits and dashes: it stands in targets as name://",
			run: nameStays,
		},
		{
			name: "Dial owns the connection also when it fails",
			of:   "codec.Codec.Dial", says: "It owns nc from then on, also when it fails.",
			do:  "close nc before Dial returns an error",
			run: dialOwns,
		},
		{
			name: "the context of Dial does not end the connection",
			of:   "codec.Codec.Dial", says: "ctx bounds only the set-up.",
			do:  "do not derive the connection's context from Dial's; context.WithoutCancel keeps its values",
			run: dialContext,
		},
	}
}

func nameStays(t *checking, s *CodecSuite) {
	c := s.New()
	name := c.Name()
	for _, b := range []byte(name) {
		if b != '-' && (b < 'a' || b > 'z') && (b < '0' || b > '9') {
			t.broken("Name is %q: %q cannot stand in a target", name, b)
		}
	}
	if name == "" || c.Name() != name || s.New().Name() != name {
		t.broken("Name is %q, then %q, and %q of another codec of New", name, c.Name(), s.New().Name())
	}
}

func dialOwns(t *checking, s *CodecSuite) {
	done, cancel := context.WithCancel(context.Background())
	cancel()
	harm := map[string]func(r *codecRig) context.Context{
		"with a context that has ended": func(*codecRig) context.Context { return done },
		"on a connection that was reset": func(r *codecRig) context.Context {
			r.link.Cut()
			return context.Background()
		},
		"on a connection that is closed": func(r *codecRig) context.Context {
			_ = r.client.Conn.Close()
			return context.Background()
		},
	}
	for how, do := range harm {
		r := s.dial(t)
		_ = r.raw()
		c, err := r.codec.Dial(do(r), r.client)
		if err == nil {
			_ = c.Close()
		}
		if !r.client.closed() {
			t.broken("Dial %s returned %v, and nc was not closed", how, err)
		}
		if _, ok := err.(*onramp.Error); err == nil && c == nil || ok && c != nil {
			t.broken("Dial %s returned %v, %v", how, c, err)
		}
		r.close()
	}
}

func dialContext(t *checking, s *CodecSuite) {
	r := s.dial(t)
	r.serve(s.echo)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	c, err := r.codec.Dial(ctx, r.client)
	if err != nil {
		t.stop("Dial returned %v", err)
	}
	r.conn = c
	defer r.close()
	r.works("before the context of Dial ends")
	cancel()
	time.Sleep(10 * time.Second)
	if _, state := c.Load(); state != codec.Ready {
		t.stop("when the context of Dial has ended the connection is %v", state)
	}
	r.works("after the context of Dial has ended")
}
