package bolt_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec/bolt"
)

// What implementations of Bolt were seen to do with bytes that are wrong, rare or
// hostile, one test for each, and what a server of ours does instead. Java closes
// the connection without a word where ours closes it with a reason in its log.

func TestTrapAWrongChecksumEndsTheConnection(t *testing.T) {
	p := &peer{t: t, w: newWire(t)}
	for _, i := range []int{6, 30, -5, -1} { // ID, header, content, checksum
		ends(t, "checksum", func([]byte) []byte {
			frame := p.call(7, 2, 1)
			frame[(i+len(frame))%len(frame)] ^= 4
			return frame
		}, 2)
	}
}

func TestTrapProtocol3EndsTheConnection(t *testing.T) {
	ends(t, "0x03", func(f []byte) []byte { f[0] = 3; return f }, 1, 2)
}

func TestTrapType7EndsTheConnection(t *testing.T) {
	ends(t, "type 7", func(f []byte) []byte { return put(f, 1, 7) }, 1, 2)
}

func TestTrapCommand9EndsTheConnection(t *testing.T) {
	ends(t, "command 9", func(f []byte) []byte { return put(f, 2, 0, 9) }, 1, 2)
	ends(t, "command 256", func(f []byte) []byte { return put(f, 2, 1, 0) }, 1, 2)
}

func TestTrapCommandVersion2EndsTheConnection(t *testing.T) {
	ends(t, "command version 2", func(f []byte) []byte { return put(f, 4, 2) }, 1, 2)
}

func TestTrapAGoAwayOfAClientDoesNotEndTheConnection(t *testing.T) {
	for version, text := range map[uint8]string{1: goAwayV1, 2: goAwayV2} {
		frame, _ := hex.DecodeString(text)
		lives(t, version, hello1, 0, frame, frame)
	}
}

func TestTrapANegativeContentLengthEndsTheConnection(t *testing.T) {
	ends(t, "content of -1 bytes, at most 8388608 are allowed: see bolt.MaxFrame", func(f []byte) []byte { return put(f, 18, 0xff, 0xff, 0xff, 0xff) }, 1, 2)
}

func TestTrapAContentOf2GiBEndsTheConnection(t *testing.T) {
	ends(t, "content of 2147483647 bytes, at most 8388608", func(f []byte) []byte { return put(f, 18, 0x7f, 0xff, 0xff, 0xff) }, 1, 2)
}

func TestTrapASwitchByteOf0x80EndsTheConnection(t *testing.T) {
	ends(t, "switch byte of a frame of version 2 is 0x80", func(f []byte) []byte { f[11] = 0x80; return f }, 2)
	ends(t, "switch byte of a frame of version 2 is 0x81", func(f []byte) []byte { f[11] = 0x81; return f[:12] }, 2)
}

func TestTrapVer1Of3EndsTheConnectionWhereJavaWaitsForEver(t *testing.T) {
	ends(t, "ver1 of a frame of version 2 is 3", func(f []byte) []byte { f[1] = 3; return f }, 2)
	ends(t, "ver1 of a frame of version 2 is 0", func(f []byte) []byte { f[1] = 0; return f[:2] }, 2)
}

func TestTrapANegativeClassLengthEndsTheConnection(t *testing.T) {
	ends(t, "class name of -1 bytes", func(f []byte) []byte { return put(f, 14, 0xff, 0xff) }, 1, 2)
}

func TestTrapAHeaderLengthBeyond32767EndsTheConnection(t *testing.T) {
	ends(t, "header block of -32768 bytes", func(f []byte) []byte { return put(f, 16, 0x80, 0) }, 1, 2)
}

func TestTrapAHeaderThatMOSNWouldWrapIsNotWritten(t *testing.T) {
	for name, opts := range dialects() {
		r, pair := call(), strings.Repeat("x", 8000)
		for range 9 { // 72 KB, which MOSN writes as 6 KB
			r.Header.Add("k", pair)
		}
		_, err := newWire(t, opts...).request(r)
		if e := asError(t, err); e.Origin != onramp.Local || e.Code != onramp.InvalidArgument {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// decoding is a handler that decodes its argument, as typed ones do.
func decoding(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
	var in any
	if len(req.Body.Raw) > 0 {
		if err := req.Body.Decode(&in); err != nil {
			return nil, err
		}
	}
	return req.Reply(), nil
}

func TestTrapACodecByteWithoutASerializerIsAnswered(t *testing.T) {
	for _, version := range []uint8{1, 2} {
		for _, id := range []uint8{99, 4, 1, 0} {
			p := &peer{t: t, w: newWire(t)}
			f := p.w.decode(p.call(7, version, version-1))
			f.Serializer, f.Content = id, []byte("abc")
			got := lives(t, version, decoding, 1, p.encode(f))[0]
			if got.Status != 0x12 || got.ID != 7 || got.Serializer != bolt.Protobuf || !strings.Contains(string(got.Content), "no serializer is known") {
				t.Errorf("version %d, codec %d: %+v %q", version, id, got, got.Content)
			}
		}
	}
}

func TestTrapAnUnknownClassNameIsAnswered(t *testing.T) {
	for _, version := range []uint8{1, 2} {
		p := &peer{t: t, w: newWire(t)}
		f := p.w.decode(p.call(7, version, version-1))
		f.Class = []byte("com.acme.Nobody")
		got := lives(t, version, hello1, 1, p.encode(f))[0]
		if got.Status != 6 || got.ID != 7 || !strings.Contains(string(got.Content), "com.acme.Nobody") {
			t.Errorf("version %d: %+v %q", version, got, got.Content)
		}
	}
}

func TestTrapShortGarbageDoesNotKeepAConnection(t *testing.T) {
	for _, version := range []uint8{1, 2} {
		for _, n := range []int{1, 4, 11, 19, 21} {
			synctest.Test(t, func(t *testing.T) {
				p, ended := server(t.Context(), t, hello1)
				began := time.Now()
				p.write(p.call(1, version, 0)[:n])
				if err := <-ended; err == nil || time.Since(began) > 16*time.Second {
					t.Errorf("version %d, %d bytes: %v after %v", version, n, err, time.Since(began))
				}
				_ = p.nc.Close()
			})
		}
		ends(t, "bolt: ", func(f []byte) []byte { return append(f[:1], "garbage"...) }, version)
	}
}

func TestTrapIDsThatAreNegativeOrWrapAreAnswered(t *testing.T) {
	for _, version := range []uint8{1, 2} {
		ids := []uint64{0x7fffffff, 0x80000000, 0xffffffff, 0, 1}
		var frames [][]byte
		p := &peer{t: t, w: newWire(t)}
		for _, id := range ids {
			frames = append(frames, p.call(id, version, version-1))
		}
		answers := map[uint64]int{}
		for _, f := range lives(t, version, hello1, len(ids), bytes.Join(frames, nil)) {
			answers[f.ID]++
		}
		for _, id := range ids {
			if answers[id] != 1 {
				t.Errorf("version %d: ID %#x was answered %d times", version, id, answers[id])
			}
		}
	}
}

func TestTrapJavasSwitchAtVer1Of1HasNoChecksumBehindIt(t *testing.T) {
	p := &peer{t: t, w: newWire(t)}
	var frames []byte
	for id := range uint64(3) { // four bytes too few or too many would end this
		frames = append(frames, p.call(id, 2, 0x81)...)
	}
	for _, f := range lives(t, 2, hello1, 3, frames) { // in any order
		if f.ID > 2 || f.Flags != 0x81 || string(f.Content) != `"hello"` {
			t.Errorf("got %+v", f)
		}
	}
}

func TestTrapAClientOfNoOptionsSendsVersion1AsJavaDoes(t *testing.T) {
	for name, want := range map[string][3]byte{"version 1": {1, 1, 0}, "version 2": {2, 2, 1}, "version 2 without checksum": {2, 2, 0}} {
		out, err := newWire(t, dialects()[name]...).request(call())
		if err != nil {
			t.Fatal(err)
		}
		switches := out[11]
		if out[0] == 1 {
			switches = 0
		}
		if got := [3]byte{out[0], out[1], switches}; got != want {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
}
