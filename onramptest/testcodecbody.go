package onramptest

import (
	"bytes"
	"context"
	"strings"
	"testing/synctest"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// codecBodies is how messages become bytes and back.
func codecBodies() []check[*CodecSuite] {
	return []check[*CodecSuite]{
		{
			name: "an empty body arrives empty",
			of:   "onramp.Body", says: "On the way in it is Raw bytes that Decode turns into a value when somebody asks.",
			do:  "carry bodies of no bytes in both directions",
			run: emptyBody,
		},
		{
			name: "a large body arrives whole",
			of:   "onramp.Body", says: "On the way in it is Raw bytes that Decode turns into a value when somebody asks.",
			do:  "carry CodecSuite.Large bytes of text in both directions, or set Large to what the protocol carries",
			run: largeBody,
		},
		{
			name: "raw bytes go out as they are",
			of:   "onramp.Body", says: "On the way out it is a Value that a serializer will encode, or Raw bytes that go out as they are.",
			do:  "write Body.Raw into the frame without encoding it again, and keep Body.Encoding",
			run: rawBody,
		},
		{
			name: "a message may be changed when RoundTrip has returned",
			of:   "codec.Conn.RoundTrip", says: "It encodes req.Body before it returns and never touches it afterwards.",
			do:  "copy the bytes of the message before the call is queued, whoever writes them later",
			run: bodyKept,
		},
		{
			name: "a reply's bytes stay until Release",
			of:   "onramp.Body.Raw", says: "A received Raw is a view that lives until Release: copy what is kept.",
			do:  "give the buffer behind a reply to Body.Own, and take it back in Release only",
			run: replyKept,
		},
		{
			name: "a request's bytes stay until its handler returns",
			of:   "onramp.Handler", says: "The Request is the framework's until the Handler returns: whoever keeps it ... takes a Clone.",
			do:  "do not read the next frame into the buffer of a request whose handler runs",
			run: requestKept,
		},
		{
			name: "a message that cannot be encoded fails here, and the connection goes on",
			of:   "codec.Conn.RoundTrip", says: "It encodes req.Body before it returns ... Every error is an *onramp.Error.",
			do:  "encode before anything of the call is written, and return InvalidArgument with origin Local",
			run: unencodable,
		},
	}
}

func emptyBody(t *checking, s *CodecSuite) {
	s.lacks(t, LacksEmpty, "empty bodies")
	r := s.rig(t, func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
		if len(req.Body.Raw) != 0 {
			t.broken("the handler got %d bytes of an empty body", len(req.Body.Raw))
		}
		p := req.Reply()
		p.Body.Raw = []byte{}
		return p, nil
	})
	defer r.close()
	for _, body := range []onramp.Body{{}, {Raw: []byte{}}} {
		req := r.request("echo", "")
		req.Body = body
		resp, err := r.conn.RoundTrip(context.Background(), req)
		if err != nil {
			t.stop("the call returned %v", r.callError(err))
		}
		if len(resp.Body.Raw) != 0 {
			t.broken("the caller got %d bytes of an empty body", len(resp.Body.Raw))
		}
		resp.Body.Release()
	}
}

func largeBody(t *checking, s *CodecSuite) {
	r := s.rig(t, func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		if req.Method == "echo" {
			return s.echo(ctx, req)
		}
		text, err := s.read(&req.Body)
		return s.reply(req, text), err
	})
	defer r.close()
	text := strings.Repeat("0123456789abcdef", s.Large/16)
	for range 2 {
		if got, err := r.do(context.Background(), r.request("same", text)); err != nil || got != text {
			t.stop("a text of %d bytes came back as %d bytes, %v", len(text), len(got), orNil(err))
		}
	}
	r.works("after large ones")
}

// rawBody sends the bytes of messages that the codec itself has encoded.
func rawBody(t *checking, s *CodecSuite) {
	var seen []onramp.Body
	var answer *onramp.Body
	r := s.rig(t, func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		seen = append(seen, onramp.Body{Raw: bytes.Clone(req.Body.Raw), Encoding: req.Body.Encoding})
		if answer == nil {
			return s.echo(ctx, req)
		}
		p := req.Reply()
		p.Body = *answer
		return p, nil
	})
	defer r.close()
	trip := func(method string, body onramp.Body) onramp.Body {
		req := r.request(method, "")
		req.Body = body
		resp, err := r.conn.RoundTrip(context.Background(), req)
		if err != nil || len(seen) == 0 {
			t.stop("the call returned %v", r.callError(err))
		}
		defer resp.Body.Release()
		return onramp.Body{Raw: bytes.Clone(resp.Body.Raw), Encoding: resp.Body.Encoding}
	}
	reply := trip("learn", onramp.Body{Value: s.Message("raw text")})
	answer = &reply
	back := trip("back", seen[0])
	if !bytes.Equal(seen[1].Raw, seen[0].Raw) {
		t.broken("the raw bytes %.100q arrived as %.100q", seen[0].Raw, seen[1].Raw)
	}
	if !bytes.Equal(back.Raw, reply.Raw) {
		t.broken("the raw bytes %.100q of a reply arrived as %.100q", reply.Raw, back.Raw)
	}
}

// encoded returns the bytes of a text, as the codec's serializer has them.
func (s *CodecSuite) encoded(t *checking, text string) (raw []byte, encoding uint16) {
	t.Helper()
	r := s.rig(t, func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		raw, encoding = bytes.Clone(req.Body.Raw), req.Body.Encoding
		return s.echo(ctx, req)
	})
	defer r.close()
	if _, err := r.call(text); err != nil {
		t.stop("a call returned %v", err)
	}
	return raw, encoding
}

func unencodable(t *checking, s *CodecSuite) {
	r := s.rig(t, s.echo)
	defer r.close()
	r.works("at first")
	before := len(r.client.sent())
	req := r.request("echo", "")
	req.Body = onramp.Body{Value: s.Unbound()}
	_, err := r.conn.RoundTrip(context.Background(), req)
	if err == nil {
		t.stop("a call with a message of type %T succeeded", req.Body.Value)
	}
	r.want(r.callError(err), onramp.InvalidArgument, onramp.Local)
	synctest.Wait()
	if n := len(r.client.sent()); n != before {
		t.broken("%d bytes were written for a call that cannot be encoded", n-before)
	}
	if _, state := r.conn.Load(); state != codec.Ready {
		t.broken("after it the connection is %v", state)
	} else {
		r.works("after it")
	}
}
