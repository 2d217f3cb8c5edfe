package streams_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/internal/leak"
	"github.com/onrampmesh/onramp/onramptest"
)

func TestMain(m *testing.M) { leak.Main(m) }

const addr = "chat:1"

// rig is one connection of the codec over a network, with its server.
type rig struct {
	codec.Conn
	net    *onramptest.Network
	drain  context.CancelFunc
	served chan error
}

// rigged runs f inside a bubble.
func rigged(t *testing.T, h onramp.Handler, f func(t *testing.T, r *rig), opts ...onramptest.StreamOption) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c, n := onramptest.StreamCodec(opts...), onramptest.NewNetwork(onramptest.Buffer(4<<10))
		ln, err := n.Listen(addr)
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		client, err := n.Dial(t.Context(), "tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		server, _ := ln.Accept()
		ctx, drain := context.WithCancel(t.Context())
		defer drain()
		r := &rig{net: n, drain: drain, served: make(chan error, 1)}
		go func() { r.served <- c.Serve(ctx, server, h); close(r.served) }()
		if r.Conn, err = c.Dial(t.Context(), client); err != nil {
			t.Fatal(err)
		}
		f(t, r)
		r.Close()
		<-r.served
	})
}

// ends is an Observer that notes how a call ended.
type ends struct {
	n    atomic.Int32
	last onramp.Outcome
}

func (e *ends) End(_ *onramp.Request, o onramp.Outcome) {
	e.last = o
	e.n.Add(1)
}

// want fails unless the call ended once, in this way.
func (e *ends) want(t *testing.T, code onramp.Code, origin onramp.Origin) {
	t.Helper()
	synctest.Wait()
	if n := e.n.Load(); n != 1 || e.last.Code != code || e.last.Origin != origin || e.last.At.IsZero() {
		t.Errorf("ended %d times, last %+v; want once, %v (%v)", n, e.last, code, origin)
	}
}

func request(kind onramp.Kind, method string, body any) (*onramp.Request, *ends) {
	r, e := &onramp.Request{Service: "Chat", Method: method, Kind: kind, Body: onramp.Body{Value: body}}, &ends{}
	r.Observe(e)
	return r, e
}

// open opens a stream.
func (r *rig) open(ctx context.Context, t *testing.T, kind onramp.Kind, method string, body any) (onramp.Stream, *ends) {
	t.Helper()
	req, e := request(kind, method, body)
	resp, err := r.RoundTrip(ctx, req)
	if err != nil {
		t.Fatal(err)
	}
	return resp.Stream, e
}

// failure checks an error's code and origin.
func failure(t *testing.T, err error, code onramp.Code, origin onramp.Origin) *onramp.Error {
	t.Helper()
	var e *onramp.Error
	if !errors.As(err, &e) || e.Code != code || e.Origin != origin {
		t.Fatalf("%v; want %v (%v)", err, code, origin)
	}
	return e
}

// chat is the server of most tests.
func chat(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
	switch req.Method {
	case "echo":
		return unaryEcho(req)
	case "sum":
		return sum(req)
	case "count":
		return count(req)
	case "bidi":
		return bidi(req)
	case "hang":
		<-ctx.Done()
		return nil, ctx.Err()
	case "panic":
		panic("oh")
	}
	if req.Method == "further" { // the handler's own call failed
		return nil, &onramp.Error{Code: onramp.Unavailable, Origin: onramp.Local}
	}
	return nil, &onramp.Error{Code: onramp.NotFound, Business: true, RetryAfter: time.Second, Err: errors.New("no such method")}
}

func unaryEcho(req *onramp.Request) (*onramp.Response, error) {
	var s string
	if err := req.Body.Decode(&s); err != nil {
		return nil, err
	}
	p := req.Reply()
	p.Header.Set("tenant", req.Header.Get("tenant"))
	p.Trailer.Set("cost", "3")
	p.Body = onramp.Body{Value: "echo " + s}
	return p, nil
}

func sum(req *onramp.Request) (*onramp.Response, error) {
	total := 0
	for {
		var n int
		if err := req.Stream.Recv(&n); err == io.EOF {
			p := req.Reply()
			p.Body = onramp.Body{Value: total}
			return p, nil
		} else if err != nil {
			return nil, err
		}
		total += n
	}
}

func count(req *onramp.Request) (*onramp.Response, error) {
	var n int
	if err := req.Stream.Recv(&n); err != nil {
		return nil, err
	}
	for i := range n {
		if err := req.Stream.Send(i); err != nil {
			return nil, err
		}
	}
	req.Stream.Trailer().Set("sent", "all")
	return nil, nil
}

func bidi(req *onramp.Request) (*onramp.Response, error) {
	req.Reply().Header.Set("room", req.Header.Get("room"))
	for {
		var s string
		if err := req.Stream.Recv(&s); err == io.EOF {
			return nil, nil
		} else if err != nil {
			return nil, err
		}
		if err := req.Stream.Send("> " + s); err != nil {
			return nil, err
		}
	}
}

func TestUnaryCallCarriesHeadersTrailersAndMessages(t *testing.T) {
	rigged(t, chat, func(t *testing.T, r *rig) {
		req, e := request(onramp.Unary, "echo", "hi")
		req.Header.Set("tenant", "7")
		resp, err := r.RoundTrip(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		var s string
		if err := resp.Body.Decode(&s); err != nil || s != "echo hi" || resp.Header.Get("tenant") != "7" || resp.Trailer.Get("cost") != "3" {
			t.Fatal(s, err, resp)
		}
		if e.n.Load() != 0 {
			t.Fatal("the codec ended a unary call: that is the client's to do")
		}
	})
}

func TestErrorsArriveAsTheyWereSent(t *testing.T) {
	rigged(t, chat, func(t *testing.T, r *rig) {
		req, _ := request(onramp.Unary, "nothing", nil)
		_, err := r.RoundTrip(t.Context(), req)
		e := failure(t, err, onramp.NotFound, onramp.Remote)
		if !e.Business || e.RetryAfter != time.Second || e.Target != "Chat/nothing" || e.Err.Error() != "no such method" {
			t.Fatalf("%#v", e)
		}
		req, _ = request(onramp.Unary, "further", nil)
		_, err = r.RoundTrip(t.Context(), req)
		failure(t, err, onramp.Unavailable, onramp.Remote)
		req, _ = request(onramp.Unary, "panic", nil)
		_, err = r.RoundTrip(t.Context(), req)
		failure(t, err, onramp.Internal, onramp.Remote)
		req, _ = request(onramp.Unary, "echo", func() {})
		_, err = r.RoundTrip(t.Context(), req)
		failure(t, err, onramp.InvalidArgument, onramp.Local)
	})
}

func TestOnewayRunsThoughTheConnectionClosesAtOnce(t *testing.T) {
	var ran atomic.Bool
	h := func(context.Context, *onramp.Request) (*onramp.Response, error) { ran.Store(true); return nil, nil }
	rigged(t, h, func(t *testing.T, r *rig) {
		req, _ := request(onramp.Oneway, "wave", "x")
		if _, err := r.RoundTrip(t.Context(), req); err != nil {
			t.Fatal(err)
		}
		r.Close()
		if synctest.Wait(); !ran.Load() {
			t.Fatal("the oneway was lost")
		}
	})
}

func TestClientStreamReturnsItsReplyWithTheEnd(t *testing.T) {
	rigged(t, chat, func(t *testing.T, r *rig) {
		s, e := r.open(t.Context(), t, onramp.ClientStream, "sum", nil)
		for i := range 20 {
			if err := s.Send(i); err != nil {
				t.Fatal(err)
			}
		}
		s.CloseSend()
		var total int
		if err := s.Recv(&total); err != nil || total != 190 {
			t.Fatal(total, err)
		}
		e.want(t, onramp.OK, onramp.Remote)
		if err := s.Recv(&total); err != io.EOF {
			t.Fatal(err)
		}
		failure(t, s.Send(1), onramp.FailedPrecondition, onramp.Local)
	})
}

func TestServerStreamDeliversEverythingBeforeItsEnd(t *testing.T) {
	rigged(t, chat, func(t *testing.T, r *rig) {
		s, e := r.open(t.Context(), t, onramp.ServerStream, "count", 30)
		for i := range 30 {
			var n int
			if err := s.Recv(&n); err != nil || n != i {
				t.Fatal(n, err)
			}
		}
		if e.n.Load() != 0 {
			t.Fatal("ended before the end was received")
		}
		if err := s.Recv(new(int)); err != io.EOF || s.Trailer().Get("sent") != "all" {
			t.Fatal(err, s.Trailer())
		}
		e.want(t, onramp.OK, onramp.Remote)
	})
}

func TestBidiStreamTalksBothWays(t *testing.T) {
	rigged(t, chat, func(t *testing.T, r *rig) {
		req, e := request(onramp.BidiStream, "bidi", nil)
		req.Header.Set("room", "9")
		resp, err := r.RoundTrip(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		s := resp.Stream
		go func() {
			for range 50 {
				s.Send("x")
			}
			s.CloseSend()
		}()
		if h, err := s.Header(); err != nil || h.Get("room") != "9" {
			t.Fatal(h, err)
		}
		for range 50 {
			var m string
			if err := s.Recv(&m); err != nil || m != "> x" {
				t.Fatal(m, err)
			}
		}
		if err := s.Recv(new(string)); err != io.EOF {
			t.Fatal(err)
		}
		e.want(t, onramp.OK, onramp.Remote)
	})
}

func TestSendBlocksBehindFourMessages(t *testing.T) {
	sent := make([]atomic.Int32, 2) // by server and client
	h := func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		for req.Stream.Send(1) == nil {
			sent[0].Add(1)
		}
		return nil, ctx.Err()
	}
	rigged(t, h, func(t *testing.T, r *rig) {
		ctx, cancel := context.WithCancel(t.Context())
		s, e := r.open(ctx, t, onramp.BidiStream, "flood", nil)
		go func() {
			for s.Send(1) == nil {
				sent[1].Add(1)
			}
		}()
		time.Sleep(time.Second)
		if a, b := sent[0].Load(), sent[1].Load(); a != 4 || b != 4 {
			t.Fatalf("the server sent %d, the client %d", a, b)
		}
		s.Recv(new(int))
		time.Sleep(time.Second)
		if a := sent[0].Load(); a != 5 {
			t.Fatalf("after one Recv the server had sent %d", a)
		}
		cancel()
		e.want(t, onramp.Canceled, onramp.Wire)
	})
}

func TestCancelReachesTheHandlerAndEndsTheCallOnce(t *testing.T) {
	var handlers atomic.Int32
	h := func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		handlers.Add(1)
		defer handlers.Add(-1)
		return chat(ctx, req)
	}
	rigged(t, h, func(t *testing.T, r *rig) {
		for _, kind := range []onramp.Kind{onramp.Unary, onramp.BidiStream} {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			req, e := request(kind, "hang", nil)
			resp, err := r.RoundTrip(ctx, req)
			if kind == onramp.BidiStream {
				if err != nil {
					t.Fatal(err)
				}
				err = resp.Stream.Recv(new(int))
				e.want(t, onramp.Canceled, onramp.Wire)
				failure(t, resp.Stream.Send(1), onramp.Canceled, onramp.Wire)
				failure(t, resp.Stream.Recv(new(int)), onramp.Canceled, onramp.Wire)
			}
			failure(t, err, onramp.Canceled, onramp.Wire)
			if synctest.Wait(); handlers.Load() != 0 {
				t.Fatal("the handler runs on")
			}
		}
		if free, s := r.Load(); free != 128 || s != codec.Ready {
			t.Fatal(free, s)
		}
	})
}

func TestCancelEndsAStreamNobodyIsWaitingOn(t *testing.T) {
	rigged(t, chat, func(t *testing.T, r *rig) {
		ctx, cancel := context.WithCancel(t.Context())
		_, e := r.open(ctx, t, onramp.BidiStream, "hang", nil)
		time.Sleep(time.Second)
		cancel()
		e.want(t, onramp.Canceled, onramp.Wire)
	})
}

func TestDeadlineEndsBothSides(t *testing.T) {
	left := make(chan time.Duration, 2)
	h := func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		left <- time.Until(req.Deadline)
		<-ctx.Done()
		time.Sleep(time.Second)
		return nil, ctx.Err()
	}
	rigged(t, h, func(t *testing.T, r *rig) {
		for _, kind := range []onramp.Kind{onramp.Unary, onramp.ServerStream} {
			req, _ := request(kind, "slow", 1)
			req.Deadline = time.Now().Add(3 * time.Second)
			start := time.Now()
			resp, err := r.RoundTrip(t.Context(), req)
			if kind == onramp.ServerStream {
				err = resp.Stream.Recv(new(int))
			}
			failure(t, err, onramp.DeadlineExceeded, onramp.Wire)
			if d := <-left; time.Since(start) != 3*time.Second || d != 3*time.Second {
				t.Fatal(time.Since(start), d)
			}
		}
		req, _ := request(onramp.Unary, "slow", 1)
		req.Deadline = time.Now()
		_, err := r.RoundTrip(t.Context(), req)
		failure(t, err, onramp.DeadlineExceeded, onramp.Local)
	})
}

func TestDeadlineHoldsThoughThePeerTakesNoBytes(t *testing.T) {
	rigged(t, chat, func(t *testing.T, r *rig) {
		r.net.Freeze(addr, onramptest.Both)
		start := time.Now()
		done := make(chan error)
		for range 8 {
			go func() {
				req, _ := request(onramp.Unary, "echo", strings.Repeat("x", 100<<10))
				req.Deadline = start.Add(time.Second)
				_, err := r.RoundTrip(t.Context(), req)
				done <- err
			}()
		}
		for range 8 {
			if err := <-done; !errors.Is(err, onramp.DeadlineExceeded) || time.Since(start) != time.Second {
				t.Fatal(err, time.Since(start))
			}
		}
		r.net.Thaw(addr)
		req, _ := request(onramp.Unary, "echo", "again")
		if _, err := r.RoundTrip(t.Context(), req); err != nil {
			t.Fatalf("after the thaw: %v", err)
		}
	})
}

func TestDrainFinishesWhatItHasAndRefusesTheRest(t *testing.T) {
	rigged(t, chat, func(t *testing.T, r *rig) {
		s, e := r.open(t.Context(), t, onramp.BidiStream, "bidi", nil)
		synctest.Wait()
		changed := r.Changed()
		r.net.Delay(addr, 10*time.Millisecond)
		r.drain()
		// The server has gone away, and the client does not know it yet.
		late, le := r.open(t.Context(), t, onramp.BidiStream, "bidi", nil)
		req, _ := request(onramp.Unary, "echo", "late")
		_, err := r.RoundTrip(t.Context(), req)
		failure(t, err, onramp.Unavailable, onramp.Refused)
		failure(t, late.Recv(new(string)), onramp.Unavailable, onramp.Refused)
		le.want(t, onramp.Unavailable, onramp.Refused)
		<-changed
		if _, state := r.Load(); state != codec.Draining {
			t.Fatal(state)
		}
		_, err = r.RoundTrip(t.Context(), req)
		failure(t, err, onramp.Unavailable, onramp.Local)

		for range 10 {
			if err := s.Send("still"); err != nil {
				t.Fatal(err)
			}
			var m string
			if err := s.Recv(&m); err != nil || m != "> still" {
				t.Fatal(m, err)
			}
		}
		s.CloseSend()
		if err := s.Recv(new(string)); err != io.EOF {
			t.Fatal(err)
		}
		e.want(t, onramp.OK, onramp.Remote)
		if err := <-r.served; err != nil {
			t.Fatalf("Serve: %v", err)
		}
		if _, state := r.Load(); state != codec.Closed {
			t.Fatal(state)
		}
	})
}

func TestIdleServerReturnsAtOnceWhenItDrains(t *testing.T) {
	rigged(t, chat, func(t *testing.T, r *rig) {
		start := time.Now()
		r.drain()
		if err := <-r.served; err != nil || time.Since(start) != 0 {
			t.Fatal(err, time.Since(start))
		}
	})
}

func TestClientDrainWaitsForItsCalls(t *testing.T) {
	rigged(t, chat, func(t *testing.T, r *rig) {
		s, _ := r.open(t.Context(), t, onramp.BidiStream, "bidi", nil)
		time.AfterFunc(5*time.Second, func() { s.CloseSend(); s.Recv(new(string)) })
		start := time.Now()
		if err := r.Drain(t.Context()); err != nil || time.Since(start) != 5*time.Second {
			t.Fatal(err, time.Since(start))
		}
	})
	rigged(t, chat, func(t *testing.T, r *rig) {
		_, e := r.open(t.Context(), t, onramp.BidiStream, "bidi", nil)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := r.Drain(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		e.want(t, onramp.Unavailable, onramp.Wire)
	})
}

func TestLostConnectionEndsEveryCallOnce(t *testing.T) {
	server := make(chan error, 2)
	h := func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		if req.Kind.Streaming() {
			server <- req.Stream.Recv(new(int))
		}
		<-ctx.Done()
		return nil, ctx.Err()
	}
	rigged(t, h, func(t *testing.T, r *rig) {
		s, e := r.open(t.Context(), t, onramp.BidiStream, "hang", nil)
		unary := make(chan error)
		go func() {
			req, _ := request(onramp.Unary, "hang", nil)
			_, err := r.RoundTrip(t.Context(), req)
			unary <- err
		}()
		synctest.Wait()
		r.net.Cut(addr)
		failure(t, <-unary, onramp.Unavailable, onramp.Wire)
		failure(t, s.Recv(new(int)), onramp.Unavailable, onramp.Wire)
		failure(t, s.Send(1), onramp.Unavailable, onramp.Wire)
		e.want(t, onramp.Unavailable, onramp.Wire)
		failure(t, <-server, onramp.Unavailable, onramp.Wire)
		if err := <-r.served; err == nil {
			t.Fatal("Serve returned nil after a reset")
		}
		<-r.Changed()
		req, _ := request(onramp.Unary, "hang", nil)
		_, err := r.RoundTrip(t.Context(), req)
		failure(t, err, onramp.Unavailable, onramp.Local)
	})
}

// A pool closes a connection as soon as it sees the loss, while the connection
// still ends its calls.
func TestCloseOnTheHeelsOfALossEndsNoCallWell(t *testing.T) {
	for range 100 {
		rigged(t, chat, func(t *testing.T, r *rig) {
			s, e := r.open(t.Context(), t, onramp.BidiStream, "hang", nil)
			changed := r.Changed()
			go func() { <-changed; r.Close() }()
			synctest.Wait()
			r.net.Cut(addr)
			failure(t, s.Recv(new(int)), onramp.Unavailable, onramp.Wire)
			e.want(t, onramp.Unavailable, onramp.Wire)
		})
	}
}

func TestCloseEndsAStreamWhoseEndNobodyReceived(t *testing.T) {
	rigged(t, chat, func(t *testing.T, r *rig) {
		_, e := r.open(t.Context(), t, onramp.ServerStream, "count", 2)
		synctest.Wait()
		if e.n.Load() != 0 {
			t.Fatal("ended though nobody received the end")
		}
		r.Close()
		e.want(t, onramp.OK, onramp.Remote)
	})
}

func TestFullConnectionRefusesLocallyAndTellsWhenThereIsRoom(t *testing.T) {
	rigged(t, chat, func(t *testing.T, r *rig) {
		ctx, cancel := context.WithCancel(t.Context())
		r.open(ctx, t, onramp.BidiStream, "hang", nil)
		r.open(t.Context(), t, onramp.BidiStream, "hang", nil)
		changed := r.Changed()
		req, _ := request(onramp.Unary, "echo", "x")
		_, err := r.RoundTrip(t.Context(), req)
		failure(t, err, onramp.ResourceExhausted, onramp.Local)
		cancel()
		<-changed
		if free, _ := r.Load(); free != 1 {
			t.Fatal(free)
		}
	}, onramptest.StreamMaxCalls(2))
}

func TestLongMessagesAreRefusedBeforeTheyLeave(t *testing.T) {
	rigged(t, chat, func(t *testing.T, r *rig) {
		s, _ := r.open(t.Context(), t, onramp.BidiStream, "bidi", nil)
		failure(t, s.Send(make([]byte, 101)), onramp.InvalidArgument, onramp.Local)
		if err := s.Send("short"); err != nil {
			t.Fatalf("after a message that was too long: %v", err)
		}
	}, onramptest.StreamMaxMessage(100))
}

func TestUndecodableMessageEndsTheStream(t *testing.T) {
	rigged(t, chat, func(t *testing.T, r *rig) {
		s, e := r.open(t.Context(), t, onramp.BidiStream, "bidi", nil)
		s.Send("x")
		failure(t, s.Recv(new(int)), onramp.Internal, onramp.Remote)
		e.want(t, onramp.Internal, onramp.Remote)
	})
}

func TestServerStreamIsObservedOnTheServer(t *testing.T) {
	var e ends
	h := func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		req.Observe(&e)
		return chat(ctx, req)
	}
	rigged(t, h, func(t *testing.T, r *rig) {
		s, _ := r.open(t.Context(), t, onramp.ServerStream, "count", 1)
		s.Recv(new(int))
		s.Recv(new(int))
		e.want(t, onramp.OK, onramp.Remote)
	})
}
