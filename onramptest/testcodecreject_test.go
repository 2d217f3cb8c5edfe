package onramptest_test

import (
	"context"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/framed"
	"github.com/onrampmesh/onramp/codec/json"
	"github.com/onrampmesh/onramp/onramptest"
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

// brittle takes a Read of one byte for the end.
type brittle struct{ net.Conn }

func (b brittle) Read(p []byte) (int, error) {
	n, err := b.Conn.Read(p)
	if n == 1 {
		return n, io.ErrUnexpectedEOF
	}
	return n, err
}

func TestCodecRejectsErrorsThatSayTheWrongThing(t *testing.T) {
	bare := func(e *onramp.Error) error {
		if e.Code == onramp.Canceled && e.Origin == onramp.Wire {
			return context.Canceled
		}
		return e
	}
	rejects(t, broken{
		name:  "returns the context's error",
		run:   fails(bare),
		fails: []string{"a call ends with its context"},
		says:  "every error of it is an *onramp.Error",
	}, broken{
		name: "makes every failure internal",
		run: answers(func(p *onramp.Response, err error) (*onramp.Response, error) {
			if e := onramp.AsError(err); e != nil && !e.Business && e.Origin == onramp.Remote {
				err = &onramp.Error{Code: onramp.Internal, Err: e.Err}
			}
			return p, err
		}),
		fails: []string{"a handler's error keeps its code", "the error of a streaming handler is the last word of Recv"},
		says:  "want code canceled",
	}, broken{
		name:  "counts business errors as failures",
		run:   fails(func(e *onramp.Error) error { e.Business = false; return e }),
		fails: []string{"a business error arrives as one"},
		says:  "Business false",
	}, broken{
		name: "refuses what failed further down",
		run: answers(func(p *onramp.Response, err error) (*onramp.Response, error) {
			if e := onramp.AsError(err); e != nil && e.Origin == onramp.Local {
				err = &onramp.Error{Code: e.Code, Origin: onramp.Refused, Err: e.Err}
			}
			return p, err
		}),
		fails: []string{"an error that a handler met further down is its answer"},
		says:  "its own call would be sent again",
	}, broken{
		name: "says that a lost call did not leave",
		run: fails(func(e *onramp.Error) error {
			if e.Origin == onramp.Wire && e.Code == onramp.Unavailable {
				e.Origin = onramp.Local
			}
			return e
		}),
		fails: []string{
			"Close ends the calls under way, each once, with origin Wire", "Drain ends with its context",
			"a peer that vanishes ends its calls with origin Wire", "a reply that ends early is no reply",
			"a client survives a peer of another protocol",
		},
		says: "it ran, and would be sent again",
	}, broken{
		name: "dies of a handler's panic",
		run: serves(func(_ net.Conn, h onramp.Handler) onramp.Handler {
			return func(ctx context.Context, req *onramp.Request) (p *onramp.Response, err error) {
				done := make(chan struct{})
				go func() {
					defer close(done)
					p, err = h(ctx, req)
				}()
				<-done
				return p, err
			}
		}),
		fails: []string{"a handler that panics fails its own call only"},
		says:  "out of paper",
	}, broken{
		name: "closes the connection of a handler that panics",
		run: serves(func(nc net.Conn, h onramp.Handler) onramp.Handler {
			return func(ctx context.Context, req *onramp.Request) (p *onramp.Response, err error) {
				defer func() {
					if v := recover(); v != nil {
						_ = nc.Close()
					}
				}()
				return h(ctx, req)
			}
		}),
		fails: []string{"a handler that panics fails its own call only"},
		says:  "want a failure of origin Remote",
	}, broken{
		name: "answers a stream over a protocol without any as if it were lost",
		run: func(t *testing.T) {
			onramptest.TestCodec(t, onramptest.CodecSuite{New: func() codec.Codec {
				return &streamless{patch{Codec: framed.New(onramptest.PipeFramer{}, onramptest.PipeBody{}), conn: connPatch{trip: lostStreams}}}
			}})
		},
		fails: []string{"streams that a protocol lacks fail here"},
		says:  "want code unimplemented",
	})
}

// streamless is a patched codec without streams.
type streamless struct{ patch }

func (*streamless) Streams() bool { return false }

func (s *streamless) Dial(ctx context.Context, nc net.Conn) (codec.Conn, error) {
	c, err := s.patch.Dial(ctx, nc)
	if err != nil {
		return nil, err
	}
	return abandons{c, c.(*patchedConn).Conn.(codec.Abandoner)}, nil
}

type abandons struct {
	codec.Conn
	codec.Abandoner
}

func lostStreams(ctx context.Context, c *patchedConn, req *onramp.Request) (*onramp.Response, error) {
	if req.Kind.Streaming() {
		return nil, onramp.NewError(onramp.Unavailable, onramp.Wire, "no answer")
	}
	return c.Conn.RoundTrip(ctx, req)
}

func TestCodecRejectsCallsThatDoNotEndInTime(t *testing.T) {
	rejects(t, broken{
		name: "does not know of deadlines",
		run: trips(func(ctx context.Context, c *patchedConn, req *onramp.Request) (*onramp.Response, error) {
			req.Deadline = time.Time{}
			return c.Conn.RoundTrip(ctx, req)
		}),
		fails: []string{
			"a call ends at its deadline", "a call that has no time left is not sent",
			"the peer is told how long the caller waits", "a late reply is delivered to nobody",
		},
		says: "has not ended: something waits and does not end",
	}, broken{
		name:  "keeps the deadline to itself",
		run:   requests(func(req *onramp.Request) { req.Deadline = time.Time{} }),
		fails: []string{"the peer is told how long the caller waits"},
		says:  "the caller waits for 2s",
	}, broken{
		name: "sends a call whose context has ended",
		run: trips(func(ctx context.Context, c *patchedConn, req *onramp.Request) (*onramp.Response, error) {
			if ctx.Err() != nil && !req.Kind.Streaming() {
				ctx = context.WithoutCancel(ctx)
			}
			return c.Conn.RoundTrip(ctx, req)
		}),
		fails: []string{"a call that has no time left is not sent"},
		says:  "the call succeeded; want canceled",
	}, broken{
		name: "gives the next call a late reply",
		run:  trips(lateToNext),
		fails: []string{
			"a late reply is delivered to nobody", "a call that is given up leaves a usable connection, or says why not",
			"the places of calls that were given up come back",
		},
		says: "got the reply",
	}, broken{
		name: "lets handlers run when their caller is gone",
		run: serves(func(_ net.Conn, h onramp.Handler) onramp.Handler {
			return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
				if req.Stream == nil {
					limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), 40*time.Second)
					defer cancel()
					ctx = limit
				}
				return h(ctx, req)
			}
		}),
		fails: []string{
			"the contexts of handlers end when their caller is gone", "closing the connection is the hard stop of Serve",
			"Close ends the calls under way, each once, with origin Wire", "the codec works over TCP",
		},
		says: "the contexts of 20 handlers have not ended",
	})
}

// lateToNext lets a call that is given up run on, and answers the next one with
// its reply.
func lateToNext(ctx context.Context, c *patchedConn, req *onramp.Request) (*onramp.Response, error) {
	if ctx.Err() != nil || req.Kind != onramp.Unary || req.Method != "slow" {
		if late, ok := c.kept.Load().(chan *onramp.Response); ok {
			select {
			case p := <-late:
				return p, nil
			default:
			}
		}
		return c.Conn.RoundTrip(ctx, req)
	}
	reply, failed := make(chan *onramp.Response, 1), make(chan error, 1)
	long := req.Clone()
	long.Deadline = time.Now().Add(time.Minute)
	go func() {
		p, err := c.Conn.RoundTrip(context.WithoutCancel(ctx), long)
		if err != nil {
			failed <- err
			return
		}
		reply <- p
	}()
	timer := time.NewTimer(time.Until(req.Deadline))
	defer timer.Stop()
	select {
	case p := <-reply:
		return p, nil
	case err := <-failed:
		return nil, err
	case <-ctx.Done():
	case <-timer.C:
	}
	c.kept.Store(reply)
	return nil, onramp.NewError(onramp.DeadlineExceeded, onramp.Wire, "no reply")
}

func TestCodecRejectsConnectionsThatHideTheirState(t *testing.T) {
	loads := func(f func(c codec.Conn) (int, codec.ConnState)) func(*testing.T) {
		return (&patch{conn: connPatch{load: f}}).conforms()
	}
	rejects(t, broken{
		name: "has always room",
		run: loads(func(c codec.Conn) (int, codec.ConnState) {
			free, state := c.Load()
			if state == codec.Ready {
				free = 128
			}
			return free, state
		}),
		fails: []string{
			"Load counts the calls under way", "a full connection fails further calls here, and has room again",
			"a stream holds a place until it ends",
		},
		says: "with 7 calls under way Load returns 128",
	}, broken{
		name: "does not say that its peer goes away",
		run: loads(func(c codec.Conn) (int, codec.ConnState) {
			free, state := c.Load()
			if state == codec.Draining {
				state = codec.Ready
			}
			return free, state
		}),
		fails: []string{
			"a server that drains runs no new call, and its client learns it",
			"Drain finishes the calls under way and takes no new ones",
		},
		says: "the client's Load was still ready",
	}, broken{
		name: "tells of no change",
		run: (&patch{conn: connPatch{changed: func(codec.Conn) <-chan struct{} {
			return make(chan struct{})
		}}}).conforms(),
		fails: []string{
			"a full connection fails further calls here, and has room again", "Changed tells of each change of the state",
			"a server that drains runs no new call, and its client learns it",
			"Drain finishes the calls under way and takes no new ones",
		},
		says: "the channel of Changed is open",
	}, broken{
		name: "tells of changes all the time",
		run: (&patch{conn: connPatch{changed: func(codec.Conn) <-chan struct{} {
			c := make(chan struct{})
			close(c)
			return c
		}}}).conforms(),
		fails: []string{"a full connection fails further calls here, and has room again", "Changed stays open while nothing changes"},
		says:  "on a ready connection the channel of Changed is closed",
	}, broken{
		name: "says that the peer may have run what a full connection did not take",
		run: fails(func(e *onramp.Error) error {
			if e.Code == onramp.ResourceExhausted && e.Origin == onramp.Local {
				e.Origin = onramp.Wire
			}
			return e
		}),
		fails: []string{"a full connection fails further calls here, and has room again"},
		says:  "origin [local]",
	})
}

func TestCodecRejectsDrainsThatDoHarm(t *testing.T) {
	drains := func(f func(ctx context.Context, c codec.Conn) error) func(*testing.T) {
		return (&patch{conn: connPatch{drain: f}}).conforms()
	}
	rejects(t, broken{
		name:  "cuts calls off when it drains",
		run:   drains(func(_ context.Context, c codec.Conn) error { return c.Close() }),
		fails: []string{"Drain finishes the calls under way and takes no new ones", "Drain ends with its context"},
		says:  `the call that was under way ended with ["unavailable wire"]`,
	}, broken{
		name:  "drains as long as it takes",
		run:   drains(func(ctx context.Context, c codec.Conn) error { return c.Drain(context.WithoutCancel(ctx)) }),
		fails: []string{"Drain ends with its context"},
		says:  "Drain with a context of 2 s took",
	}, broken{
		name: "ends the contexts of handlers when the server drains",
		run: (&patch{serve: func(serving context.Context, c codec.Codec, nc net.Conn, h onramp.Handler) error {
			return c.Serve(serving, nc, func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
				ctx, cancel := context.WithCancel(ctx)
				defer cancel()
				defer context.AfterFunc(serving, cancel)()
				return h(ctx, req)
			})
		}}).conforms(),
		fails: []string{"a server that drains finishes what it has"},
		says:  "the context of a handler had ended: by the drain",
	}, broken{
		name: "cancels a stream's context when RoundTrip returns",
		run: trips(func(ctx context.Context, c *patchedConn, req *onramp.Request) (*onramp.Response, error) {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			return c.Conn.RoundTrip(ctx, req)
		}),
		fails: []string{
			"a client stream sends many and receives one", "a server stream sends one and receives many",
			"both sides of a stream send at once", "the error of a streaming handler is the last word of Recv",
			"a stream ends with the context that opened it", "a stream ends with its connection",
			"observers of a stream hear of its end once", "a stream holds a place until it ends",
		},
		says: "heard of its end 1 times",
	})
}
