package onramptest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// codecBytes is how the network cuts and joins what both sides write.
func codecBytes() []check[*CodecSuite] {
	return []check[*CodecSuite]{
		{
			name: "frames that arrive byte by byte are read",
			of:   "net.Conn.Read", says: "Read reads data from the connection.",
			do:  "read until a frame is whole: a Read may return one byte of it",
			run: byteByByte,
		},
		{
			name: "frames that arrive together are read one by one",
			of:   "net.Conn.Read", says: "Read reads data from the connection.",
			do:  "keep what follows a frame for the next one: a Read may return many",
			run: coalesced,
		},
		{
			name: "a slow network costs time only",
			of:   "codec.Conn.RoundTrip", says: "It ends by req.Deadline and by ctx.",
			do:  "have no timeouts of your own that are shorter than a call's deadline",
			run: slowNetwork,
		},
	}
}

func byteByByte(t *checking, s *CodecSuite) {
	r := s.rig(t, s.echo)
	defer r.close()
	r.link.ShortReads(1)
	for i := range 5 {
		text := strings.Repeat("b", i*60)
		if got, e := r.call(text); e != nil || got != "echo "+text {
			t.stop("a text of %d bytes over a network of single bytes came back as %.40q, %v", len(text), got, orNil(e))
		}
	}
}

// coalesced lets many requests arrive in one read, and then their replies.
func coalesced(t *checking, s *CodecSuite) {
	r := s.rig(t, s.echo)
	defer r.close()
	r.works("at first")
	free, _ := r.conn.Load()
	var wg sync.WaitGroup
	for _, d := range []Direction{ToServer, ToClient} {
		r.link.Freeze(d)
		for i := range min(free, 40) {
			wg.Go(func() {
				text := strings.Repeat(fmt.Sprint(i, " "), i)
				if got, e := r.call(text); e != nil || got != "echo "+text {
					t.broken("one of many calls that arrived in one read returned %.40q, %v; want %.40q", got, orNil(e), text)
				}
			})
		}
		synctest.Wait()
		r.link.Thaw()
		wg.Wait()
	}
}

func slowNetwork(t *checking, s *CodecSuite) {
	r := s.rig(t, s.echo)
	defer r.close()
	r.link.Delay(2 * time.Second)
	r.works("with 2 s of latency each way")
	r.works("with 2 s of latency each way")
}

// codecLimits is what is too much.
func codecLimits() []check[*CodecSuite] {
	return []check[*CodecSuite]{
		{
			name: "a message over the limit fails here, and the connection goes on",
			of:   "codec.Framer.Seal", says: "It fails when a limit is passed.",
			do:  "compare the encoded length with the limit before anything is written, and return InvalidArgument with origin Local",
			run: tooLarge,
		},
		{
			name: "a reply over the limit fails its call, and the connection goes on",
			of:   "codec.Codec.Serve", says: "Serve answers calls on nc until the peer or ctx ends it.",
			do:  "compare the encoded length with the limit before anything is written, and answer with an error instead",
			run: replyTooLarge,
		},
	}
}

func (s *CodecSuite) limited(t *checking) {
	t.Helper()
	if s.TooLarge == 0 {
		t.Skip("CodecSuite.TooLarge is not set")
	}
}

func tooLarge(t *checking, s *CodecSuite) {
	s.limited(t)
	r := s.rig(t, s.echo)
	defer r.close()
	r.works("at first")
	before := len(r.client.sent())
	_, e := r.call(strings.Repeat("x", s.TooLarge))
	r.want(e, onramp.InvalidArgument, onramp.Local)
	if n := len(r.client.sent()) - before; n > 0 {
		t.broken("%d bytes were written of a call that is too large", n)
	}
	if _, state := r.conn.Load(); state != codec.Ready {
		t.stop("after it the connection is %v", state)
	}
	r.works("after one that was too large")
}

func replyTooLarge(t *checking, s *CodecSuite) {
	s.limited(t)
	r := s.rig(t, func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		if req.Method == "much" {
			return s.reply(req, strings.Repeat("x", s.TooLarge)), nil
		}
		return s.echo(ctx, req)
	})
	defer r.close()
	_, e := r.do(context.Background(), r.request("much", "x"))
	if e == nil || e.Origin != onramp.Remote || e.Business {
		t.broken("a call whose reply is too large returned %v; want a failure of origin Remote", orNil(e))
	}
	r.works("after a reply that was too large")
}
