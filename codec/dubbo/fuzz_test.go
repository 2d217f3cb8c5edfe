package dubbo_test

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/dubbo"
	"github.com/onrampmesh/onramp/internal/oracle"
)

// values are Hessian that other readers were seen to fail on: they crash, take
// gigabytes, or run for a long time.
var values = []string{
	"588f", "43008f", "518f", "4d8f", "71022d3190", "48", "48485a905a", "01eda080",
	"71045b696e740161", "55045b696e7401615a",
	"43136a6176612e6c616e672e5468726f7761626c65910d64657461696c4d6573736167656090",
	"4d136a6176612e6c616e672e5468726f7761626c650d64657461696c4d657373616765905a",
	"58497fffffff", "430049" + "7fffffff", "584904000000", "56045b696e74497fffffff",
	"795190", "48016151905a", "56075b737472696e6749016104e4",
	"43076576696c2e433194" + "0d64657461696c4d657373616765" + "1473757070726573736564457863657074696f6e73" + "0a737461636b5472616365" + "056361757365" + "604e4e4e4e",
	"497fffffff", "4c7fffffffffffffff", "5f7fffffff", "53ffff61", "52000161", "41000161", "4040", "60", "6f", "5190",
}

// long are such values that are long.
func long() [][]byte {
	return [][]byte{
		bytes.Repeat([]byte{0x48}, 20000), bytes.Repeat([]byte{0x57}, 20000), bytes.Repeat([]byte{0x79}, 20000),
		append(append([]byte("\x71\x53\x1f\x43"), bytes.Repeat([]byte{'['}, 8000)...), "int\x4e"...),
		append(append([]byte("\x43\x00\x49\x00\x00\x20\x00"), make([]byte, 8192)...), bytes.Repeat([]byte{0x60}, 2000)...),
		append(append([]byte{0x57}, bytes.Repeat([]byte{0x78}, 10000)...), bytes.Repeat([]byte{0x48, 0x00, 0x90}, 1000)...),
		bytes.Repeat([]byte("\x43\x00\x90"), 3000),
	}
}

// hostile are bodies and frames with such values in each place.
func hostile(tb testing.TB) (frames [][]byte) {
	tb.Helper()
	all := long()
	for _, text := range values {
		b, err := hex.DecodeString(text)
		if err != nil {
			tb.Fatal(err)
		}
		all = append(all, b)
	}
	for _, v := range all {
		frames = append(frames,
			frame(0xc2, 0, request("s", "", "m", "Ljava/lang/Object;", v, mapOf("k", "v"))), // an argument
			frame(0xc2, 0, request("s", "", "m", "", v)),                                    // attachments
			frame(0xc2, 0, request("s", "", "m", "", []byte("H\x01k"), v, []byte{'Z'})),     // one of them
			frame(0xc2, 0, v), // slots
			frame(0xc2, 0, request("s", "", "$invoke", "Ljava/lang/String;[Ljava/lang/String;[Ljava/lang/Object;", str("hi"), []byte{0x78}, v, mapOf())),
			frame(0x82, 0, request("s", "", "$echo", "I", v, mapOf())),
			frame(0x02, 20, append([]byte{0x91}, v...)), frame(0x02, 20, append([]byte{0x94}, v...)), // results
			frame(0x02, 20, append([]byte{0x90}, v...)), frame(0x02, 20, append([]byte{0x93}, v...)), // exceptions
			frame(0x02, 20, append([]byte{0x95}, v...)), frame(0x02, 70, v), frame(0x02, 20, v),
			frame(0x02, 70, append(str("why"), v...)),
		)
	}
	for _, text := range []string{
		"dabb0246000000000000000100000001" + "90", "dabb8200000000000000000100000005" + "4e4e4e4e4e", "da00", "dabb", "dabbc200",
		"dabbc200ffffffffffffffff80000000", "dabbc200000000000000000100800001", "dabbe200000000000000000100000010", "dabba20000000000000000010000000201520152",
	} {
		b, err := hex.DecodeString(text)
		if err != nil {
			tb.Fatal(err)
		}
		frames = append(frames, b)
	}
	return frames
}

func seeds(tb testing.TB, add func([]byte)) {
	tb.Helper()
	for _, v := range golden(tb) {
		if len(v.frame) < 2000 {
			add(v.frame)
		}
	}
	for _, b := range hostile(tb) {
		if len(b) < 2000 {
			add(b)
		}
	}
}

// FuzzDubboFrame wants what was read to be written byte for byte.
func FuzzDubboFrame(f *testing.F) {
	seeds(f, func(b []byte) { f.Add(b) })
	framer := &dubbo.Framer{}
	f.Fuzz(func(t *testing.T, src []byte) {
		n, err := framer.Size(src)
		if n < 0 || n > 16+8<<20 {
			t.Fatalf("Size is %d", n)
		}
		if m := framer.Match(src); (m == codec.No) && err == nil || m == codec.More && n > 0 {
			t.Fatalf("Size says %d, %v, and Match %d", n, err, m)
		}
		var fr codec.Frame
		if err != nil || n == 0 || n > len(src) || framer.Decode(src[:n:n], &fr) != nil {
			return
		}
		again, err := framer.Append(nil, &fr)
		if err != nil || !bytes.Equal(again, src[:n]) {
			t.Fatalf("encodes as %x, %v, want %x", again, err, src[:n])
		}
		parts := fr
		parts.Content = nil
		again, err = framer.Append(nil, &parts)
		if err != nil {
			t.Fatal(err)
		}
		if again = append(again, fr.Content...); framer.Seal(again, &parts) != nil || !bytes.Equal(again, src[:n]) {
			t.Fatalf("seals as %x, want %x", again, src[:n])
		}
	})
}

// FuzzDubboWire takes bytes for what a peer sent: first and later frames, of requests and
// of responses.
func FuzzDubboWire(f *testing.F) {
	seeds(f, func(b []byte) { f.Add(b) })
	w := newWire(f)
	p := oracle.Protocol{Framer: w.framer, Body: w.body, Most: 16 + dubbo.DefaultMaxFrame}
	f.Fuzz(func(t *testing.T, src []byte) {
		for range 4 {
			frame := p.Check(t, src)
			if frame == nil {
				return
			}
			src = src[len(frame.Raw):]
		}
	})
}

// FuzzDubboBody decodes what a body holds, into each kind of target.
func FuzzDubboBody(f *testing.F) {
	seeds(f, func(b []byte) { f.Add(b) })
	w := newWire(f)
	f.Fuzz(func(t *testing.T, src []byte) { judgeBody(t, w, src) })
}

// judgeBody decodes a frame's body as a server and as a client does.
func judgeBody(t *testing.T, w *wire, src []byte) {
	t.Helper()
	n, err := w.framer.Size(src)
	if err != nil || n == 0 || n > len(src) {
		return
	}
	src = src[:n:n]
	var f codec.Frame
	if w.framer.Decode(src, &f) != nil {
		return
	}
	for _, into := range targets() {
		oracle.For(4*oracle.Generic, len(src)).Check(t, func() { // four values, each of which may be as large
			for _, err := range []error{w.asServer(src, into()), w.asClient(src, into())} {
				if err == nil {
					continue
				}
				if why := (oracle.Text{Most: 1600, Quote: -1}).Judge(err, src); why != "" {
					t.Fatal(why)
				}
			}
		})
	}
}

// targets are what bodies are decoded into.
func targets() []func() any {
	return []func() any{
		func() any { return new(any) }, func() any { return new(string) }, func() any { return new(onramp.Args) }, func() any { return new(soldOut) },
		func() any { return new(map[string]any) }, func() any { return &onramp.Args{new(string), new(any)} }, func() any { return new([]soldOut) },
	}
}

func (w *wire) asServer(src []byte, into any) error {
	f, r := &codec.Frame{}, &onramp.Request{}
	if err := w.framer.Decode(src, f); err != nil {
		return err
	}
	if err := w.body.OpenRequest(f, r); err != nil {
		return err
	}
	_, _ = w.body.Attachments(&r.Body)
	return r.Body.Decode(into)
}

func (w *wire) asClient(src []byte, into any) error {
	f, p := &codec.Frame{}, &onramp.Response{}
	if err := w.framer.Decode(src, f); err != nil {
		return err
	}
	if err := w.body.OpenResponse(f, call("x"), p); err != nil {
		return err
	}
	_, _ = w.body.Attachments(&p.Body)
	return p.Body.Decode(into)
}

// Each of these killed or stopped another implementation. Here they cost what their
// bytes cost, whether they are taken or refused.
func TestHostileValuesCostWhatTheirBytesCost(t *testing.T) {
	w := newWire(t)
	for _, src := range hostile(t) {
		judgeBody(t, w, src)
	}
	mega := bytes.Repeat([]byte{0x57}, 1<<20)
	for _, src := range [][]byte{frame(0xc2, 0, request("s", "", "m", "Ljava/lang/Object;", mega)), frame(2, 20, append([]byte{0x91}, mega...)), frame(2, 20, append([]byte{0x94}, mega...))} {
		judgeBody(t, w, src)
	}
	err := w.asServer(frame(0xc2, 0, request("s", "", "m", "Ljava/lang/Object;", mega)), new(any))
	if err == nil || !strings.Contains(err.Error(), "nest deeper") {
		t.Errorf("a million lists: %v", err)
	}
}
