package bolt_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

// nodeRequest is SofaRequest as Node orders its fields.
type nodeRequest struct {
	MethodName              any              `hessian:"methodName"`
	MethodArgSigs           hessian2.Strings `hessian:"methodArgSigs"`
	TargetServiceUniqueName any              `hessian:"targetServiceUniqueName"`
	TargetAppName           any              `hessian:"targetAppName"`
	RequestProps            any              `hessian:"requestProps"`
}

func (nodeRequest) JavaClassName() string { return sofaRequest }

// opened opens a request of codec 1.
func (w *wire) opened(content []byte, header ...string) (*onramp.Request, error) {
	r := &onramp.Request{}
	return r, w.body.OpenRequest(&codec.Frame{Kind: codec.Request, Serializer: 1, Content: content, Header: block(header...)}, r)
}

func TestNodesRequestsAreReadFromTheirBody(t *testing.T) {
	for name, w := range bothReaders(t) {
		for _, frame := range []string{"bolt_v2v1_req", "bolt_v2v2_nocrc_req", "bolt_v2v2_crc_req"} {
			r := &onramp.Request{}
			if err := w.body.OpenRequest(w.decode(goldenFrame(t, frame)), r); err != nil || r.Method != "sayHello" || r.Service != "com.acme.Greeter" || r.Version != "1.0" || r.Header.Len() != 1 || r.Header.Get("k") != "v" {
				t.Errorf("%s, %s: %+v, %v", name, frame, r, err)
			}
		}
	}
}

func TestTheHeaderCountsBeforeTheBody(t *testing.T) {
	w := newWire(t)
	body := draft(t, &nodeRequest{MethodName: "inBody", TargetServiceUniqueName: "BodyService:2.0:blue", RequestProps: map[string]any{"k": "body", "app": "node"}})
	for _, row := range []struct {
		header                   []string
		service, version, method string
		pairs                    map[string]string
	}{
		{[]string{"service", "S:1.1"}, "S", "1.1", "inBody", map[string]string{"k": "body", "app": "node"}},
		{[]string{"service", "S:1.1", "k", "header"}, "S", "1.1", "inBody", map[string]string{"k": "header", "app": "node"}},
		{[]string{"sofa_head_target_service", "T", "service", "S:1.1:red"}, "T", "", "inBody", map[string]string{"k": "body", "app": "node"}},
		{[]string{"service", "S:1.1:red"}, "S", "1.1", "inBody", map[string]string{"k": "body", "app": "node", "uniqueId": "red"}},
		{nil, "BodyService", "2.0", "inBody", map[string]string{"k": "body", "app": "node", "uniqueId": "blue"}},
		{[]string{"service", "S:1.1", "sofa_head_method_name", "inHeader"}, "S", "1.1", "inHeader", map[string]string{}},
		{[]string{"service", "S:1.1", "sofa_head_method_name", ""}, "S", "1.1", "inBody", map[string]string{"k": "body", "app": "node"}},
	} {
		r, err := w.opened(body, row.header...)
		got := maps.Collect(r.Header.All())
		if err != nil || r.Service != row.service || r.Version != row.version || r.Method != row.method || !maps.Equal(got, row.pairs) {
			t.Errorf("%q: %s %s %s %v, %v", row.header, r.Service, r.Version, r.Method, got, err)
		}
	}
}

func TestPropsBecomePairsAsJavaMakesThem(t *testing.T) {
	loop := &hessian2.Map{}
	loop.Entries = []hessian2.Entry{{Key: "again", Value: loop}, {Key: "x", Value: "y"}}
	in := &nodeRequest{MethodName: "m", RequestProps: &hessian2.Map{Entries: []hessian2.Entry{
		{Key: "text", Value: "t"}, {Key: "int", Value: int32(-5)}, {Key: "long", Value: int64(1) << 40}, {Key: "bool", Value: true}, {Key: "double", Value: 1.5},
		{Key: "null", Value: nil}, {Key: "list", Value: []any{"a"}}, {Key: int32(1), Value: "no text"}, {Key: nil, Value: "none"},
		{Key: "rpc_trace_context", Value: map[string]any{"sofaTraceId": "0a"}},
		{Key: "a", Value: map[string]any{"b": map[string]any{"c": "d"}}},
		{Key: "loop", Value: loop}, {Key: "service", Value: "spoofed"}, {Key: "Sofa_Head_Method_Name", Value: "spoofed"}, {Key: "text", Value: "second"},
	}}}
	r, err := newWire(t).opened(draft(t, in), "service", "S:1.0")
	want := map[string]string{"text": "t", "int": "-5", "long": "1099511627776", "bool": "true", "double": "1.5", "rpc_trace_context.sofaTraceId": "0a", "a.b.c": "d", "loop.x": "y"}
	if got := maps.Collect(r.Header.All()); err != nil || !maps.Equal(got, want) || r.Header.Len() != len(want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
}

func TestPropsAreTakenAtTheirLimitsAndRefusedOneOver(t *testing.T) {
	w := newWire(t)
	nest := func(n int) any {
		var v any = "deep"
		for range n {
			v = map[string]any{"k": v}
		}
		return v
	}
	pairs := func(n, key, value int) any {
		m := &hessian2.Map{}
		for i := range n {
			m.Entries = append(m.Entries, hessian2.Entry{Key: fmt.Sprintf("%0*d", key, i), Value: strings.Repeat("v", value)})
		}
		return m
	}
	for _, row := range []struct {
		what  string
		props any
		pairs int
		want  string
	}{
		{"no map", "text", 1, ""},
		{"as deep as is read", nest(4), 2, ""},
		{"one deeper", nest(5), 0, ""}, // and so nothing
		{"as many as a header holds", pairs(127, 3, 1), 128, ""},
		{"one more", pairs(128, 3, 1), 0, "more than 128 pairs in requestProps and header"},
		{"as long as a pair may be", pairs(1, 3, 8<<10-3), 2, ""},
		{"one byte longer", pairs(1, 3, 8<<10-2), 0, "a pair of requestProps has 8193 bytes, at most 8192"},
		{"a key as long", pairs(1, 8<<10, 0), 2, ""},
		{"a longer one", pairs(1, 8<<10+1, 0), 0, "a key of requestProps has 8193 bytes, at most 8192"},
		{"all as long as a header", pairs(7, 8, 4665), 8, ""},
		{"all longer", pairs(7, 8, 4666), 0, "the pairs of requestProps have more than 32767 bytes"},
	} {
		header := []string{"service", "S:1.0"}
		if row.pairs != 0 || row.want != "" {
			header = append(header, "x", "y")
		}
		r, err := w.opened(draft(t, &nodeRequest{MethodName: "m", RequestProps: row.props}), header...)
		if row.want == "" {
			if err != nil || r.Header.Len() != row.pairs {
				t.Errorf("%s: %d pairs, %v", row.what, r.Header.Len(), err)
			}
			continue
		}
		if e := asError(t, err); e.Code != onramp.InvalidArgument || e.Origin != onramp.Refused || !strings.Contains(e.Error(), row.want) {
			t.Errorf("%s: %v, want %s", row.what, err, row.want)
		}
	}
}

func TestABodyThatNamesNoMethodIsRefused(t *testing.T) {
	w := newWire(t)
	def := "O\xbc" + sofaRequest
	for _, row := range []struct{ body, want string }{
		{"", "and the body cannot be read"},
		{"\x05hello", "and the body begins with no com.alipay.sofa.rpc.core.request.SofaRequest"},
		{"N", "and the body begins with no"},
		{"O", "and the body cannot be read"},
		{"O\x9ccom.acme.Car\x90o\x90", "and the body begins with no"},
		{def, "cannot be read"},
		{def + "\x91\x0amethodName", "cannot be read"},
		{def + "\x91\x0amethodNameo\x90", "the field \"methodName\" of the request's body"},
		{def + "\x91\x0amethodNameo\x90N", "the header sofa_head_method_name is missing"},
		{def + "\x91\x0amethodNameo\x90\x00", "the header sofa_head_method_name is missing"},
		{def + "\x91\x0amethodNameo\x90\x95", "the header sofa_head_method_name is missing"},
		{def + "\x90o\x90", "the header sofa_head_method_name is missing"},
		{def + "\x92\x0amethodName\x0amethodNameo\x90\x01a\x01b", "the field methodName is given twice"},
		{def + "\x92\x17targetServiceUniqueName\x17targetServiceUniqueNameo\x90\x01a\x01b", "the field targetServiceUniqueName is given twice"},
		{def + "\x91\x0crequestPropso\x90M\x01k", "the field \"requestProps\" of the request's body"},
		{def + "\x91\x0amethodNameo\x90S\x20\x01" + strings.Repeat("m", 8193), "the field methodName has 8193 bytes, at most 8192 are allowed"},
		{def + "I\x7f\xff\xff\xff", "cannot be read"},
	} {
		_, err := w.opened([]byte(row.body), "service", "S:1.0")
		if e := asError(t, err); e.Code != onramp.InvalidArgument || e.Origin != onramp.Refused || !strings.Contains(e.Error(), row.want) || len(e.Error()) > 400 {
			t.Errorf("%.80q: %v, want %s", row.body, err, row.want)
		}
	}
	body := []byte(def + "\x91\x0amethodNameo\x90S\x20\x00" + strings.Repeat("m", 8192))
	if r, err := w.opened(body, "service", "S:1.0"); err != nil || len(r.Method) != 8192 {
		t.Errorf("a method of 8192 bytes: %v", err)
	}
	chunks := "O\xbc" + sofaRequest + "\x92\x0amethodName\x17targetServiceUniqueNameo\x90s\x00\x01mS\x00\x01ns\x00\x01SS\x00\x04:1.0"
	if r, err := w.opened([]byte(chunks)); err != nil || r.Method != "mn" || r.Service != "S" {
		t.Errorf("names in chunks: %+v, %v", r, err)
	}
	if _, err := w.opened(body); err == nil || !strings.Contains(err.Error(), "sofa_head_target_service is missing") {
		t.Errorf("no service: %v", err)
	}
}

func TestOtherCodecsAreNotLookedInto(t *testing.T) {
	w := newWire(t)
	body := draft(t, &nodeRequest{MethodName: "m"})
	r := &onramp.Request{}
	err := w.body.OpenRequest(&codec.Frame{Kind: codec.Request, Serializer: 11, Content: body, Header: block("service", "S:1.0")}, r)
	if e := asError(t, err); !strings.Contains(e.Error(), "the header sofa_head_method_name is missing: the call names no method") {
		t.Errorf("%v", err)
	}
}
