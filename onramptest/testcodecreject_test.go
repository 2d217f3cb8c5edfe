package onramptest_test

import (
	"context"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/json"
)

func TestCodecRejectsDetectorsThatGuess(t *testing.T) {
	var seen atomic.Bool
	matches := func(f func(c codec.Codec, prefix []byte) codec.Match) func(*testing.T) {
		return (&patch{match: f}).conforms()
	}
	rejects(t, broken{
		name: "takes every connection",
		run: matches(func(c codec.Codec, prefix []byte) codec.Match {
			if len(prefix) == 0 {
				return codec.More
			}
			return codec.Yes
		}),
		fails: []string{"Match leaves other protocols to their codecs"},
		says:  "bytes of a http connection, is Yes",
	}, broken{
		name: "wants 32 bytes",
		run: matches(func(c codec.Codec, prefix []byte) codec.Match {
			if len(prefix) < 32 {
				return codec.More
			}
			return c.Match(prefix)
		}),
		fails: []string{"Match decides within 24 bytes"},
		says:  "Match of 24 bytes",
	}, broken{
		name: "says no while it cannot know",
		run: matches(func(c codec.Codec, prefix []byte) codec.Match {
			if m := c.Match(prefix); m != codec.More {
				return m
			}
			return codec.No
		}),
		fails: []string{"Match takes its own protocol at every length"},
		says:  "Match of no bytes is No",
	}, broken{
		name: "remembers the connection before",
		run: matches(func(c codec.Codec, prefix []byte) codec.Match {
			m := c.Match(prefix)
			if foreign := seen.Swap(m == codec.No); foreign && m == codec.More {
				return codec.No
			}
			return m
		}),
		fails: []string{"Match keeps nothing between connections"},
		says:  "when it is asked again after another connection",
	})
}

func TestCodecRejectsConnectionsWithoutAnOwner(t *testing.T) {
	rejects(t, broken{
		name: "leaves the connection open when Dial fails",
		run: (&patch{dial: func(ctx context.Context, c codec.Codec, nc net.Conn) (codec.Conn, error) {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			return c.Dial(ctx, nc)
		}}).conforms(),
		fails: []string{"Dial owns the connection also when it fails"},
		says:  "nc was not closed",
	}, broken{
		name: "closes with the context of Dial",
		run: (&patch{dial: func(ctx context.Context, c codec.Codec, nc net.Conn) (codec.Conn, error) {
			conn, err := c.Dial(ctx, nc)
			if err == nil {
				context.AfterFunc(ctx, func() { _ = conn.Close() })
			}
			return conn, err
		}}).conforms(),
		fails: []string{"the context of Dial does not end the connection"},
		says:  "the connection is closed",
	}, broken{
		name: "leaves a goroutine behind Close",
		run: (&patch{dial: func(ctx context.Context, c codec.Codec, nc net.Conn) (codec.Conn, error) {
			go func() {
				for {
					time.Sleep(10 * time.Second)
				}
			}()
			return c.Dial(ctx, nc)
		}}).conforms(),
		fails: []string{"a call gets the reply of its handler"},
		says:  "1 goroutines are left",
	}, broken{
		name: "closes in the background",
		run: (&patch{conn: connPatch{close: func(c *patchedConn) error {
			go func() { _ = c.Conn.Close() }()
			return nil
		}}}).conforms(),
		fails: []string{"Close ends a client connection and its goroutines"},
		says:  "Close has returned and nc is open",
	}, broken{
		name: "fails a second Close",
		run: (&patch{conn: connPatch{close: func(c *patchedConn) error {
			if c.closes.Add(1) > 1 {
				return net.ErrClosed
			}
			return c.Conn.Close()
		}}}).conforms(),
		fails: []string{"Close may be called again, and by many"},
		says:  "use of closed network connection",
	}, broken{
		name: "serves on when its context has ended",
		run: (&patch{serve: func(ctx context.Context, c codec.Codec, nc net.Conn, h onramp.Handler) error {
			return c.Serve(context.WithoutCancel(ctx), nc, h)
		}}).conforms(),
		fails: []string{"Serve returns when its context ends, and leaves no goroutine"},
		says:  "Serve runs on a minute after its context ended",
	})
}

func TestCodecRejectsCallsThatLoseWhatTheyCarry(t *testing.T) {
	var held atomic.Pointer[onramp.Body]
	rejects(t, broken{
		name:  "changes the case of methods",
		run:   requests(func(req *onramp.Request) { req.Method = strings.ToLower(req.Method) }),
		fails: []string{"names arrive as they were sent"},
		says:  `method "say-hello_2"`,
	}, broken{
		name:  "does not say who calls",
		run:   requests(func(req *onramp.Request) { req.Peer = onramp.Peer{} }),
		fails: []string{"a handler learns who calls"},
		says:  "Request.Peer is",
	}, broken{
		name: "keeps one value of a header key",
		run: trips(func(ctx context.Context, c *patchedConn, req *onramp.Request) (*onramp.Response, error) {
			var h onramp.Header
			for k, v := range req.Header.All() {
				h.Set(k, v)
			}
			req.Header.CopyFrom(&h)
			return c.Conn.RoundTrip(ctx, req)
		}),
		fails: []string{"header pairs arrive with every value"},
		says:  `the request's pair "x-multi" arrived as ["three"]`,
	}, broken{
		name: "drops trailers",
		run: answers(func(p *onramp.Response, err error) (*onramp.Response, error) {
			if p != nil {
				p.Trailer.Reset()
			}
			return p, err
		}),
		fails: []string{"trailer pairs arrive"},
		says:  "cost=42",
	}, broken{
		name: "gives a call the reply of another one",
		run: trips(func(ctx context.Context, c *patchedConn, req *onramp.Request) (*onramp.Response, error) {
			mine := req.Body
			if other := held.Swap(&mine); c.inflight.Load() > 50 && other != nil {
				req.Body = *other
			}
			return c.Conn.RoundTrip(ctx, req)
		}),
		fails: []string{"each of many calls gets its own reply"},
		says:  "did not get their own reply",
	}, broken{
		name: "waits for the end of a oneway call",
		run: trips(func(ctx context.Context, c *patchedConn, req *onramp.Request) (*onramp.Response, error) {
			if req.Kind == onramp.Oneway {
				req.Kind = onramp.Unary
			}
			return c.Conn.RoundTrip(ctx, req)
		}),
		fails: []string{"a oneway call reaches its handler and has no reply"},
		says:  "it waited for its handler",
	}, broken{
		name: "ends unary calls for their observers",
		run: trips(func(ctx context.Context, c *patchedConn, req *onramp.Request) (*onramp.Response, error) {
			resp, err := c.Conn.RoundTrip(ctx, req)
			if !req.Kind.Streaming() {
				req.End(onramp.Classify(err))
			}
			return resp, err
		}),
		fails: []string{"observers of a unary call are left to the client"},
		says:  "the codec ended a unary call 1 times",
	})
}

func TestCodecRejectsBodiesThatAreNotTheirOwnersAnyMore(t *testing.T) {
	rejects(t, broken{
		name: "encodes after RoundTrip has returned",
		run: trips(func(ctx context.Context, c *patchedConn, req *onramp.Request) (*onramp.Response, error) {
			if ctx.Done() == nil || ctx.Err() != nil || req.Kind.Streaming() {
				return c.Conn.RoundTrip(ctx, req)
			}
			type end struct {
				p   *onramp.Response
				err error
			}
			ended := make(chan end, 1)
			go func() {
				time.Sleep(40 * time.Millisecond)
				p, err := c.Conn.RoundTrip(context.WithoutCancel(ctx), req)
				ended <- end{p, err}
			}()
			select {
			case e := <-ended:
				return e.p, e.err
			case <-ctx.Done():
				return nil, &onramp.Error{Code: onramp.Classify(ctx.Err()).Code, Origin: onramp.Wire, Err: ctx.Err()}
			}
		}),
		fails: []string{"a message may be changed when RoundTrip has returned"},
		says:  "it was read after RoundTrip had returned",
	}, broken{
		name: "reads the next reply into the buffer of the last",
		run: trips(func(ctx context.Context, c *patchedConn, req *onramp.Request) (*onramp.Response, error) {
			resp, err := c.Conn.RoundTrip(ctx, req)
			if err != nil || c.inflight.Load() > 1 || req.Kind != onramp.Unary || len(resp.Body.Raw) > 4096 {
				return resp, err
			}
			buf, _ := c.kept.Load().([]byte)
			if buf == nil {
				buf = make([]byte, 4096)
				c.kept.Store(buf)
			}
			resp.Body = onramp.Received(buf[:copy(buf, resp.Body.Raw)], 0, json.New())
			return resp, nil
		}),
		fails: []string{"a reply's bytes stay until Release"},
		says:  "the held reply",
	}, broken{
		name: "encodes raw bytes once more",
		run: trips(func(ctx context.Context, c *patchedConn, req *onramp.Request) (*onramp.Response, error) {
			if req.Method == "back" {
				req.Body = onramp.Body{Value: string(req.Body.Raw)}
			}
			return c.Conn.RoundTrip(ctx, req)
		}),
		fails: []string{"raw bytes go out as they are"},
		says:  "the raw bytes",
	}, broken{
		name: "closes the connection for a message that it cannot encode",
		run: trips(func(ctx context.Context, c *patchedConn, req *onramp.Request) (*onramp.Response, error) {
			resp, err := c.Conn.RoundTrip(ctx, req)
			if e := onramp.AsError(err); e != nil && e.Code == onramp.InvalidArgument && e.Origin == onramp.Local {
				_ = c.Conn.Close()
			}
			return resp, err
		}),
		fails: []string{
			"a message that cannot be encoded fails here, and the connection goes on",
			"a message over the limit fails here, and the connection goes on",
		},
		says: "after it the connection is closed",
	}, broken{
		name: "reads one frame with one Read",
		run: (&patch{serve: func(ctx context.Context, c codec.Codec, nc net.Conn, h onramp.Handler) error {
			return c.Serve(ctx, brittle{nc}, h)
		}}).conforms(),
		fails: []string{"frames that arrive byte by byte are read"},
		says:  "over a network of single bytes",
	})
}
