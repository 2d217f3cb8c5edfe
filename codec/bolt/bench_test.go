package bolt_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/codec/protobuf"
)

// benchCall is a call with a message of 1 KiB and a header pair of its own.
func benchCall() *onramp.Request {
	r := call()
	r.Version = "1.0"
	r.Header.Add("rpc_trace_context.sofaTraceId", "0a0fe8f31684827300001001")
	r.Body.Value = wrapperspb.Bytes(make([]byte, 1021))
	return r
}

func benchResponse() *onramp.Response {
	return &onramp.Response{Header: header("x", "y"), Body: onramp.Body{Value: wrapperspb.Bytes(make([]byte, 1021))}}
}

func benchWire(tb testing.TB, opts ...bolt.Option) *wire {
	return newWire(tb, append(opts, bolt.With(bolt.Protobuf, protobuf.New()))...)
}

// A step is one pass over a part of the path, with the Framer of a connection; it
// fails tb when it goes wrong.
type step func(tb testing.TB, opts ...bolt.Option) func()

func must(tb testing.TB, err error) {
	if err != nil {
		tb.Fatal(err)
	}
}

func encodeRequest(tb testing.TB, opts ...bolt.Option) func() {
	return encoding(benchWire(tb, opts...), benchCall())
}

// forwardRequest encodes a request that was received.
func forwardRequest(tb testing.TB, opts ...bolt.Option) func() {
	w := benchWire(tb, opts...)
	return encoding(w, w.serve(benchCall()))
}

func encoding(w *wire, r *onramp.Request) func() {
	tb, framer, f, buf := w.tb, w.framer.ForConn(true), &codec.Frame{}, make([]byte, 0, 4096)
	return func() {
		f.Reset()
		f.ID, f.Timeout = 7, time.Second
		must(tb, w.body.Request(f, r))
		out, err := framer.Append(buf[:0], f)
		must(tb, err)
		out, err = w.body.AppendRequest(out, f, r)
		must(tb, err)
		must(tb, framer.Seal(out, f))
	}
}

func encodeResponse(tb testing.TB, opts ...bolt.Option) func() {
	w, r, p := benchWire(tb, opts...), benchCall(), benchResponse()
	framer := w.framer.ForConn(false)
	r.Body = onramp.Body{Encoding: uint16(bolt.Protobuf)}
	f, buf := &codec.Frame{}, make([]byte, 0, 4096)
	return func() {
		f.Reset()
		f.Version, f.Flags = w.sent.Version, w.sent.Flags
		must(tb, w.body.Response(f, r, p, nil))
		out, err := framer.Append(buf[:0], f)
		must(tb, err)
		out, err = w.body.AppendResponse(out, f, r, p, nil)
		must(tb, err)
		must(tb, framer.Seal(out, f))
	}
}

func decodeRequest(tb testing.TB, opts ...bolt.Option) func() {
	w := benchWire(tb, opts...)
	framer := w.framer.ForConn(false)
	src, err := w.request(benchCall())
	must(tb, err)
	f, r := &codec.Frame{}, &onramp.Request{}
	f.Intern(&codec.Names{})
	return func() {
		f.Reset()
		_, err := framer.Size(src)
		must(tb, err)
		must(tb, framer.Decode(src, f))
		must(tb, w.body.OpenRequest(f, r))
	}
}

func decodeResponse(tb testing.TB, opts ...bolt.Option) func() {
	w, r, p := benchWire(tb, opts...), benchCall(), &onramp.Response{}
	framer := w.framer.ForConn(true)
	src, err := w.response(r, benchResponse(), nil)
	must(tb, err)
	f := &codec.Frame{}
	return func() {
		f.Reset()
		_, err := framer.Size(src)
		must(tb, err)
		must(tb, framer.Decode(src, f))
		must(tb, w.body.OpenResponse(f, r, p))
	}
}

func lookup(tb testing.TB, opts ...bolt.Option) func() {
	r := benchWire(tb, opts...).serve(benchCall())
	return func() {
		if v, ok := r.Header.Peek("rpc_trace_context.sofaTraceId"); !ok || len(v) != 24 {
			tb.Fatal("not found")
		}
	}
}

func run(b *testing.B, s step) {
	for _, name := range slices.Sorted(maps.Keys(dialects())) {
		b.Run(name, func(b *testing.B) {
			pass := s(b, dialects()[name]...)
			b.ReportAllocs()
			for b.Loop() {
				pass()
			}
		})
	}
}

func BenchmarkEncodeRequest(b *testing.B)  { run(b, encodeRequest) }
func BenchmarkEncodeResponse(b *testing.B) { run(b, encodeResponse) }
func BenchmarkDecodeRequest(b *testing.B)  { run(b, decodeRequest) }
func BenchmarkDecodeResponse(b *testing.B) { run(b, decodeResponse) }
func BenchmarkForwardRequest(b *testing.B) { run(b, forwardRequest) }
func BenchmarkHeaderLookup(b *testing.B)   { run(b, lookup) }

func TestTheHotPathAllocatesNothing(t *testing.T) {
	for dialect, opts := range dialects() {
		for name, s := range map[string]step{
			"encode request": encodeRequest, "encode response": encodeResponse, "forward request": forwardRequest,
			"decode request": decodeRequest, "decode response": decodeResponse, "header lookup": lookup,
		} {
			if n := testing.AllocsPerRun(200, s(t, opts...)); n != 0 {
				t.Errorf("%s, %s: %v allocations", dialect, name, n)
			}
		}
	}
}
