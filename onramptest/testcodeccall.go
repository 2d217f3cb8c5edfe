package onramptest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
)

// codecCalls is what a call carries, and to whom its reply goes.
func codecCalls() []check[*CodecSuite] {
	return []check[*CodecSuite]{
		{
			name: "names arrive as they were sent",
			of:   "onramp.Request", says: "Service, Version, Group and Method name what is called.",
			do:  "write the names into the frame and read them back unchanged; one that the protocol has no place for arrives empty",
			run: namesArrive,
		},
		{
			name: "a handler learns who calls",
			of:   "onramp.Peer", says: "Addr is the remote address. ... Protocol is the codec's name.",
			do:  "set Request.Peer in Serve, from nc.RemoteAddr and Codec.Name",
			run: peerKnown,
		},
		{
			name: "header pairs arrive with every value",
			of:   "onramp.Header", says: "Header is an ordered list of key and value pairs that travels with a request or a response. A key may occur more than once.",
			do:  "write every pair, those of the same key in their order, empty values and long ones; keys compare without case",
			run: pairsArrive,
		},
		{
			name: "trailer pairs arrive",
			of:   "onramp.Response", says: "Trailer is sent after the body where the protocol has a place for it; over others ... its pairs arrive at the end of the Header.",
			do:  "append Response.Trailer behind the pairs of Response.Header when the protocol has one block only",
			run: trailerArrives,
		},
		{
			name: "each of many calls gets its own reply",
			of:   "codec.Conn", says: "Conn is one client connection. Its methods may run at the same time.",
			do:  "pair a reply with its call by the frame's ID, or by order where the protocol has none",
			run: ownReplies,
		},
		{
			name: "a oneway call reaches its handler and has no reply",
			of:   "onramp.Oneway", says: "Oneway is a request without a response; it ends when it is written.",
			do:  "return from RoundTrip when the frame is written, answer nothing, and set Request.Kind on the server",
			run: onewayArrives,
		},
		{
			name: "observers of a unary call are left to the client",
			of:   "onramp.Request.End", says: "The client and the server call it for unary calls, and the codec's stream for streaming ones.",
			do:  "call Request.End for streams only",
			run: observersLeft,
		},
	}
}

func namesArrive(t *checking, s *CodecSuite) {
	r := s.rig(t, func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		if req.Service != "com.acme.Suite_1$Inner" || req.Method != "say-Hello_2" || req.Kind != onramp.Unary {
			t.broken("the handler got service %q, method %q, kind %d", req.Service, req.Method, req.Kind)
		}
		if req.Version != "" && req.Version != "2.0" || req.Group != "" && req.Group != "blue" {
			t.broken("the handler got version %q and group %q; want 2.0 and blue, or nothing", req.Version, req.Group)
		}
		return s.echo(ctx, req)
	})
	defer r.close()
	req := r.request("say-Hello_2", "x")
	req.Service, req.Version, req.Group = "com.acme.Suite_1$Inner", "2.0", "blue"
	if _, err := r.do(context.Background(), req); err != nil {
		t.broken("the call returned %v", err)
	}
}

func peerKnown(t *checking, s *CodecSuite) {
	var peer onramp.Peer
	r := s.rig(t, func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		peer = req.Peer
		return s.echo(ctx, req)
	})
	defer r.close()
	r.works("at first")
	if want := r.client.LocalAddr().String(); peer.Addr != want || peer.Protocol != r.codec.Name() {
		t.broken("Request.Peer is %+v; want Addr %s, Protocol %s", peer, want, r.codec.Name())
	}
}

// suitePairs are pairs that must survive the way.
func (s *CodecSuite) suitePairs() [][2]string {
	pairs := [][2]string{
		{"tenant", "acme"}, {"x-multi", "one"}, {"X-Mixed-Case", "Value With Spaces"}, {"x-multi", "two"},
		{"x-empty", ""}, {"x-signs", "a=b&c:d;e,f/%41?\"'"}, {"x-multi", "three"}, {"x-long", strings.Repeat("0123456789", 100)},
	}
	for i := range 20 {
		pairs = append(pairs, [2]string{fmt.Sprint("x-key-", i), fmt.Sprint("value ", i)})
	}
	if s.Lacks&LacksUnicode == 0 {
		pairs = append(pairs, [2]string{"x-unicode", "Grüße, 世界"})
	}
	return pairs
}

// checkPairs wants every pair in h, the values of a key in their order.
func (s *CodecSuite) checkPairs(t *checking, side string, h *onramp.Header) {
	t.Helper()
	want := map[string][]string{}
	for _, p := range s.suitePairs() {
		k := strings.ToLower(p[0])
		want[k] = append(want[k], p[1])
	}
	for k, values := range want {
		if got := h.Values(k); !slices.Equal(got, values) {
			t.broken("%s %.40q arrived as %.200q; want %.200q", side, k, got, values)
		}
	}
}

func pairsArrive(t *checking, s *CodecSuite) {
	s.lacks(t, LacksHeaders, "headers")
	r := s.rig(t, func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		s.checkPairs(t, "the request's pair", &req.Header)
		p, err := s.echo(ctx, req)
		if err == nil {
			for _, kv := range s.suitePairs() {
				p.Header.Add(kv[0], kv[1])
			}
		}
		return p, err
	})
	defer r.close()
	req := r.request("echo", "x")
	for _, kv := range s.suitePairs() {
		req.Header.Add(kv[0], kv[1])
	}
	resp, err := r.conn.RoundTrip(context.Background(), req)
	if err != nil {
		t.stop("the call returned %v", r.callError(err))
	}
	s.checkPairs(t, "the response's pair", &resp.Header)
	resp.Body.Release()
}

func trailerArrives(t *checking, s *CodecSuite) {
	s.lacks(t, LacksHeaders, "headers")
	r := s.rig(t, func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		p, err := s.echo(ctx, req)
		if err == nil {
			p.Header.Add("early", "1")
			p.Trailer.Add("cost", "42")
		}
		return p, err
	})
	defer r.close()
	resp, err := r.conn.RoundTrip(context.Background(), r.request("echo", "x"))
	if err != nil {
		t.stop("the call returned %v", r.callError(err))
	}
	if got := resp.Trailer.Get("cost") + resp.Header.Get("cost"); got != "42" || resp.Header.Get("early") != "1" {
		t.broken("the trailer's pair cost=42 arrived as %q, the header's early=1 as %q", got, resp.Header.Get("early"))
	}
	resp.Body.Release()
}

// ownReplies makes calls that end in another order than they begin.
func ownReplies(t *checking, s *CodecSuite) {
	r := s.rig(t, func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		text, err := s.read(&req.Body)
		if err != nil {
			return nil, err
		}
		time.Sleep(time.Duration(len(text)*7919%97) * time.Millisecond)
		return s.reply(req, text), nil
	})
	defer r.close()
	free, _ := r.conn.Load()
	var wg sync.WaitGroup
	var wrong atomic.Int32
	for w := range min(free, 300) {
		wg.Go(func() {
			for i := range 3 {
				want := fmt.Sprintf("%d/%d %s", w, i, strings.Repeat("x", w%50))
				if got, err := r.do(context.Background(), r.request("echo", want)); (err != nil || got != want) && wrong.Add(1) <= 3 {
					t.broken("the call %q returned %q, %v", want, got, orNil(err))
				}
			}
		})
	}
	wg.Wait()
	if n := wrong.Load(); n > 3 {
		t.broken("%d calls did not get their own reply", n)
	}
}

func onewayArrives(t *checking, s *CodecSuite) {
	s.lacks(t, LacksOneway, "oneway calls")
	var got atomic.Value
	r := s.rig(t, func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		if req.Method != "tell" {
			return s.echo(ctx, req)
		}
		text, err := s.read(&req.Body)
		got.Store(fmt.Sprintf("%s %v %v", text, req.Kind == onramp.Oneway, err))
		time.Sleep(time.Second)
		return s.reply(req, "nobody reads this"), nil
	})
	defer r.close()
	req := r.request("tell", "news")
	req.Kind = onramp.Oneway
	began := time.Now()
	if _, err := r.conn.RoundTrip(context.Background(), req); err != nil {
		t.broken("the oneway call returned %v", r.callError(err))
	}
	if d := time.Since(began); d >= time.Second {
		t.broken("the oneway call took %v: it waited for its handler", d)
	}
	synctest.Wait()
	if v := got.Load(); v != "news true <nil>" {
		t.broken("the handler got (text, Kind is Oneway, error) %v; want news true <nil>", v)
	}
	r.works("after a oneway call")
}

type ends struct{ n atomic.Int32 }

func (e *ends) End(*onramp.Request, onramp.Outcome) { e.n.Add(1) }

func observersLeft(t *checking, s *CodecSuite) {
	r := s.rig(t, s.echo)
	defer r.close()
	var e ends
	req := r.request("echo", "x")
	req.Observe(&e)
	if _, err := r.do(context.Background(), req); err != nil {
		t.broken("the call returned %v", err)
	}
	if n := e.n.Load(); n != 0 {
		t.broken("the codec ended a unary call %d times for its observers", n)
	}
}
