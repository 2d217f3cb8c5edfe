package bolt_test

import (
	"bytes"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
)

func TestEveryFrameSurvivesTheWire(t *testing.T) {
	f := &bolt.Framer{}
	rapid.Check(t, func(t *rapid.T) {
		in := &codec.Frame{
			Kind:       rapid.SampledFrom([]codec.FrameKind{codec.Request, codec.Oneway, codec.Response, codec.Heartbeat, codec.HeartbeatAck, codec.GoAway}).Draw(t, "kind"),
			Version:    rapid.Uint8Range(1, 2).Draw(t, "version"),
			Serializer: rapid.Byte().Draw(t, "codec"),
			ID:         uint64(rapid.Uint32().Draw(t, "id")),
			Class:      rapid.SliceOfN(rapid.Byte(), 0, 1024).Draw(t, "class"),
			Content:    rapid.SliceOfN(rapid.Byte(), 0, 3000).Draw(t, "content"),
		}
		if in.Version == 2 {
			in.Flags = rapid.Byte().Draw(t, "flags")
		}
		if in.Kind == codec.Response || in.Kind == codec.HeartbeatAck {
			in.Status = rapid.Uint16().Draw(t, "status")
		} else {
			in.Timeout = time.Duration(rapid.Int32().Draw(t, "ms")) * time.Millisecond
		}
		frame, err := f.Append(nil, in)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := f.Size(frame); err != nil || n != len(frame) {
			t.Fatalf("Size %d, %v of %d", n, err, len(frame))
		}
		out := &codec.Frame{}
		if err := f.Decode(frame, out); err != nil {
			t.Fatal(err)
		}
		if out.Kind != in.Kind || out.Version != in.Version || out.Flags != in.Flags || out.Serializer != in.Serializer || out.ID != in.ID ||
			out.Timeout != in.Timeout || out.Status != in.Status || !bytes.Equal(out.Class, in.Class) || !bytes.Equal(out.Content, in.Content) {
			t.Fatalf("got %+v, want %+v", out, in)
		}
		if kind, id := f.Correlate(frame); kind != in.Kind || id != in.ID {
			t.Fatalf("Correlate: %d, %d", kind, id)
		}
		f.Renumber(frame, in.ID+1)
		if err := f.Decode(frame, out); err != nil || out.ID != uint64(uint32(in.ID+1)) || !bytes.Equal(out.Content, in.Content) {
			t.Fatalf("renumbered to %+v, %v", out, err)
		}
	})
}

func TestCallsSurviveTheWireInEveryDialect(t *testing.T) {
	for name, opts := range dialects() {
		w := newWire(t, opts...)
		rapid.Check(t, func(t *rapid.T) {
			body := rapid.SliceOfN(rapid.Byte(), 0, 100).Draw(t, "body")
			text := rapid.StringN(1, 30, 60).Draw(t, "text")
			r := call()
			r.Body.Raw = body
			if got := w.serve(r); !bytes.Equal(got.Body.Raw, body) || got.Target() != r.Target() {
				t.Fatalf("%s: %s of %x became %s of %x", name, r.Target(), body, got.Target(), got.Body.Raw)
			}
			p, err := w.answer(r, &onramp.Response{Header: header("k", text), Body: onramp.Body{Raw: body}}, nil)
			if err != nil || !bytes.Equal(p.Body.Raw, body) || p.Header.Get("k") != text {
				t.Fatalf("%s: got %x, %q, %v", name, p.Body.Raw, p.Header.Get("k"), err)
			}
			_, err = w.answer(r, nil, onramp.NewError(onramp.NotFound, onramp.Remote, text))
			if e := onramp.AsError(err); e.Code != onramp.NotFound {
				t.Fatalf("%s: got %v, want %q", name, err, text)
			}
		})
	}
}
