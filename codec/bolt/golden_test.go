package bolt_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
)

func TestGoldenFramesDecodeToTheirMeaning(t *testing.T) {
	w := newWire(t)
	for _, v := range golden(t) {
		want, ok := meanings[v.Name]
		if !ok {
			t.Errorf("%s: the test does not say what it means: %s", v.Name, v.Meaning)
			continue
		}
		f := w.decode(v.frame)
		got := meaning{f.Kind, f.ID, f.Serializer, f.Timeout, f.Status, string(f.Class), len(f.Content), want.header, f.Flags}
		if got.kind != want.kind || got.id != want.id || got.serializer != want.serializer || got.timeout != want.timeout ||
			got.status != want.status || got.flags != want.flags || f.Version != v.frame[0] || got.class != want.class || got.content != want.content {
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
		if f.Version == 2 && f.Flags&0x81 == 1 {
			parts = append(parts, 0, 0, 0, 0) // where the checksum goes
		}
		if err := w.framer.Seal(parts, f); err != nil || !bytes.Equal(parts, v.frame) {
			t.Errorf("%s: sealed as\n%x, %v, want\n%x", v.Name, parts, err, v.frame)
		}
	}
}

func TestRenumberChangesOnlyTheID(t *testing.T) {
	w := newWire(t)
	for _, v := range golden(t) {
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
	all := golden(t)
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

func TestRequestsOfJavaAndNodeOpen(t *testing.T) {
	w := newWire(t)
	for _, v := range golden(t) {
		f := w.decode(v.frame)
		if f.Kind != codec.Request && f.Kind != codec.Oneway {
			continue
		}
		r := &onramp.Request{}
		err := w.body.OpenRequest(f, r)
		if err != nil {
			t.Errorf("%s: %v", v.Name, err)
			continue
		}
		method := meanings[v.Name].header["sofa_head_method_name"]
		if strings.HasPrefix(v.Name, "bolt_v2v") { // Node's method stands in the Hessian body alone
			method = "sayHello"
		}
		service := "com.acme.Greeter"
		if v.Name == "bolt_v2_ver1_req_4" {
			service = "com.acme.Nobody"
		}
		if r.Service != service || r.Version != "1.0" || method != "" && r.Method != method {
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
	for _, v := range golden(t) {
		p := &onramp.Response{}
		switch f := w.decode(v.frame); v.Name {
		case "bolt_v1_min_resp_5", "bolt_v2_ver1_resp_5":
			e := asError(t, w.body.OpenResponse(f, call(), p))
			if e.Business || e.Origin != onramp.Refused || e.Code != onramp.Unimplemented || !bytes.Equal(p.Body.Raw, f.Content) {
				t.Errorf("%s: %+v, body %x", v.Name, e, p.Body.Raw)
			}
		case "bolt_v2_ver1_resp_3":
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
		case "bolt_v1_sofarpc_resp_4", "bolt_v2_ver2_resp_1", "bolt_v2v2_crc_resp", "bolt_v2v1_resp":
			if err := w.body.OpenResponse(f, call(), p); err != nil || p.Body.Encoding != uint16(bolt.Hessian) {
				t.Errorf("%s: %v", v.Name, err)
			}
		}
	}
}
