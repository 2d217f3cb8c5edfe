package dubbo_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec/dubbo"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

// named makes r a call by name.
func named(r *onramp.Request, types ...string) *onramp.Request {
	var o onramp.MethodOptions
	dubbo.Generic(types...)(&o)
	r.Signature = o.Signature
	return r
}

func TestACallByNameIsOneOfTheMethodThatItNames(t *testing.T) {
	w := newWire(t)
	for what, r := range map[string]*onramp.Request{
		"a struct":      named(call(&soldOut{Item: "car", Left: 3}), "com.acme.SoldOut"),
		"a map":         named(call(map[string]any{"class": "com.acme.SoldOut", "item": "car", "left": 3}), "com.acme.SoldOut"),
		"one by itself": named(&onramp.Request{Service: "com.acme.Greeter", Method: "sayHello", Body: onramp.Body{Value: &soldOut{Item: "car", Left: 3}}}, "com.acme.SoldOut"),
	} {
		in, f := w.serve(r)
		if in.Method != "sayHello" || in.Header.Len() != 0 {
			t.Errorf("%s: %s, %s", what, in.Method, pairsOf(&in.Header))
		}
		if !strings.Contains(string(f.Content), "$invoke") || !strings.Contains(string(f.Content), "\x05class\x10com.acme.SoldOut") {
			t.Errorf("%s: %q", what, f.Content)
		}
		var got soldOut
		if err := in.Body.Decode(&got); err != nil || got.Item != "car" || got.Left != 3 {
			t.Errorf("%s: %+v, %v", what, got, err)
		}
		var all onramp.Args
		if err := in.Body.Decode(&all); err != nil || len(all) != 1 {
			t.Errorf("%s: %v, %v", what, all, err)
		}
		got = soldOut{}
		if err := in.Body.Decode(&onramp.Args{&got}); err != nil || got.Item != "car" {
			t.Errorf("%s: %+v, %v", what, got, err)
		}
	}
}

func TestSeveralArgumentsOfACallByNameArrive(t *testing.T) {
	in, _ := newWire(t).serve(named(call("a", int32(7), []string{"x"}), "java.lang.String", "int", "java.util.List"))
	var s string
	var n int
	var list []string
	if err := in.Body.Decode(&onramp.Args{&s, &n, &list}); err != nil || s != "a" || n != 7 || !reflect.DeepEqual(list, []string{"x"}) {
		t.Errorf("%q %d %q, %v", s, n, list, err)
	}
	for _, into := range []any{&s, &onramp.Args{&s}} {
		if err := in.Body.Decode(into); err == nil || asError(t, err).Code != onramp.InvalidArgument {
			t.Errorf("into a %T: %v", into, err)
		}
	}
	none, _ := newWire(t).serve(named(call()))
	var args onramp.Args
	if err := none.Body.Decode(&args); err != nil || len(args) != 0 {
		t.Errorf("%v, %v", args, err)
	}
}

func TestTheReplyToACallByNameIsMaps(t *testing.T) {
	w := newWire(t)
	r := named(call("x"), "java.lang.String")
	p, err := w.answer(r, &onramp.Response{Body: onramp.Body{Value: &soldOut{Item: "car", Left: 3}}}, nil)
	var m map[string]any
	if err != nil || p.Body.Decode(&m) != nil || m["class"] != "com.acme.SoldOut" || m["item"] != "car" || m["left"] != int32(3) {
		t.Errorf("%v, %v", m, err)
	}
	var back soldOut
	if err := p.Body.Decode(&back); err != nil || back.Item != "car" {
		t.Errorf("%+v, %v", back, err)
	}
	plain, err := w.answer(call("x"), &onramp.Response{Body: onramp.Body{Value: &soldOut{Item: "car"}}}, nil)
	var o any
	if err != nil || plain.Body.Decode(&o) != nil {
		t.Fatal(err)
	}
	if _, isMap := o.(*hessian2.Map); isMap {
		t.Error("the reply to a plain call is a map")
	}
}

func TestTheExceptionOfACallByNameKeepsItsClass(t *testing.T) {
	_, err := newWire(t).answer(named(call("x"), "java.lang.String"), nil, &onramp.Error{Business: true, Err: &soldOut{DetailMessage: "no more cars"}})
	var x *hessian2.Exception
	if !errors.As(err, &x) || x.Class != "com.acme.SoldOut" || x.Message != "no more cars" || !asError(t, err).Business {
		t.Errorf("got %v", err)
	}
}

func TestGenericModesOtherThanTrueAreRefusedByName(t *testing.T) {
	invoke := func(method, types string, mode ...string) []byte {
		return request("s", "", method, types, str("hi"), []byte{0x78}, []byte{0x78}, mapOf(mode...))
	}
	const good = "Ljava/lang/String;[Ljava/lang/String;[Ljava/lang/Object;"
	for what, row := range map[string]struct {
		body []byte
		text string
	}{
		"true": {invoke("$invoke", good, "generic", "true"), ""}, "not told": {invoke("$invoke", good), ""}, "later": {invoke("$invokeAsync", good, "generic", "true"), ""},
		"bean":        {invoke("$invoke", good, "generic", "bean"), `a generic call of mode "bean"`},
		"nativejava":  {invoke("$invoke", good, "generic", "nativejava"), `mode "nativejava"`},
		"gson":        {invoke("$invokeAsync", good, "generic", "gson"), `mode "gson"`},
		"long":        {invoke("$invoke", good, "generic", strings.Repeat("x", 100)), `mode "` + strings.Repeat("x", 64) + `"...`},
		"other types": {request("s", "", "$invoke", "I", []byte{0x90}, mapOf()), "$invoke with the parameter types"},
		"no name":     {request("s", "", "$invoke", good, []byte{0x90}, []byte{0x78}, []byte{0x78}, mapOf()), "the method that $invoke calls"},
		"empty name":  {request("s", "", "$invoke", good, str(""), []byte{0x78}, []byte{0x78}, mapOf()), "has a name of 0 bytes"},
		"long name":   {request("s", "", "$invoke", good, str(strings.Repeat("x", 1025)), []byte{0x78}, []byte{0x78}, mapOf()), "has a name of 1025 bytes"},
	} {
		r, err := opens(t, row.body)
		if (err == nil) != (row.text == "") || err != nil && !strings.Contains(err.Error(), row.text) {
			t.Errorf("%s: %v, want %q", what, err, row.text)
		}
		if err == nil && r.Method != "hi" {
			t.Errorf("%s: %s", what, r.Method)
		}
	}
}

// Whoever calls $invoke by himself is understood by Java, too.
func TestACallOfInvokeItselfIsMarkedAsGeneric(t *testing.T) {
	w := newWire(t)
	for mode, h := range map[string]onramp.Header{"true": {}, "bean": header("generic", "bean")} {
		r := &onramp.Request{Service: "s", Method: "$invoke", Header: h, Body: onramp.Body{Value: onramp.Args{"hi", hessian2.Strings{}, &hessian2.List{Type: "[object"}}}}
		r.Signature = "(java.lang.String,[Ljava.lang.String;,[Ljava.lang.Object;)"
		out, err := w.request(r)
		if err != nil || strings.Count(string(out), "\x07generic") != 1 || !strings.Contains(string(out), "\x07generic\x04"+mode) {
			t.Errorf("%s: %q, %v", mode, out, err)
		}
	}
}

func TestGenericSaysWhatIsWrongWithItsTypes(t *testing.T) {
	var o onramp.MethodOptions
	dubbo.Generic("java.lang.String", "no type")(&o)
	if !strings.Contains(o.Wrong, `dubbo.Generic: parameter 2 is "no type"`) {
		t.Errorf("got %q", o.Wrong)
	}
}

func TestEchoIsAnsweredWithItsArgument(t *testing.T) {
	w := newWire(t)
	for what, value := range map[string]any{"a text": "hi", "a number": int64(7), "null": nil, "a list": &hessian2.List{Items: []any{"x", nil}}, "an object": &hessian2.Object{Class: "a.B", Fields: []hessian2.Field{{Name: "f", Value: "v"}}}} {
		for _, kind := range []onramp.Kind{onramp.Unary, onramp.Oneway} {
			r := &onramp.Request{Service: "s", Method: "$echo", Kind: kind, Signature: "(java.lang.Object)", Body: onramp.Body{Value: onramp.Args{value}}}
			out, err := w.request(r)
			if err != nil {
				t.Fatal(err)
			}
			in, f := &onramp.Request{}, w.decode(out)
			failure := w.body.OpenRequest(f, in)
			if failure == nil {
				t.Fatalf("%s: the call goes to a handler", what)
			}
			if out, err = w.response(f, in, nil, failure); err != nil {
				t.Fatal(err)
			}
			p, got := &onramp.Response{}, any("before")
			if err := w.body.OpenResponse(w.decode(out), r, p); err != nil || p.Body.Decode(&got) != nil || !reflect.DeepEqual(got, value) {
				t.Errorf("%s: %#v, %v", what, got, err)
			}
		}
	}
	for _, body := range [][]byte{request("s", "", "$echo", "", mapOf()), request("s", "", "$echo", "II", []byte{0x90, 0x90}, mapOf())} {
		if r, err := opens(t, body); err != nil || r.Method != "$echo" {
			t.Errorf("an echo of other parameters: %v", err)
		}
	}
}

// Over a connection: the handler is not asked.
func TestEchoNeedsNoHandler(t *testing.T) {
	exchange(dubbo.New(), &onramp.Request{Service: "any", Method: "$echo", Body: onramp.Body{Value: "there?"}}, func(context.Context, *onramp.Request) (*onramp.Response, error) {
		t.Error("the handler was asked")
		return nil, errors.New("x")
	}, func(p *onramp.Response, err error) {
		var out string
		if err != nil || p.Body.Decode(&out) != nil || out != "there?" {
			t.Errorf("%q, %v", out, err)
		}
	})
}
