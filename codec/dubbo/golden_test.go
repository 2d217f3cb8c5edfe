package dubbo_test

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

// opened is what a golden request is to a server.
type opened struct {
	target, version, group string
	kind                   onramp.Kind
	timeout                time.Duration
	header                 string
	arguments              onramp.Args
}

func openings() map[string]opened {
	car := &hessian2.Object{Class: "com.acme.Car", Fields: []hessian2.Field{{Name: "color", Value: "red"}, {Name: "mileage", Value: int32(10000)}}}
	pojo := &hessian2.Map{Entries: []hessian2.Entry{{Key: "color", Value: "red"}, {Key: "class", Value: "com.acme.Car"}, {Key: "mileage", Value: int32(1)}}}
	const acme, java = "com.acme.Greeter/", "p.Greeter/"
	app := "[remote.application onramp-interop-c]"
	sec3 := 3 * time.Second
	return map[string]opened{
		"dubbo_go_req_1":           {acme + "sayHello", "1.0", "", onramp.Unary, 0, "[retries ]", onramp.Args{"world"}},
		"dubbo_go_req_2":           {acme + "echo", "1.0", "", onramp.Unary, 0, "[retries ]", onramp.Args{car}},
		"dubbo_java_req_noversion": {acme + "sayHello", "", "", onramp.Unary, 0, "[]", onramp.Args{"world"}},
		"dubbo_java_oneway":        {acme + "fire", "1.0", "", onramp.Oneway, 0, "[]", onramp.Args{"x"}},
		"dubbo_java_generic_pojo":  {acme + "echo", "1.0", "", onramp.Unary, 0, "[]", onramp.Args{pojo}},

		"dubbo336_string_req": {java + "hello", "1.0", "", onramp.Unary, sec3, app, onramp.Args{"w"}},
		"dubbo336_null_req":   {java + "echo", "1.0", "", onramp.Unary, sec3, app, onramp.Args{nil}},
		"dubbo336_void_req":   {java + "nothing", "1.0", "", onramp.Unary, sec3, app, onramp.Args{}},
		"dubbo336_attachment_to_server_note_x_tracing_map_req": {java + "hello", "1.0", "", onramp.Unary, sec3, "[note x remote.application onramp-interop-c]", onramp.Args{"a"}},
		"dubbo336_wrong_version_req":                           {java + "hello", "2.0", "", onramp.Unary, sec3, app, onramp.Args{"w"}},
		"dubbo336_unknown_service_req":                         {"p.Missing/hello", "1.0", "", onramp.Unary, sec3, app, onramp.Args{"w"}},
		"dubbo336_generic_req":                                 {java + "hello", "1.0", "", onramp.Unary, sec3, app, onramp.Args{"w"}},
		"dubbo2723_string_req":                                 {java + "hello", "1.0", "", onramp.Unary, 0, app, onramp.Args{"w"}},
		"dubbo2723_generic_req":                                {java + "hello", "1.0", "", onramp.Unary, 0, "[note x remote.application onramp-interop-c]", onramp.Args{"w"}},
		"dubbo2723_void_req":                                   {java + "nothing", "1.0", "", onramp.Unary, 0, app, onramp.Args{}},
	}
}

func pairsOf(h *onramp.Header) string {
	out := []string{}
	for k, v := range h.All() {
		out = append(out, k, v)
	}
	return fmt.Sprint(out)
}

func TestGoldenRequestsOpen(t *testing.T) {
	w := newWire(t)
	for name, want := range openings() {
		r, f := w.open(goldenFrame(t, name))
		got := opened{r.Target(), r.Version, r.Group, r.Kind, f.Timeout, pairsOf(&r.Header), nil}
		if err := r.Body.Decode(&got.arguments); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got\n%+v, want\n%+v", name, got, want)
		}
		if r.Body.Encoding != 2 || !bytes.Equal(r.Body.Raw, f.Content) {
			t.Errorf("%s: the body is not the frame's", name)
		}
	}
}

func TestGoldenRequestsGoOutByteForByteWhenTheyArePassedOn(t *testing.T) {
	w := newWire(t)
	for name := range openings() {
		frame := goldenFrame(t, name)
		r, _ := w.open(frame)
		w.framer.Renumber(frame, 7)
		if out, err := w.request(r); err != nil || !bytes.Equal(out, frame) {
			t.Errorf("%s: %x, %v", name, out, err)
		}
	}
}

func TestGoldenValuesArrive(t *testing.T) {
	w := newWire(t)
	for name, want := range map[string]any{
		"dubbo_go_resp_1": "Hello, world", "dubbo_java_resp_value": "Hello, world", "dubbo_java_resp_null_att": nil,
		"dubbo336_string_resp": "hi w", "dubbo336_null_resp": nil, "dubbo336_void_resp": nil, "dubbo2723_string_resp": "hi w",
		"dubbo336_generic_resp": "hi w", "dubbo2723_null_resp": nil,
	} {
		p := &onramp.Response{}
		if err := w.body.OpenResponse(w.decode(goldenFrame(t, name)), call("w"), p); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := any("before")
		if err := p.Body.Decode(&got); err != nil || got != want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
		if captured(vector{Name: name}) && p.Header.Get("dubbo") != "2.0.2" {
			t.Errorf("%s: attachments %s", name, pairsOf(&p.Header))
		}
		out, err := w.response(w.decode(goldenFrame(t, "dubbo336_string_req")), call("w"), p, nil)
		if body := goldenFrame(t, name)[16:]; err != nil || !bytes.Equal(out[16:], body) {
			t.Errorf("%s: passed on it is %x, %v", name, out, err)
		}
	}
}

func TestGoldenErrorsAreWhatTheySay(t *testing.T) {
	w := newWire(t)
	for name, want := range map[string]struct {
		code     onramp.Code
		origin   onramp.Origin
		business bool
		class    string
		text     string
	}{
		"dubbo_go_resp_nomethod":        {onramp.Unknown, onramp.Remote, true, "java.lang.Throwable", "cannot find method [noSuch]"},
		"dubbo_java_resp_exception_att": {onramp.Unknown, onramp.Remote, true, "java.lang.IllegalStateException", "boom"},
		"dubbo_java_resp_status_25":     {onramp.InvalidArgument, onramp.Remote, false, "", "dubbo: serialization error (status 25): error text"},
		"dubbo_java_resp_status_35":     {onramp.Unavailable, onramp.Wire, false, "", "dubbo: channel inactive (status 35): error text"},
		"dubbo_java_resp_status_40":     {onramp.InvalidArgument, onramp.Remote, false, "", "dubbo: bad request (status 40): error text"},
		"dubbo_java_resp_status_70":     {onramp.Internal, onramp.Remote, false, "", "dubbo: service error (status 70): error text"},
		"dubbo_java_resp_status_100":    {onramp.ResourceExhausted, onramp.Refused, false, "", "dubbo: thread pool exhausted (status 100): error text"},

		"dubbo336_exception_checked_resp":         {onramp.Unknown, onramp.Remote, true, "p.Greeter$Checked", "no more cars"},
		"dubbo336_exception_jdk_resp":             {onramp.Unknown, onramp.Remote, true, "java.lang.IllegalArgumentException", "bad argument"},
		"dubbo336_exception_other_resp":           {onramp.Internal, onramp.Remote, false, "", "not in allow list"},
		"dubbo336_unknown_service_resp":           {onramp.Unimplemented, onramp.Refused, false, "", "parameterTypes=null"},
		"dubbo336_wrong_version_resp":             {onramp.Unimplemented, onramp.Refused, false, "", ""},
		"dubbo336_unknown_method_plain_resp":      {onramp.Unimplemented, onramp.Refused, false, "", ""},
		"dubbo336_generic_unknown_method_resp":    {onramp.Unimplemented, onramp.Refused, false, "", "No such method absent"},
		"dubbo336_generic_exception_checked_resp": {onramp.Unknown, onramp.Remote, true, "p.Greeter$Checked", "no more cars"},
		"dubbo2723_unknown_service_resp":          {onramp.Unimplemented, onramp.Refused, false, "", "Not found exported service"},
		"dubbo2723_wrong_version_resp":            {onramp.Unimplemented, onramp.Refused, false, "", "Not found exported service"},
		"dubbo2723_unknown_method_plain_resp":     {onramp.Unimplemented, onramp.Refused, false, "", "Service not found"},
		"dubbo2723_generic_unknown_method_resp":   {onramp.Unimplemented, onramp.Refused, false, "", "absent"},
	} {
		r := call("w")
		if strings.Contains(name, "_generic_") {
			r.Signature = "$invoke(java.lang.String)"
		}
		e := asError(t, w.body.OpenResponse(w.decode(goldenFrame(t, name)), r, &onramp.Response{}))
		if e.Code != want.code || e.Origin != want.origin || e.Business != want.business || !strings.Contains(e.Error(), want.text) {
			t.Errorf("%s: %v, %v, business %v: %v", name, e.Code, e.Origin, e.Business, e)
		}
		if len(e.Error()) > 1400 || strings.Contains(e.Error(), "\n") {
			t.Errorf("%s: a text of %d bytes: %q", name, len(e.Error()), e.Error())
		}
		if x, ok := e.Detail.(*hessian2.Exception); want.class != "" && (!ok || x.Class != want.class) {
			t.Errorf("%s: thrown %#v", name, e.Detail)
		}
	}
}
