package bolt_test

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

func TestResponsesOfJavaAndNodeDecode(t *testing.T) {
	w := newHessian(t)
	for _, row := range []struct {
		golden string
		into   any
		want   any
	}{
		{"bolt_v2_ver2_resp_1", new(string), "Hello, world"},
		{"bolt_v2_ver1_resp_2", new(any), "Hello, nocrc"},
		{"bolt_v2v2_crc_resp", new(string), "Hello, world"},
		{"bolt_v1_sofarpc_resp_4", new(map[string]any), map[string]any{"i": int32(1), "l": int64(2), "d": 3.5, "ls": &hessian2.List{Items: []any{"x", "y"}}, "b": []byte{1, 2, 3}}},
	} {
		p := &onramp.Response{}
		if err := w.body.OpenResponse(w.decode(goldenFrame(t, row.golden)), call(), p); err != nil {
			t.Errorf("%s: %v", row.golden, err)
			continue
		}
		if err := p.Body.Decode(row.into); err != nil || !reflect.DeepEqual(reflect.ValueOf(row.into).Elem().Interface(), row.want) {
			t.Errorf("%s: %#v, %v", row.golden, reflect.ValueOf(row.into).Elem(), err)
		}
	}
}

func TestHessianResponsesAreJavasByteForByte(t *testing.T) {
	w := newHessian(t)
	asked := w.serve(greet("sayHello", "", "world"))
	out, err := w.response(asked, &onramp.Response{Body: onramp.Body{Value: new("Hello, world")}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, want := w.decode(out), w.decode(goldenFrame(t, "bolt_v2_ver2_resp_1"))
	if !bytes.Equal(got.Content, want.Content) || got.Serializer != 1 || !bytes.Equal(got.Class, want.Class) {
		t.Errorf("%q, want %q", got.Content, want.Content)
	}
	failed := onramp.NewError(onramp.Unimplemented, onramp.Refused, "RPC-020100011: Cannot find invoke method: [noSuchMethod], service: [com.acme.Greeter:1.0] ")
	if out, err = w.response(asked, nil, failed); err != nil {
		t.Fatal(err)
	}
	got, want = w.decode(out), w.decode(goldenFrame(t, "bolt_v1_min_resp_5"))
	if !bytes.Equal(got.Content, want.Content) || got.Status != 0 || !bytes.Equal(got.Class, want.Class) {
		t.Errorf("%q, want %q", got.Content, want.Content)
	}
}

func TestAHandlerThatReturnsNothingAnswersNull(t *testing.T) {
	w := newHessian(t)
	asked := w.serve(greet("m", "", onramp.Args{}))
	for _, p := range []*onramp.Response{nil, {}, {Body: onramp.Body{Raw: []byte{}, Encoding: 1}}, {Body: onramp.Body{Value: (*string)(nil)}}} {
		got, err := w.answer(asked, p, nil)
		if err != nil {
			t.Fatal(err)
		}
		left := "as it was"
		if err := got.Body.Decode(&left); err != nil || left != "" && left != "as it was" {
			t.Errorf("%+v: %q, %v", p, left, err)
		}
		var generic any = 1
		if err := got.Body.Decode(&generic); err != nil || generic != nil {
			t.Errorf("%+v: %v, %v", p, generic, err)
		}
	}
	_, err := w.response(asked, &onramp.Response{Body: onramp.Body{Value: &onramp.Args{"a", "b"}}}, nil)
	if e := asError(t, err); e.Code != onramp.Internal || e.Origin != onramp.Remote || !strings.Contains(e.Error(), "a response has one value") {
		t.Errorf("%v", e)
	}
}

func TestHeadersStandInTheBodyTooForPeersThatReadThemThere(t *testing.T) {
	w := newHessian(t)
	r := greet("m", "", "x")
	r.Header = header("rpc_trace_context.sofaTraceId", "0a0f", "k", "v", "rpc_trace_context.sofaRpcId", "0", "rpc_req_baggage.", "y", "sofa_head_method_name", "other")
	content := string(contentOf(t, w, r))
	if want := "M\x11rpc_trace_contextM\x0bsofaTraceId\x040a0f\x09sofaRpcId\x010z\x01k\x01v\x10rpc_req_baggage.\x01yzVt"; !strings.Contains(content, want) {
		t.Errorf("%q, want %q", content, want)
	}
	out, err := w.response(w.serve(r), &onramp.Response{Header: header("a", "b"), Body: onramp.Body{Value: "x"}}, nil)
	if f := w.decode(out); err != nil || !bytes.HasSuffix(f.Content, []byte("\x01xM\x01a\x01bz")) {
		t.Errorf("%q, %v", f.Content, err)
	}
}

func TestABadHessianBodyIsTheCallersFaultInARequestAndTheServersInAResponse(t *testing.T) {
	w := newHessian(t)
	for _, body := range []string{"O", "x", "N", "\x05hello", "O\x9ccom.acme.Car\x90o\x90", "O\xbe" + sofaRequest + "\x91\x01ao\x90"} {
		in := &onramp.Request{}
		f := &codec.Frame{Kind: codec.Request, Serializer: 1, Content: []byte(body), Header: block("service", "S:1.0", "sofa_head_method_name", "m")}
		if err := w.body.OpenRequest(f, in); err != nil {
			t.Fatal(err)
		}
		if e := asError(t, in.Body.Decode(new(string))); e.Code != onramp.InvalidArgument || e.Origin != onramp.Remote || !strings.Contains(e.Error(), fmt.Sprintf("the request's body of %d bytes", len(body))) {
			t.Errorf("%q: %v", body, e)
		}
		p := &onramp.Response{}
		f.Kind, f.Header = codec.Response, nil
		if err := w.body.OpenResponse(f, call(), p); err != nil {
			t.Errorf("%q: %v", body, err)
		}
		if e := asError(t, p.Body.Decode(new(string))); e.Code != onramp.Internal || e.Origin != onramp.Remote {
			t.Errorf("%q: %v", body, e)
		}
	}
}

func TestHessianTravelsInEveryVersion(t *testing.T) {
	for name, opts := range dialects() {
		w := newHessian(t, opts...)
		in := w.serve(greet("sayHello", "", "world"))
		var got, back string
		if err := in.Body.Decode(&got); err != nil || got != "world" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		p, err := w.answer(in, &onramp.Response{Body: onramp.Body{Value: new("hello " + got)}}, nil)
		if err == nil {
			err = p.Body.Decode(&back)
		}
		if err != nil || back != "hello world" {
			t.Errorf("%s: %q, %v", name, back, err)
		}
		_, err = w.answer(in, nil, onramp.Business(onramp.NotFound, "none"))
		if e := asError(t, err); !e.Business || e.Code != onramp.NotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
}
