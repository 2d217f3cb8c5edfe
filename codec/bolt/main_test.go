package bolt_test

import (
	"errors"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/internal/leak"
)

func TestMain(m *testing.M) { leak.Main(m) }

// wire is a Framer and a Body that talk to themselves.
type wire struct {
	tb     testing.TB
	framer *bolt.Framer
	body   *bolt.Body
	// sent has the version and the flags of requests, and so of responses.
	sent codec.Frame
}

// dialects are the ways in which a client can send, by name.
func dialects() map[string][]bolt.Option {
	return map[string][]bolt.Option{
		"version 1":                  nil,
		"version 2":                  {bolt.Version(2)},
		"version 2 without checksum": {bolt.Version(2), bolt.Checksum(false)},
	}
}

func newWire(tb testing.TB, opts ...bolt.Option) *wire {
	tb.Helper()
	f, err := bolt.NewFramer(opts...)
	if err != nil {
		tb.Fatal(err)
	}
	b, err := bolt.NewBody(opts...)
	if err != nil {
		tb.Fatal(err)
	}
	w := &wire{tb: tb, framer: f, body: b}
	if err := b.Request(&w.sent, call()); err != nil {
		tb.Fatal(err)
	}
	return w
}

// request encodes r as the engine does.
func (w *wire) request(r *onramp.Request) ([]byte, error) {
	f := &codec.Frame{ID: 7}
	if err := w.body.Request(f, r); err != nil {
		return nil, err
	}
	out, err := w.framer.Append(nil, f)
	if err == nil {
		out, err = w.body.AppendRequest(out, f, r)
	}
	if err == nil {
		err = w.framer.Seal(out, f)
	}
	return out, err
}

// response encodes the outcome of r's handler.
func (w *wire) response(r *onramp.Request, p *onramp.Response, failure error) ([]byte, error) {
	f := &codec.Frame{ID: 7, Version: w.sent.Version, Flags: w.sent.Flags}
	if err := w.body.Response(f, r, p, failure); err != nil {
		return nil, err
	}
	out, err := w.framer.Append(nil, f)
	if err == nil {
		out, err = w.body.AppendResponse(out, f, r, p, failure)
	}
	if err == nil {
		err = w.framer.Seal(out, f)
	}
	return out, err
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

// serve brings r to the server and returns the request that arrives.
func (w *wire) serve(r *onramp.Request) *onramp.Request {
	w.tb.Helper()
	out, err := w.request(r)
	if err != nil {
		w.tb.Fatal(err)
	}
	in := &onramp.Request{}
	if err := w.body.OpenRequest(w.decode(out), in); err != nil {
		w.tb.Fatal(err)
	}
	return in
}

// answer brings the outcome of r's handler to the client.
func (w *wire) answer(r *onramp.Request, p *onramp.Response, failure error) (*onramp.Response, error) {
	w.tb.Helper()
	out, err := w.response(r, p, failure)
	if err != nil {
		w.tb.Fatal(err)
	}
	got := &onramp.Response{}
	return got, w.body.OpenResponse(w.decode(out), r, got)
}

func call() *onramp.Request {
	return &onramp.Request{Service: "com.acme.Greeter", Method: "sayHello"}
}

func asError(t *testing.T, err error) *onramp.Error {
	t.Helper()
	var e *onramp.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want an *onramp.Error", err)
	}
	return e
}
