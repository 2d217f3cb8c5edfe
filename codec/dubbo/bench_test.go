package dubbo_test

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/dubbo"
)

// benchText is an argument of 1 KiB.
func benchText() *string {
	s := strings.Repeat("0123456789abcdef", 64)
	return &s
}

// benchCall is a call with a text of 1 KiB and a pair of its own.
func benchCall() *onramp.Request {
	r := &onramp.Request{Service: "com.acme.Greeter", Method: "echo", Version: "1.0"}
	r.Header.Add("traceId", "0a0fe8f31684827300001001")
	r.Body.Value = benchText()
	return r
}

// A step is one pass over a part of the path; it fails tb when it goes wrong.
type step func(tb testing.TB) func()

func must(tb testing.TB, err error) {
	if err != nil {
		tb.Fatal(err)
	}
}

func encodeRequest(tb testing.TB) func() { return encoding(newWire(tb), benchCall()) }

// forwardRequest encodes a request that was received.
func forwardRequest(tb testing.TB) func() {
	w := newWire(tb)
	r, _ := w.serve(benchCall())
	return encoding(w, r)
}

func encoding(w *wire, r *onramp.Request) func() {
	tb, f, buf := w.tb, &codec.Frame{}, make([]byte, 0, 4096)
	return func() {
		f.Reset()
		f.ID, f.Timeout = 7, time.Second
		must(tb, w.body.Request(f, r))
		out, err := w.framer.Append(buf[:0], f)
		must(tb, err)
		out, err = w.body.AppendRequest(out, f, r)
		must(tb, err)
		must(tb, w.framer.Seal(out, f))
	}
}

func encodeResponse(tb testing.TB) func() {
	w := newWire(tb)
	r, in := w.serve(benchCall())
	p := &onramp.Response{Body: onramp.Body{Value: benchText()}}
	f, buf := &codec.Frame{}, make([]byte, 0, 4096)
	return func() {
		f.Reset()
		f.Flags = in.Flags
		must(tb, w.body.Response(f, r, p, nil))
		out, err := w.framer.Append(buf[:0], f)
		must(tb, err)
		out, err = w.body.AppendResponse(out, f, r, p, nil)
		must(tb, err)
		must(tb, w.framer.Seal(out, f))
	}
}

// openRequest is all of a server's part before the handler; the arguments are not built.
func openRequest(tb testing.TB) func() {
	w := newWire(tb)
	src, err := w.request(benchCall())
	must(tb, err)
	f, r := &codec.Frame{}, &onramp.Request{}
	f.Intern(&codec.Names{})
	return func() {
		f.Reset()
		_, err := w.framer.Size(src)
		must(tb, err)
		must(tb, w.framer.Decode(src, f))
		must(tb, w.body.OpenRequest(f, r))
	}
}

// decodeRequest makes the one string that the handler gets.
func decodeRequest(tb testing.TB) func() {
	w := newWire(tb)
	r, _ := w.serve(benchCall())
	var out string
	return func() { must(tb, r.Body.Decode(&out)) }
}

// openResponse makes the one string that the caller gets.
func openResponse(tb testing.TB) func() { return opening(tb, onramp.Header{}) }

// openAttached is openResponse for a reply with attachments, as Java sends them.
func openAttached(tb testing.TB) func() { return opening(tb, header("dubbo", "2.0.2")) }

func opening(tb testing.TB, h onramp.Header) func() {
	w := newWire(tb)
	r, in := w.serve(benchCall())
	src, err := w.response(in, r, &onramp.Response{Header: h, Body: onramp.Body{Value: benchText()}}, nil)
	must(tb, err)
	f, p, req := &codec.Frame{}, &onramp.Response{}, benchCall()
	var out string
	return func() {
		f.Reset()
		_, err := w.framer.Size(src)
		must(tb, err)
		must(tb, w.framer.Decode(src, f))
		must(tb, w.body.OpenResponse(f, req, p))
		must(tb, p.Body.Decode(&out))
	}
}

func steps() map[string]struct {
	step   step
	allocs float64
} {
	type row = struct {
		step   step
		allocs float64
	}
	return map[string]row{
		"encode request": {encodeRequest, 0}, "encode response": {encodeResponse, 0}, "forward request": {forwardRequest, 0},
		"open request": {openRequest, 0}, "decode request": {decodeRequest, 1}, "open response": {openResponse, 1}, "open attached response": {openAttached, 1},
	}
}

func run(b *testing.B, s step) {
	pass := s(b)
	b.ReportAllocs()
	for b.Loop() {
		pass()
	}
}

func BenchmarkEncodeRequest(b *testing.B)  { run(b, encodeRequest) }
func BenchmarkEncodeResponse(b *testing.B) { run(b, encodeResponse) }
func BenchmarkForwardRequest(b *testing.B) { run(b, forwardRequest) }
func BenchmarkOpenRequest(b *testing.B)    { run(b, openRequest) }
func BenchmarkDecodeRequest(b *testing.B)  { run(b, decodeRequest) }
func BenchmarkOpenResponse(b *testing.B)   { run(b, openResponse) }
func BenchmarkOpenAttached(b *testing.B)   { run(b, openAttached) }

func TestTheHotPathAllocatesNothingButTheStrings(t *testing.T) {
	for name, s := range steps() {
		if n := testing.AllocsPerRun(200, s.step(t)); n > s.allocs {
			t.Errorf("%s: %v allocations, want %v", name, n, s.allocs)
		}
	}
}

// BenchmarkEcho is a call over the loopback interface, with both sides.
func BenchmarkEcho(b *testing.B) {
	c, stop := overTCP(b, func(_ context.Context, r *onramp.Request) (*onramp.Response, error) {
		in := new(string)
		if err := r.Body.Decode(in); err != nil {
			return nil, err
		}
		p := r.Reply()
		p.Body.Value = in
		return p, nil
	})
	defer stop()
	b.ReportAllocs()
	for b.Loop() {
		var out string
		r := benchCall()
		r.Deadline = time.Now().Add(time.Second)
		p, err := c.RoundTrip(context.Background(), r)
		must(b, err)
		must(b, p.Body.Decode(&out))
		p.Body.Release()
	}
}

// overTCP makes a connection to a server of h.
func overTCP(tb testing.TB, h onramp.Handler) (codec.Conn, func()) {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(tb, err)
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan struct{})
	go func() {
		defer close(served)
		if nc, err := l.Accept(); err == nil {
			_ = dubbo.New().Serve(ctx, nc, h)
		}
	}()
	nc, err := net.Dial("tcp", l.Addr().String())
	must(tb, err)
	c, err := dubbo.New().Dial(ctx, nc)
	must(tb, err)
	return c, func() {
		_ = c.Close()
		cancel()
		_ = l.Close()
		<-served
	}
}
