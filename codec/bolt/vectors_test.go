package bolt_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
)

type vector struct {
	Name, Hex, Meaning string
	frame              []byte
}

// vectors returns the golden frames of one protocol version.
func vectors(tb testing.TB, version byte) []vector {
	tb.Helper()
	var out []vector
	for _, file := range []string{"bolt_java.json", "bolt_node.json"} {
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
			if v.frame[0] == version {
				out = append(out, v)
			}
		}
	}
	if len(out) < 10 {
		tb.Fatalf("only %d golden frames of version %d", len(out), version)
	}
	return out
}

const (
	sofaRequest  = "com.alipay.sofa.rpc.core.request.SofaRequest"
	sofaResponse = "com.alipay.sofa.rpc.core.response.SofaResponse"
)

// meaning is what a golden frame says.
type meaning struct {
	kind       codec.FrameKind
	id         uint64
	serializer uint8
	timeout    time.Duration
	status     uint16
	class      string
	content    int
	header     map[string]string
}

var meanings = map[string]meaning{
	"bolt_v1_sofarpc_req_1":     {codec.Request, 1, 1, 3 * time.Second, 0, sofaRequest, 232, map[string]string{"app": "java-cli", "service": "com.acme.Greeter:1.0", "sofa_head_method_name": "sayHello", "type": "sync"}},
	"bolt_v1_sofarpc_req_4":     {codec.Request, 4, 1, 3 * time.Second, 0, sofaRequest, 258, map[string]string{"sofa_head_target_service": "com.acme.Greeter:1.0", "sofa_head_method_name": "many", "protocol": "bolt"}},
	"bolt_v1_sofarpc_resp_4":    {codec.Response, 4, 1, 0, 0, sofaResponse, 155, nil},
	"bolt_v1_min_req_5":         {codec.Request, 5, 1, 3 * time.Second, 0, sofaRequest, 202, map[string]string{"sofa_head_method_name": "noSuchMethod", "sofa_head_target_app": "java-srv"}},
	"bolt_v1_min_resp_5":        {codec.Response, 5, 1, 0, 0, sofaResponse, 221, map[string]string{"sofa_head_response_error": "true"}},
	"bolt_v1_min_oneway":        {codec.Oneway, 6, 1, -time.Millisecond, 0, sofaRequest, 196, map[string]string{"sofa_head_method_name": "fire"}},
	"bolt_v1_min_heartbeat":     {codec.Heartbeat, 7, 1, -time.Millisecond, 0, "", 0, nil},
	"bolt_v1_heartbeat":         {codec.Heartbeat, 7, 1, 3 * time.Second, 0, "", 0, nil},
	"bolt_v1_heartbeat_ack":     {codec.HeartbeatAck, 7, 1, 0, 0, "", 0, nil},
	"bolt_v1_req_protobuf":      {codec.Request, 1, 11, 3 * time.Second, 0, sofaRequest, 9, map[string]string{"sofa_head_target_app": "acme", "k": "v", "rpc_trace_context.sofaRpcId": "0"}},
	"bolt_v1_resp_protobuf_err": {codec.Response, 1, 11, 0, 2, sofaResponse, 10, map[string]string{"sofa_head_response_error": "true"}},
}

func TestGoldenFramesDecodeToTheirMeaning(t *testing.T) {
	w := newWire(t)
	for _, v := range vectors(t, 1) {
		want, ok := meanings[v.Name]
		if !ok {
			t.Errorf("%s: the test does not say what it means: %s", v.Name, v.Meaning)
			continue
		}
		f := w.decode(v.frame)
		got := meaning{f.Kind, f.ID, f.Serializer, f.Timeout, f.Status, string(f.Class), len(f.Content), want.header}
		if got.kind != want.kind || got.id != want.id || got.serializer != want.serializer || got.timeout != want.timeout ||
			got.status != want.status || got.class != want.class || got.content != want.content {
			t.Errorf("%s: got %+v, want %+v", v.Name, got, want)
		}
		pairs := rawPairs(t, f.Header)
		for key, value := range want.header {
			if pairs[key] != value {
				t.Errorf("%s: header %s is %q, want %q", v.Name, key, pairs[key], value)
			}
		}
		if kind, id := w.framer.Correlate(v.frame); kind != want.kind || id != want.id {
			t.Errorf("%s: Correlate: %d, %d", v.Name, kind, id)
		}
	}
}

// rawPairs reads a header block by the book, without the package's help.
func rawPairs(t *testing.T, block []byte) map[string]string {
	t.Helper()
	var all []string
	for len(block) > 0 {
		n := int(block[0])<<24 | int(block[1])<<16 | int(block[2])<<8 | int(block[3])
		all = append(all, string(block[4:4+n]))
		block = block[4+n:]
	}
	pairs := map[string]string{}
	for i := 0; i < len(all); i += 2 {
		pairs[all[i]] = all[i+1]
	}
	return pairs
}

func TestGoldenFramesEncodeByteForByte(t *testing.T) {
	w := newWire(t)
	for _, v := range vectors(t, 1) {
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

func TestRenumberChangesOnlyTheID(t *testing.T) {
	w := newWire(t)
	for _, v := range vectors(t, 1) {
		frame := bytes.Clone(v.frame)
		w.framer.Renumber(frame, 0xfedcba98)
		if _, id := w.framer.Correlate(frame); id != 0xfedcba98 {
			t.Errorf("%s: ID %#x", v.Name, id)
		}
		_, old := w.framer.Correlate(v.frame)
		w.framer.Renumber(frame, old)
		if !bytes.Equal(frame, v.frame) {
			t.Errorf("%s: more than the ID changed", v.Name)
		}
	}
}

func TestEverySplitOfAStreamGivesTheSameFrames(t *testing.T) {
	w := newWire(t)
	all := vectors(t, 1)
	var stream []byte
	for _, v := range all {
		stream = append(stream, v.frame...)
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

func TestVersion2IsRefusedByName(t *testing.T) {
	w := newWire(t)
	for _, v := range vectors(t, 2) {
		for _, n := range []int{1, 5, len(v.frame)} {
			_, err := w.framer.Size(v.frame[:n])
			if err == nil || !strings.Contains(err.Error(), "version 2") {
				t.Errorf("%s, %d bytes: %v", v.Name, n, err)
			}
		}
		if m := w.framer.Match(v.frame); m != codec.No {
			t.Errorf("%s: Match says %d", v.Name, m)
		}
		if err := w.framer.Decode(v.frame, &codec.Frame{}); err == nil {
			t.Errorf("%s was decoded", v.Name)
		}
	}
	if _, err := w.framer.Append(nil, &codec.Frame{Version: 2}); err == nil {
		t.Error("a frame of version 2 was written")
	}
}

func TestRequestsOfJavaAndNodeOpen(t *testing.T) {
	w := newWire(t)
	for _, v := range vectors(t, 1) {
		f := w.decode(v.frame)
		if f.Kind != codec.Request && f.Kind != codec.Oneway {
			continue
		}
		r := &onramp.Request{}
		if err := w.body.OpenRequest(f, r); err != nil {
			t.Errorf("%s: %v", v.Name, err)
			continue
		}
		method := meanings[v.Name].header["sofa_head_method_name"]
		if r.Service != "com.acme.Greeter" || r.Version != "1.0" || method != "" && r.Method != method {
			t.Errorf("%s: %s %s %s", v.Name, r.Service, r.Version, r.Method)
		}
		if (r.Kind == onramp.Oneway) != (f.Kind == codec.Oneway) || r.Body.Encoding != uint16(f.Serializer) || !bytes.Equal(r.Body.Raw, f.Content) {
			t.Errorf("%s: kind %d, body %+v", v.Name, r.Kind, r.Body)
		}
		for _, key := range []string{"service", "sofa_head_target_service", "sofa_head_method_name"} {
			if _, ok := r.Header.Lookup(key); ok {
				t.Errorf("%s: the header shows %s", v.Name, key)
			}
		}
	}
}

func TestErrorsOfJavaAndNodeOpen(t *testing.T) {
	w := newWire(t)
	for _, v := range vectors(t, 1) {
		p := &onramp.Response{}
		switch f := w.decode(v.frame); v.Name {
		case "bolt_v1_min_resp_5":
			e := asError(t, w.body.OpenResponse(f, call(), p))
			if !e.Business || e.Origin != onramp.Remote || e.Code != onramp.Unknown || !bytes.Equal(p.Body.Raw, f.Content) {
				t.Errorf("%s: %+v, body %x", v.Name, e, p.Body.Raw)
			}
			if strings.Contains(e.Error(), "SofaResponse") {
				t.Errorf("%s: bytes of codec 1 in the text: %v", v.Name, e)
			}
		case "bolt_v1_resp_protobuf_err":
			e := asError(t, w.body.OpenResponse(f, call(), p))
			if e.Business || e.Origin != onramp.Remote || e.Code != onramp.Internal || !strings.Contains(e.Error(), "mock error") {
				t.Errorf("%s: %+v", v.Name, e)
			}
		case "bolt_v1_sofarpc_resp_4":
			if err := w.body.OpenResponse(f, call(), p); err != nil || p.Body.Encoding != uint16(bolt.Hessian) {
				t.Errorf("%s: %v", v.Name, err)
			}
		}
	}
}
