package dubbo_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/onrampmesh/onramp/codec"
)

type vector struct {
	Name, Hex, Meaning string
	frame              []byte
}

// golden returns the frames that other implementations wrote.
func golden(tb testing.TB) []vector {
	tb.Helper()
	var out []vector
	for _, file := range []string{"dubbo_go.json", "dubbo_hessianlite.json", "dubbo_java.json"} {
		text, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			tb.Fatal(err)
		}
		var all []vector
		if err := json.Unmarshal(text, &all); err != nil {
			tb.Fatal(err)
		}
		for _, v := range all {
			if v.frame, err = hex.DecodeString(v.Hex); err != nil {
				tb.Fatal(err)
			}
			out = append(out, v)
		}
	}
	if len(out) < 17 {
		tb.Fatalf("only %d golden frames", len(out))
	}
	return out
}

func goldenFrame(tb testing.TB, name string) []byte {
	tb.Helper()
	for _, v := range golden(tb) {
		if v.Name == name {
			return bytes.Clone(v.frame)
		}
	}
	tb.Fatalf("there is no golden frame %s", name)
	return nil
}

// meaning is what a golden frame says.
type meaning struct {
	kind   codec.FrameKind
	id     uint64
	status uint16
	body   int
}

func TestGoldenFramesDecodeToTheirMeaning(t *testing.T) {
	w := newWire(t)
	for _, v := range golden(t) {
		want, ok := meanings()[v.Name]
		if captured(v) {
			want, ok = meaning{kindByName(v.Name), binary.BigEndian.Uint64(v.frame[4:]), uint16(v.frame[3]), len(v.frame) - 16}, true
		}
		if !ok {
			t.Errorf("%s: the test does not say what it means: %s", v.Name, v.Meaning)
			continue
		}
		f := w.decode(v.frame)
		if got := (meaning{f.Kind, f.ID, f.Status, len(f.Content)}); got != want || f.Serializer != 2 {
			t.Errorf("%s: got %+v in serialization %d, want %+v in 2", v.Name, got, f.Serializer, want)
		}
		if kind, id := w.framer.Correlate(v.frame); kind != want.kind || id != want.id {
			t.Errorf("%s: Correlate: %d, %d", v.Name, kind, id)
		}
	}
}

func TestGoldenFramesEncodeByteForByte(t *testing.T) {
	w := newWire(t)
	for _, v := range golden(t) {
		f := w.decode(v.frame)
		whole, err := w.framer.Append([]byte("before"), f)
		if err != nil || !bytes.Equal(whole[6:], v.frame) {
			t.Errorf("%s: encoded as\n%x, %v, want\n%x", v.Name, whole, err, v.frame)
		}
		content := f.Content
		f.Content = nil
		parts, err := w.framer.Append(nil, f)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, content...)
		if err := w.framer.Seal(parts, f); err != nil || !bytes.Equal(parts, v.frame) {
			t.Errorf("%s: sealed as\n%x, %v, want\n%x", v.Name, parts, err, v.frame)
		}
	}
}

func TestRenumberedGoldenFramesChangeInTheirIDOnly(t *testing.T) {
	w := newWire(t)
	for _, v := range golden(t) {
		frame := bytes.Clone(v.frame)
		w.framer.Renumber(frame, 0xfedcba9876543210)
		if _, id := w.framer.Correlate(frame); id != 0xfedcba9876543210 {
			t.Errorf("%s: ID %#x", v.Name, id)
		}
		_, old := w.framer.Correlate(v.frame)
		w.framer.Renumber(frame, old)
		if !bytes.Equal(frame, v.frame) {
			t.Errorf("%s: more than the ID changed", v.Name)
		}
	}
}

func TestEverySplitOfTheGoldenStreamGivesTheSameFrames(t *testing.T) {
	w := newWire(t)
	var all []vector
	var stream []byte
	for _, v := range golden(t) {
		if len(v.frame) < 350 && (!captured(v) || len(all) < 40) {
			all, stream = append(all, v), append(stream, v.frame...)
		}
	}
	for split := range stream {
		var buf []byte
		var got [][]byte
		for _, part := range [][]byte{stream[:split], stream[split:]} {
			buf = append(buf, part...)
			for {
				n, err := w.framer.Size(buf)
				if err != nil {
					t.Fatalf("split at %d: %v", split, err)
				}
				if n == 0 || n > len(buf) {
					break
				}
				got, buf = append(got, buf[:n]), buf[n:]
			}
		}
		if len(got) != len(all) || len(buf) != 0 {
			t.Fatalf("split at %d: %d frames and %d bytes left", split, len(got), len(buf))
		}
		for i := range got {
			if !bytes.Equal(got[i], all[i].frame) {
				t.Fatalf("split at %d: frame %d differs", split, i)
			}
		}
	}
}

// captured reports whether a frame comes from a connection of two Java processes.
func captured(v vector) bool {
	return strings.HasPrefix(v.Name, "dubbo336_") || strings.HasPrefix(v.Name, "dubbo2723_")
}

// kindByName tells the kind of a captured frame.
func kindByName(name string) codec.FrameKind {
	switch {
	case strings.Contains(name, "_oneway_"):
		return codec.Oneway
	case strings.HasSuffix(name, "_req"):
		return codec.Request
	case strings.Contains(name, "_event_e2"):
		return codec.Heartbeat
	case strings.Contains(name, "_event_22"):
		return codec.HeartbeatAck
	case strings.Contains(name, "_event_a2"):
		return codec.GoAway
	}
	return codec.Response
}

func meanings() map[string]meaning {
	return map[string]meaning{
		"dubbo_go_req_1":                {codec.Request, 2, 0, 143},
		"dubbo_go_resp_1":               {codec.Response, 2, 20, 164},
		"dubbo_go_req_2":                {codec.Request, 4, 0, 166},
		"dubbo_go_resp_2":               {codec.Response, 4, 20, 188},
		"dubbo_go_heartbeat_ack":        {codec.HeartbeatAck, 7, 20, 2},
		"dubbo_go_resp_nomethod":        {codec.Response, 12, 20, 345},
		"dubbo_java_req_noversion":      {codec.Request, 2, 0, 82},
		"dubbo_java_oneway":             {codec.Oneway, 5, 0, 77},
		"dubbo_java_generic_pojo":       {codec.Request, 7, 0, 206},
		"dubbo_java_resp_value":         {codec.Response, 1, 20, 14},
		"dubbo_java_resp_null_att":      {codec.Response, 1, 20, 15},
		"dubbo_java_resp_exception_att": {codec.Response, 1, 20, 322},
		"dubbo_java_resp_status_25":     {codec.Response, 1, 25, 11},
		"dubbo_java_resp_status_35":     {codec.Response, 1, 35, 11},
		"dubbo_java_resp_status_40":     {codec.Response, 1, 40, 11},
		"dubbo_java_resp_status_70":     {codec.Response, 1, 70, 11},
		"dubbo_java_resp_status_100":    {codec.Response, 1, 100, 11},
	}
}
