package bolt_test

import (
	"bytes"
	"encoding/hex"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/internal/oracle"
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
	"0203010001010000000101000000006400000000000000000000",     // ver1 of 3
	"02020100010100000001018000000064000000000000000000000000", // switch 0x80
	"0201010001010000000101010000006400000000000000000000",     // the switch at ver1 1
	"020201000101000000010b0100000064ffff000000000000",         // class of -1
	"0202010001010000000101010000006400000000ffffffff00000000", // content of -1
	"020201000101000000010101000000640000000000000000deadbeef", // a wrong checksum
	"020201006401000000090100000000000000000000000000",         // go-away
}

func seeds(f *testing.F, add func([]byte)) {
	for _, v := range golden(f) {
		add(v.frame)
	}
	for _, text := range hostile {
		b, err := hex.DecodeString(text)
		if err != nil {
			f.Fatal(err)
		}
		add(b)
	}
}

// FuzzBoltFrameV1 and FuzzBoltFrameV2 want what was read to be written byte for
// byte; FuzzBoltWire in this package judges the rest.
func FuzzBoltFrameV1(f *testing.F) { fuzzFrames(f, 1) }
func FuzzBoltFrameV2(f *testing.F) { fuzzFrames(f, 2) }

func fuzzFrames(f *testing.F, version byte) {
	seeds(f, func(b []byte) { f.Add(b) })
	framer, err := bolt.NewFramer(bolt.Version(int(version)))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) == 0 {
			return
		}
		src = bytes.Clone(src)
		src[0] = version
		n, err := framer.Size(src)
		if n < 0 || n > 24+1024+32767+8<<20+4 {
			t.Fatalf("Size is %d", n)
		}
		if m := framer.Match(src); (m == codec.No) && err == nil || m == codec.More && n > 0 {
			t.Fatalf("Size says %d, %v, and Match %d", n, err, m)
		}
		if err != nil || n == 0 || n > len(src) {
			return
		}
		sameOnAConnection(t, framer, src, n)
		_, id := framer.Correlate(src[:n])
		framer.Renumber(src[:n], id) // the checksum, which no fuzzer can guess
		sameOnAConnection(t, framer, src, n)
		survives(t, framer, src[:n:n])
	})
}

// sameOnAConnection holds the Framers of connections to the one of none, for the
// first n bytes of src. A client looks at a checksum in Size, the others in Decode.
func sameOnAConnection(t *testing.T, framer *bolt.Framer, src []byte, n int) {
	t.Helper()
	want := framer.Decode(src[:n:n], &codec.Frame{})
	client, server := framer.ForConn(true), framer.ForConn(false)
	got, err := client.Size(src)
	if err == nil {
		err = client.Decode(src[:n:n], &codec.Frame{})
	}
	if (err == nil) != (want == nil) || err == nil && got != n {
		t.Fatalf("a client says %d, %v, want %d, %v", got, err, n, want)
	}
	if got, err := server.Size(src); got != n || err != nil {
		t.Fatalf("a server's Size says %d, %v, want %d", got, err, n)
	}
	if err := server.Decode(src[:n:n], &codec.Frame{}); (err == nil) != (want == nil) {
		t.Fatalf("a server's Decode says %v, want %v", err, want)
	}
}

// survives decodes a frame and writes it again, whole and in parts.
func survives(t *testing.T, framer *bolt.Framer, src []byte) {
	t.Helper()
	var f codec.Frame
	if framer.Decode(src, &f) != nil {
		return
	}
	again, err := framer.Append(nil, &f)
	if err != nil || !bytes.Equal(again, src) {
		t.Fatalf("encodes as %x, %v, want %x", again, err, src)
	}
	parts := f
	parts.Content = nil
	again, err = framer.Append(nil, &parts)
	if err != nil {
		t.Fatal(err)
	}
	again = append(again, src[len(again):len(again)+len(f.Content)]...)
	again = append(again, make([]byte, len(src)-len(again))...)
	if err := framer.Seal(again, &parts); err != nil || !bytes.Equal(again, src) {
		t.Fatalf("seals as %x, %v, want %x", again, err, src)
	}
}

func FuzzBoltHeader(f *testing.F) {
	seeds(f, func(b []byte) { f.Add(b) })
	framer := &bolt.Framer{}
	for _, v := range golden(f) {
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
		oracle.For(oracle.Frame, len(header)).Check(t, func() { err = framer.Decode(frame, &got) })
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
