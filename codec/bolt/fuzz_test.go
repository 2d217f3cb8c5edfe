package bolt_test

import (
	"bytes"
	"encoding/hex"
	"runtime/metrics"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
)

// hostile are bytes that other implementations were seen to fail on, and limits.
var hostile = []string{
	"01", "0000000161", "02", "010100010100000001", "ffffffff",
	"0101000101000000010b00000064ffff000000000000",                     // class of -1
	"0101000101000000010b00000064000080000000ffff",                     // header of -32768
	"0101000101000000010b000000640000000000800001",                     // content one over 8 MiB
	"0101000101000000010b0000006400000000ffffffff",                     // content of -1
	"0101000101000000010b00000064000000050000000000000001610000000000", // key beyond the block
	"01010064010000000901000000000000000000000000",                     // go-away
	"0100000201000000010b0012000000000000000000",
}

func seeds(f *testing.F, add func([]byte)) {
	for version := range byte(2) {
		for _, v := range vectors(f, version+1) {
			add(v.frame)
		}
	}
	for _, text := range hostile {
		b, err := hex.DecodeString(text)
		if err != nil {
			f.Fatal(err)
		}
		add(b)
	}
}

// allocated runs work and fails when it allocates more than 64 KiB and twice the
// input. What the fuzzer's own goroutines allocate at the same time can only add
// to the figure, so that the least of three runs counts.
func allocated(t *testing.T, input int, work func()) {
	t.Helper()
	limit := uint64(64<<10 + 2*input)
	var got uint64
	for range 3 {
		before := heap()
		work()
		if got = heap() - before; got <= limit {
			return
		}
	}
	t.Fatalf("%d bytes allocated for an input of %d", got, input)
}

// heap returns how many bytes were ever allocated. Small objects are counted
// late, and anything that could pass a limit at once.
func heap() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

func FuzzBoltFrameV1(f *testing.F) {
	seeds(f, func(b []byte) { f.Add(b) })
	f.Fuzz(func(t *testing.T, src []byte) {
		framer := &bolt.Framer{}
		var frame codec.Frame
		var err error
		n := 0
		allocated(t, len(src), func() {
			if n, err = framer.Size(src); err == nil && n > 0 && n <= len(src) {
				err = framer.Decode(src[:n:n], &frame)
			}
		})
		if n < 0 || n > 22+1024+32767+8<<20 {
			t.Fatalf("Size is %d", n)
		}
		if m := framer.Match(src); m == codec.No && err == nil && n > 0 {
			t.Fatal("Size accepts what Match does not")
		}
		if err != nil || n == 0 || n > len(src) {
			return
		}
		again, err := framer.Append(nil, &frame)
		if err != nil || !bytes.Equal(again, src[:n]) {
			t.Fatalf("encodes as %x, %v, want %x", again, err, src[:n])
		}
		openAll(t, &frame)
	})
}

// openAll opens a decoded frame as whatever it is; nothing may panic or grow.
func openAll(t *testing.T, f *codec.Frame) {
	t.Helper()
	body, err := bolt.NewBody()
	if err != nil {
		t.Fatal(err)
	}
	r, p := &onramp.Request{}, &onramp.Response{}
	allocated(t, len(f.Raw), func() {
		if f.Kind == codec.Response {
			err = body.OpenResponse(f, r, p)
			_ = body.DrainSignal(f)
		} else {
			err = body.OpenRequest(f, r)
		}
	})
	if err != nil {
		if len(err.Error()) > 1400 {
			t.Fatalf("an error of %d bytes", len(err.Error()))
		}
		return
	}
	if f.Kind == codec.Response {
		return
	}
	r.Kind = onramp.Unary
	out := &codec.Frame{}
	if body.Request(out, r) != nil {
		return // names that may be read and not written
	}
	back := &onramp.Request{}
	if err := body.OpenRequest(out, back); err != nil {
		t.Fatalf("what was read and written cannot be read: %v", err)
	}
	if back.Service != r.Service || back.Method != r.Method || back.Header.Get(bolt.UniqueID) != r.Header.Get(bolt.UniqueID) || back.Header.Len() != r.Header.Len() {
		t.Fatalf("%s %s, %d pairs, became %s %s, %d pairs", r.Service, r.Method, r.Header.Len(), back.Service, back.Method, back.Header.Len())
	}
}

func FuzzBoltHeader(f *testing.F) {
	seeds(f, func(b []byte) { f.Add(b) })
	framer := &bolt.Framer{}
	for _, v := range vectors(f, 1) {
		var frame codec.Frame
		if err := framer.Decode(v.frame, &frame); err != nil {
			f.Fatal(err)
		}
		f.Add(frame.Header)
	}
	f.Add(block("service", "S:1.0:id", "sofa_head_method_name", "m", null, null, "", ""))
	f.Fuzz(func(t *testing.T, header []byte) {
		if len(header) > 32767 {
			return
		}
		frame, err := framer.Append(nil, &codec.Frame{Kind: codec.Response, Header: header})
		if err != nil {
			t.Fatal(err)
		}
		var got codec.Frame
		allocated(t, len(header), func() { err = framer.Decode(frame, &got) })
		if err != nil {
			return
		}
		var h, again onramp.Header
		h.View(got.Header, pairsOf(t))
		for k, v := range h.All() {
			if len(k)+len(v) > 8<<10 {
				t.Fatalf("a pair of %d bytes", len(k)+len(v))
			}
			if _, ok := h.Lookup(k); !ok {
				t.Fatalf("%q is listed and not found", k)
			}
		}
		if h.Len() > 128 {
			t.Fatalf("%d pairs", h.Len())
		}
		again.CopyFrom(&h)
		if again.Len() != h.Len() {
			t.Fatalf("%d pairs, copied %d", h.Len(), again.Len())
		}
	})
}

// pairsOf returns the walker of received response headers.
func pairsOf(t *testing.T) onramp.Pairs {
	t.Helper()
	body, err := bolt.NewBody()
	if err != nil {
		t.Fatal(err)
	}
	p := &onramp.Response{}
	if err := body.OpenResponse(&codec.Frame{Header: block("k", "v")}, &onramp.Request{}, p); err != nil {
		t.Fatal(err)
	}
	_, pairs, _ := p.Header.Block()
	return pairs
}
