package onramptest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// FramerSuite says how TestFramer makes the framer and the body that it tests.
// Only New is required.
type FramerSuite struct {
	// New makes both, with the options that their users get by default.
	New func() (codec.Framer, codec.Body)
	// Golden are whole frames, best recorded from a peer that somebody else wrote.
	Golden [][]byte
	// Message makes a message that carries text; by default an
	// encoding.TextMarshaler, which JSON and protocols of text take.
	Message func(text string) any
	// MaxFrame is the most bytes that Size may say; 0 is 16 MiB.
	MaxFrame int
}

// TestFramer holds a framed protocol to the contract of codec.Framer, codec.Body
// and the powers of package codec that they have (codec.Correlator,
// codec.Heartbeater, codec.GoAwayer, codec.Drainer, codec.Refuser). It needs no
// connection: run TestCodec beside it, over framed.New. Each sentence of the
// contract is a subtest; one that fails says the sentence, what was seen and
// what to do.
func TestFramer(t *testing.T, s FramerSuite) {
	t.Helper()
	if s.New == nil {
		t.Fatal("onramptest.TestFramer: FramerSuite.New makes no framer")
	}
	if s.Message == nil {
		s.Message = func(text string) any { return &note{text} }
	}
	if s.MaxFrame == 0 {
		s.MaxFrame = 16 << 20
	}
	if !runGround(t, &s, framerGround()) {
		t.Log("onramptest.TestFramer: the other checks build on this one and were not run")
		return
	}
	for _, group := range [][]check[*FramerSuite]{framerCuts(), framerBuilds(), framerPowers(), framerHostile()} {
		runChecks(t, &s, group)
	}
}

// framing is a framer and a body as the engine uses them.
type framing struct {
	codec.Framer
	codec.Body

	t     *checking
	suite *FramerSuite
}

func (s *FramerSuite) framing(t *checking) *framing {
	f, b := s.New()
	if f == nil || b == nil {
		t.stop("FramerSuite.New returned no framer or no body")
	}
	return &framing{f, b, t, s}
}

// Name is both the framer's and nobody's else.
func (f *framing) Name() string { return f.Framer.Name() }

// call is the request that the checks send.
func (f *framing) call(kind onramp.Kind, text string) *onramp.Request {
	r := &onramp.Request{Service: rigService, Method: "sayHello", Kind: kind, Body: onramp.Body{Value: f.suite.Message(text)}}
	r.Header.Add("tenant", "acme")
	r.Header.Add("x-empty", "")
	return r
}

// request encodes a call as a client's engine does.
func (f *framing) request(id uint64, r *onramp.Request) []byte {
	f.t.Helper()
	fr := &codec.Frame{ID: id, Timeout: 3 * time.Second}
	if err := f.Request(fr, r); err != nil {
		f.t.stop("Body.Request returned %v", err)
	}
	return f.seal(fr, func(dst []byte) ([]byte, error) { return f.AppendRequest(dst, fr, r) })
}

// seal builds a frame as the engine does, behind bytes that must stay.
func (f *framing) seal(fr *codec.Frame, content func(dst []byte) ([]byte, error)) []byte {
	f.t.Helper()
	out, err := f.Append(nil, fr)
	if err == nil && fr.Content == nil {
		out, err = content(out)
	}
	if err == nil {
		err = f.Seal(out, fr)
	}
	if err != nil {
		f.t.stop("building a frame of kind %d returned %v", fr.Kind, err)
	}
	return out
}

// response encodes the answer to a request's frame as a server's engine does.
func (f *framing) response(request []byte, p *onramp.Response, failure error) []byte {
	f.t.Helper()
	in, r := f.open(request)
	fr := answerTo(in)
	if err := f.Response(fr, r, p, failure); err != nil {
		f.t.stop("Body.Response returned %v", err)
	}
	return f.seal(fr, func(dst []byte) ([]byte, error) { return f.AppendResponse(dst, fr, r, p, failure) })
}

// answerTo is a response's frame as the engine hands it out.
func answerTo(in *codec.Frame) *codec.Frame {
	return &codec.Frame{Kind: codec.Response, ID: in.ID, Version: in.Version, Flags: in.Flags, Serializer: in.Serializer}
}

// open decodes a request as a server's engine does.
func (f *framing) open(frame []byte) (*codec.Frame, *onramp.Request) {
	f.t.Helper()
	fr, r := f.decoded(frame), &onramp.Request{}
	if err := f.OpenRequest(fr, r); err != nil {
		f.t.stop("Body.OpenRequest of an own request returned %v", err)
	}
	return fr, r
}

func (f *framing) decoded(frame []byte) *codec.Frame {
	f.t.Helper()
	fr := &codec.Frame{}
	if err := f.Decode(frame, fr); err != nil {
		f.t.stop("Decode of the frame %.64x returned %v", frame, err)
	}
	return fr
}

// frames are frames of all kinds that the protocol has, by what they are.
func (f *framing) frames() map[string][]byte {
	f.t.Helper()
	request := f.request(7, f.call(onramp.Unary, "hello"))
	ok := &onramp.Response{Body: onramp.Body{Value: f.suite.Message("hello")}}
	ok.Header.Add("cost", "42")
	out := map[string][]byte{
		"a request": request, "a oneway": f.request(9, f.call(onramp.Oneway, "hello")),
		"a large request": f.request(8, f.call(onramp.Unary, strings.Repeat("hello ", 5000))),
		"a response":      f.response(request, ok, nil), "an error": f.response(request, nil, errors.New("no such greeting")),
		"a business error": f.response(request, nil, onramp.Business(onramp.NotFound, "no such greeting")),
	}
	if h, ok := f.Framer.(codec.Heartbeater); ok {
		out["a heartbeat"] = h.AppendHeartbeat(nil, 11)
		out["a heartbeat's answer"] = h.AppendHeartbeatAck(nil, f.decoded(out["a heartbeat"]))
	}
	return out
}
