package onramptest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// codecStreams is the contract of onramp.Stream, for codecs that have streams.
func codecStreams() []check[*CodecSuite] {
	c := func(name, of, says, do string, run func(*checking, *CodecSuite)) check[*CodecSuite] {
		return check[*CodecSuite]{name: name, of: of, says: says, do: do, run: run}
	}
	return []check[*CodecSuite]{
		c("streams that a protocol lacks fail here", "codec.Streamer", "it tells whether the protocol has streams, so that a method that needs them fails before its first call.",
			"return Unimplemented with origin Local from RoundTrip for the three streaming kinds, and false from Streams", noStreams),
		c("a client stream sends many and receives one", "onramp.Stream", "The one message of a ClientStream comes with the end of the call",
			"deliver every message in its order, io.EOF after CloseSend, and the handler's body as the one reply", streamIn),
		c("a server stream sends one and receives many", "onramp.Stream", "A Body of the request is the first message, and of a ServerStream the only one.",
			"send the request's Body as the first message, and every message of the server in its order; the end is io.EOF", streamOut),
		c("both sides of a stream send at once", "onramp.Stream", "One goroutine may Send while another one Recvs",
			"bound what waits in each direction, and let neither side's Send wait for its own Recv", streamBoth),
		c("the error of a streaming handler is the last word of Recv", "onramp.Stream.Recv", "On a client every error is the call's last word.",
			"send the handler's error with the end of the call, and return it as an *onramp.Error of origin Remote", streamFails),
		c("a stream ends with the context that opened it", "onramp.Stream", "The call ends when Recv returns an error, when the context that it was opened with ends, or with the connection.",
			"end Recv, tell the peer, and end the handler's context", streamCanceled),
		c("a stream ends with its connection", "onramp.Stream", "The call ends when Recv returns an error, when the context that it was opened with ends, or with the connection.",
			"end each stream's Recv with Unavailable, origin Wire, before Close returns", streamLost),
		c("observers of a stream hear of its end once", "onramp.Request.Observe", "Observe has o.End called exactly once, at the real end of the call ... when a stream ends, however it ends.",
			"call Request.End when the stream ends, on both sides, and not when RoundTrip returns", streamObserved),
		c("a stream holds a place until it ends", "onramp.Stream", "Until one of these it holds a place on its connection",
			"take the place off Load when the stream opens, and give it back when it ends", streamHolds),
	}
}

// streams skips a check when the codec has none: it says so, or its calls do.
func (s *CodecSuite) streams(t *checking) {
	t.Helper()
	if st, ok := s.New().(codec.Streamer); ok {
		if !st.Streams() {
			t.Skip("the codec says that it has no streams")
		}
		return
	}
	r := s.rig(t, s.chat)
	defer r.close()
	req := r.request("talk", "")
	req.Kind, req.Body, req.Deadline = onramp.BidiStream, onramp.Body{}, time.Time{}
	_, err := r.conn.RoundTrip(context.Background(), req)
	if e := onramp.AsError(err); e != nil && e.Code == onramp.Unimplemented && e.Origin == onramp.Local {
		t.Skip("the codec refuses streams; let it say so by codec.Streamer")
	}
}

func noStreams(t *checking, s *CodecSuite) {
	if st, ok := s.New().(codec.Streamer); !ok || st.Streams() {
		t.Skip("the codec does not say that it has no streams")
	}
	r := s.rig(t, s.echo)
	defer r.close()
	for _, kind := range []onramp.Kind{onramp.ClientStream, onramp.ServerStream, onramp.BidiStream} {
		req := r.request("stream", "x")
		req.Kind = kind
		_, err := r.conn.RoundTrip(context.Background(), req)
		if err == nil {
			t.stop("a call of kind %d succeeded", kind)
		}
		r.want(r.callError(err), onramp.Unimplemented, onramp.Local)
	}
	r.works("after them")
}

// chat is the handler of the streaming checks.
func (s *CodecSuite) chat(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
	switch {
	case req.Stream == nil:
		return s.echo(ctx, req)
	case req.Method == "hang":
		<-ctx.Done()
		return nil, ctx.Err()
	case req.Method == "fail":
		return nil, &onramp.Error{Code: onramp.NotFound, Err: errors.New("no such room")}
	}
	return s.converse(req)
}

// converse answers each message, but that of a client stream with how many came.
func (s *CodecSuite) converse(req *onramp.Request) (*onramp.Response, error) {
	n := 0
	for ; ; n++ {
		m := s.Empty()
		err := req.Stream.Recv(m)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		for k := 0; req.Kind == onramp.BidiStream && k < 1 || req.Kind == onramp.ServerStream && k < 20; k++ {
			if err := req.Stream.Send(s.Message(fmt.Sprint(s.Text(m), " ", k))); err != nil {
				return nil, err
			}
		}
	}
	if req.Kind == onramp.ClientStream {
		return s.reply(req, fmt.Sprint(n, " came")), nil
	}
	return nil, nil
}

// stream opens a stream; text, when it is not empty, is the first message.
func (r *codecRig) stream(ctx context.Context, kind onramp.Kind, method, text string) (onramp.Stream, *ends) {
	r.t.Helper()
	req, e := r.request(method, text), new(ends)
	req.Kind, req.Deadline = kind, time.Time{}
	if text == "" {
		req.Body = onramp.Body{}
	}
	req.Observe(e)
	resp, err := r.conn.RoundTrip(ctx, req)
	if err != nil {
		r.t.stop("opening a stream of kind %d returned %v", kind, r.callError(err))
	}
	if resp.Stream == nil {
		r.t.stop("a stream of kind %d was opened, and Response.Stream is nil", kind)
	}
	return resp.Stream, e
}

// hear wants the next message of a stream to be this text.
func (r *codecRig) hear(st onramp.Stream, want string) {
	r.t.Helper()
	m := r.suite.Empty()
	if err := st.Recv(m); err != nil {
		r.t.stop("Recv returned %v; want the message %q", err, want)
	}
	if got := r.suite.Text(m); got != want {
		r.t.stop("Recv got the message %q; want %q", got, want)
	}
}

// end wants the stream to end, and returns how; io.EOF is nil.
func (r *codecRig) end(st onramp.Stream) *onramp.Error {
	r.t.Helper()
	err := st.Recv(r.suite.Empty())
	if err == nil {
		r.t.stop("Recv got a message; want the end of the stream")
	}
	if again := st.Recv(r.suite.Empty()); again == nil || (again == io.EOF) != (err == io.EOF) {
		r.t.broken("Recv returned %v, and then %v", err, again)
	}
	if err == io.EOF {
		return nil
	}
	return r.callError(err)
}

func streamIn(t *checking, s *CodecSuite) {
	s.streams(t)
	r := s.rig(t, s.chat)
	defer r.close()
	st, _ := r.stream(context.Background(), onramp.ClientStream, "sum", "")
	for i := range 50 {
		if err := st.Send(s.Message(fmt.Sprint(i))); err != nil {
			t.stop("message %d: Send returned %v", i, err)
		}
	}
	if err := st.CloseSend(); err != nil {
		t.broken("CloseSend returned %v", err)
	}
	r.hear(st, "50 came")
	if e := r.end(st); e != nil {
		t.broken("the stream ended with %v; want io.EOF", e)
	}
	r.works("after the stream")
}

func streamOut(t *checking, s *CodecSuite) {
	s.streams(t)
	r := s.rig(t, s.chat)
	defer r.close()
	st, _ := r.stream(context.Background(), onramp.ServerStream, "list", "item")
	for k := range 20 {
		r.hear(st, fmt.Sprint("item ", k))
	}
	if e := r.end(st); e != nil {
		t.broken("the stream ended with %v; want io.EOF", e)
	}
	r.works("after the stream")
}

func streamBoth(t *checking, s *CodecSuite) {
	s.streams(t)
	r := s.rig(t, s.chat)
	defer r.close()
	st, _ := r.stream(context.Background(), onramp.BidiStream, "talk", "")
	go func() {
		for i := range 100 {
			if err := st.Send(s.Message(fmt.Sprint(i))); err != nil {
				t.broken("message %d: Send returned %v", i, err)
				break
			}
		}
		_ = st.CloseSend()
	}()
	for i := range 100 {
		r.hear(st, fmt.Sprint(i, " 0"))
	}
	if e := r.end(st); e != nil {
		t.broken("the stream ended with %v; want io.EOF", e)
	}
}
