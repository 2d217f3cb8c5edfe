package dubbo_test

import (
	"errors"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/dubbo"
	"github.com/onrampmesh/onramp/internal/leak"
)

func TestMain(m *testing.M) { leak.Main(m) }

// wire is a Framer and a Body that talk to themselves.
type wire struct {
	tb     testing.TB
	framer *dubbo.Framer
	body   *dubbo.Body
}

func newWire(tb testing.TB, opts ...dubbo.Option) *wire {
	tb.Helper()
	f, err := dubbo.NewFramer(opts...)
	if err != nil {
		tb.Fatal(err)
	}
	b, err := dubbo.NewBody(opts...)
	if err != nil {
		tb.Fatal(err)
	}
	return &wire{tb: tb, framer: f, body: b}
}

// seal builds a frame as the engine does.
func (w *wire) seal(f *codec.Frame, content func(dst []byte) ([]byte, error)) ([]byte, error) {
	out, err := w.framer.Append(nil, f)
	if err == nil && f.Content == nil {
		out, err = content(out)
	}
	if err == nil {
		err = w.framer.Seal(out, f)
	}
	return out, err
}

// request encodes r as the engine does.
func (w *wire) request(r *onramp.Request) ([]byte, error) {
	f := &codec.Frame{ID: 7}
	if err := w.body.Request(f, r); err != nil {
		return nil, err
	}
	return w.seal(f, func(dst []byte) ([]byte, error) { return w.body.AppendRequest(dst, f, r) })
}

// response encodes the outcome of r's handler; in is the frame of the request.
func (w *wire) response(in *codec.Frame, r *onramp.Request, p *onramp.Response, failure error) ([]byte, error) {
	f := &codec.Frame{Kind: codec.Response, ID: in.ID, Version: in.Version, Flags: in.Flags, Serializer: in.Serializer}
	if err := w.body.Response(f, r, p, failure); err != nil {
		return nil, err
	}
	return w.seal(f, func(dst []byte) ([]byte, error) { return w.body.AppendResponse(dst, f, r, p, failure) })
}

// decode cuts one frame that src must be.
func (w *wire) decode(src []byte) *codec.Frame {
	w.tb.Helper()
	n, err := w.framer.Size(src)
	if err != nil || n != len(src) {
		w.tb.Fatalf("Size of a frame of %d bytes: %d, %v", len(src), n, err)
	}
	f := &codec.Frame{}
	if err := w.framer.Decode(src, f); err != nil {
		w.tb.Fatal(err)
	}
	return f
}

// serve brings r to the server and returns the request that arrives, and its frame.
func (w *wire) serve(r *onramp.Request) (*onramp.Request, *codec.Frame) {
	w.tb.Helper()
	out, err := w.request(r)
	if err != nil {
		w.tb.Fatal(err)
	}
	return w.open(out)
}

// open opens the request that a frame holds.
func (w *wire) open(frame []byte) (*onramp.Request, *codec.Frame) {
	w.tb.Helper()
	f, in := w.decode(frame), &onramp.Request{}
	if err := w.body.OpenRequest(f, in); err != nil {
		w.tb.Fatal(err)
	}
	return in, f
}

// answer brings the outcome of r's handler to the client.
func (w *wire) answer(r *onramp.Request, p *onramp.Response, failure error) (*onramp.Response, error) {
	w.tb.Helper()
	in, f := w.serve(r)
	out, err := w.response(f, in, p, failure)
	if err != nil {
		w.tb.Fatal(err)
	}
	got := &onramp.Response{}
	return got, w.body.OpenResponse(w.decode(out), r, got)
}

func call(values ...any) *onramp.Request {
	args := onramp.Args(values)
	return &onramp.Request{Service: "com.acme.Greeter", Method: "sayHello", Body: onramp.Body{Value: &args}}
}

func asError(t testing.TB, err error) *onramp.Error {
	t.Helper()
	var e *onramp.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want an *onramp.Error", err)
	}
	return e
}

func header(pairs ...string) (h onramp.Header) {
	for i := 0; i < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return h
}
