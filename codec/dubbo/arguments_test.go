package dubbo_test

import (
	"bytes"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

// typesOf returns the descriptors in a request's body.
func typesOf(t *testing.T, raw []byte) string {
	t.Helper()
	s := new(hessian2.Scanner)
	s.Reset(hessian2.V2, raw, hessian2.Limits{})
	var text []byte
	for range 5 {
		var err error
		if text, err = s.Text(); err != nil {
			t.Fatal(err)
		}
	}
	return string(text)
}

func TestArgumentsHaveTheTypesOfJavaThatStandForThem(t *testing.T) {
	w := newWire(t)
	for _, row := range []struct {
		value any
		types string
		want  onramp.Args // when they are decoded in their general form
	}{
		{nil, "", onramp.Args{}},
		{onramp.Args{}, "", onramp.Args{}},
		{&onramp.Args{}, "", onramp.Args{}},
		{(*onramp.Args)(nil), "", onramp.Args{}},
		{"x", "Ljava/lang/String;", onramp.Args{"x"}},
		{new("x"), "Ljava/lang/String;", onramp.Args{"x"}},
		{(*string)(nil), "Ljava/lang/String;", onramp.Args{nil}},
		{new(int32(1)), "I", onramp.Args{int32(1)}},
		{new(int64(1)), "J", onramp.Args{int64(1)}},
		{new(1), "J", onramp.Args{int64(1)}},
		{new(true), "Z", onramp.Args{true}},
		{new(1.5), "D", onramp.Args{1.5}},
		{new(new(int32(1))), "Ljava/lang/Integer;", onramp.Args{int32(1)}},
		{new((*int32)(nil)), "Ljava/lang/Integer;", onramp.Args{nil}},
		{[]byte("x"), "[B", onramp.Args{[]byte("x")}},
		{new([]byte("x")), "[B", onramp.Args{[]byte("x")}},
		{onramp.Args{"a", int32(7), int64(1) << 40, true}, "Ljava/lang/String;IJZ", onramp.Args{"a", int32(7), int64(1) << 40, true}},
		{&onramp.Args{new(int32(7)), (*int64)(nil)}, "Ljava/lang/Integer;Ljava/lang/Long;", onramp.Args{int32(7), nil}},
		{onramp.Args{nil}, "Ljava/lang/Object;", onramp.Args{nil}},
		{&soldOut{Item: "car"}, "Lcom/acme/SoldOut;", nil},
		{(*soldOut)(nil), "Lcom/acme/SoldOut;", onramp.Args{nil}},
		{time.UnixMilli(1000).UTC(), "Ljava/util/Date;", onramp.Args{time.UnixMilli(1000).UTC()}},
		{[]string{"a"}, "Ljava/util/List;", onramp.Args{&hessian2.List{Items: []any{"a"}}}},
		{hessian2.Strings{"a"}, "[Ljava/lang/String;", onramp.Args{hessian2.Strings{"a"}}},
	} {
		in, _ := w.serve(&onramp.Request{Service: "s", Method: "m", Body: onramp.Body{Value: row.value}})
		if got := typesOf(t, in.Body.Raw); got != row.types {
			t.Errorf("%T: types %q, want %q", row.value, got, row.types)
		}
		var got onramp.Args
		if err := in.Body.Decode(&got); err != nil || row.want != nil && !reflect.DeepEqual(got, row.want) {
			t.Errorf("%T: %#v, %v; want %#v", row.value, got, err, row.want)
		}
	}
}

func TestASignatureSaysWhichMethodIsMeant(t *testing.T) {
	w := newWire(t)
	var o onramp.MethodOptions
	hessian2.Signature("int[]", "java.lang.Object", "java.lang.String[]")(&o)
	in, _ := w.serve(&onramp.Request{Service: "s", Method: "m", Signature: o.Signature, Body: onramp.Body{Value: onramp.Args{[]int32{1}, "x", []string{"y"}}}})
	if got := typesOf(t, in.Body.Raw); got != "[ILjava/lang/Object;[Ljava/lang/String;" {
		t.Errorf("types %q", got)
	}
	var got onramp.Args
	if err := in.Body.Decode(&got); err != nil || !reflect.DeepEqual(got, onramp.Args{hessian2.Ints{1}, "x", hessian2.Strings{"y"}}) {
		t.Errorf("%#v, %v", got, err)
	}
	none, _ := w.serve(&onramp.Request{Service: "s", Method: "m", Signature: "()"})
	if got := typesOf(t, none.Body.Raw); got != "" {
		t.Errorf("types %q", got)
	}
}

func TestArgumentsDecodeIntoWhatTheHandlerTakes(t *testing.T) {
	w := newWire(t)
	in, _ := w.serve(call("a", int32(7)))
	var s string
	var n int
	if err := in.Body.Decode(&onramp.Args{&s, &n}); err != nil || s != "a" || n != 7 {
		t.Errorf("%q, %d, %v", s, n, err)
	}
	for what, row := range map[string]struct {
		into any
		text string
	}{
		"one of two":   {&s, "the call has 2 arguments: decode them into onramp.Args, not into a *string"},
		"any of two":   {new(any), "the call has 2 arguments"},
		"one too few":  {&onramp.Args{&s}, "the call has 2 arguments, and onramp.Args want 1"},
		"one too many": {&onramp.Args{&s, &n, &s}, "the call has 2 arguments, and onramp.Args want 3"},
		"no pointer":   {&onramp.Args{&s, 7}, "argument 2"},
		"another type": {&onramp.Args{&n, &s}, "argument 1"},
	} {
		err := in.Body.Decode(row.into)
		if err == nil || !strings.Contains(err.Error(), row.text) || asError(t, err).Code != onramp.InvalidArgument {
			t.Errorf("%s: %v, want %q", what, err, row.text)
		}
	}
	none, _ := w.serve(call())
	if err := none.Body.Decode(&s); err != nil || s != "a" {
		t.Errorf("a call without arguments decodes into %q, %v", s, err)
	}
}

// All values of a body are of one stream: what two arguments share is one thing.
func TestArgumentsShareWhatTheyHaveInCommon(t *testing.T) {
	w := newWire(t)
	car := &soldOut{Item: "car"}
	in, _ := w.serve(call(car, car))
	var a, b *soldOut
	if err := in.Body.Decode(&onramp.Args{&a, &b}); err != nil || a != b || a.Item != "car" {
		t.Errorf("%p %p, %v", a, b, err)
	}
}

func TestTheHeaderIsTheAttachmentsThatAreStrings(t *testing.T) {
	w := newWire(t)
	r := call("x")
	r.Version, r.Group = "1.0", "blue"
	r.Header = header("tenant", "acme", "Timeout", "5", "PATH", "x", "generic", "bean", "multi", "1", "multi", "2", "empty", "", "wide", "Grüße, 世界 😀\x00")
	in, f := w.serve(r)
	if got := pairsOf(&in.Header); got != "[tenant acme multi 1 multi 2 empty  wide Grüße, 世界 😀\x00]" {
		t.Errorf("got %q", got)
	}
	if in.Version != "1.0" || in.Group != "blue" || f.Timeout != 0 {
		t.Errorf("version %q, group %q, timeout %v", in.Version, in.Group, f.Timeout)
	}
	if _, _, view := in.Header.Block(); view {
		t.Error("a surrogate pair stands in a view")
	}
	r.Header.Del("wide")
	if in, _ = w.serve(r); in.Header.Len() != 4 {
		t.Errorf("got %s", pairsOf(&in.Header))
	} else if _, _, view := in.Header.Block(); !view {
		t.Error("plain strings were copied")
	}
}

func TestAttachmentsOfEveryKindAreReadOver(t *testing.T) {
	for what, row := range map[string]struct {
		value []byte
		view  bool
	}{
		"null": {[]byte{'N'}, true}, "true": {[]byte{'T'}, true}, "an int": {[]byte{'I', 0, 1, 0, 0}, true}, "a long": {[]byte{0xf8, 0}, true},
		"a double": {[]byte{0x5f, 0, 0, 5, 0xdc}, true}, "a date": {[]byte{0x4b, 0, 0, 0, 1}, true},
		"a list": {[]byte{0x79, 0x90}, false}, "a map": {mapOf("a", "b"), false}, "bytes": {[]byte{0x21, 'x'}, false},
		"an object":   {body([]byte{'C'}, str("a.B"), []byte{0x91}, str("f"), []byte{0x60, 0x90}), false},
		"a reference": {[]byte{'Q', 0x90}, false},
	} {
		src := request("s", "", "m", "", []byte{'H'}, str("k"), str("v"), str("odd"), row.value, str("z"), str("last"), str("timeout"), str("70"), []byte{'Z'})
		w, r := newWire(t), &onramp.Request{}
		f := w.decode(frame(0xc2, 0, src))
		if err := w.body.OpenRequest(f, r); err != nil || pairsOf(&r.Header) != "[k v z last]" || f.Timeout != 70*time.Millisecond {
			t.Errorf("%s: %s, %v, %v", what, pairsOf(&r.Header), f.Timeout, err)
		}
		if _, _, view := r.Header.Block(); view != row.view {
			t.Errorf("%s: a view: %v", what, view)
		}
		all, err := w.body.Attachments(&r.Body)
		if _, there := all["odd"]; (err != nil || !there || len(all) != 4) && what != "a reference" { // to the map itself
			t.Errorf("%s: all are %v, %v", what, all, err)
		}
	}
}

// A class that an argument defines is known to the attachments.
func TestAttachmentsMayReferToWhatTheArgumentsDefine(t *testing.T) {
	object := body([]byte{'C'}, str("a.B"), []byte{0x91}, str("f"), []byte{0x60, 0x90})
	src := request("s", "", "m", "Ljava/lang/Object;", object, []byte{'H'}, str("odd"), []byte{0x60, 0x91}, str("k"), str("v"), str("again"), []byte{'Q', 0x90}, []byte{'Z'})
	r, err := opens(t, src)
	if err != nil || pairsOf(&r.Header) != "[k v]" {
		t.Fatalf("%s, %v", pairsOf(&r.Header), err)
	}
	all, err := newWire(t).body.Attachments(&r.Body)
	if o, ok := all["odd"].(*hessian2.Object); err != nil || !ok || o.Class != "a.B" {
		t.Errorf("%v, %v", all, err)
	}
}

func TestTheTimeoutIsReadInEachForm(t *testing.T) {
	for want, value := range map[time.Duration][]byte{
		3 * time.Second: str("3000"), 90 * time.Millisecond: {0xc8, 90}, time.Second: {'I', 0, 0, 3, 0xe8}, time.Minute: {0x3c, 0xea, 0x60},
		time.Millisecond: {'L', 0, 0, 0, 0, 0, 0, 0, 1}, math.MaxInt32 * time.Millisecond: {'L', 0x7f, 0, 0, 0, 0, 0, 0, 1},
		0: str("-5"),
	} {
		w, r := newWire(t), &onramp.Request{}
		f := w.decode(frame(0xc2, 0, request("s", "", "m", "", []byte{'H'}, str("timeout"), value, []byte{'Z'})))
		if err := w.body.OpenRequest(f, r); err != nil || f.Timeout != want {
			t.Errorf("%x: %v, %v; want %v", value, f.Timeout, err, want)
		}
	}
	for _, none := range []string{"", "x", "0", "99999999999", "1e3"} {
		w := newWire(t)
		f := w.decode(frame(0xc2, 0, request("s", "", "m", "", mapOf("timeout", none))))
		if err := w.body.OpenRequest(f, &onramp.Request{}); err != nil || f.Timeout != 0 {
			t.Errorf("%q: %v, %v", none, f.Timeout, err)
		}
	}
}

func TestTheVersionBeforeTheArgumentsCountsMost(t *testing.T) {
	for want, row := range map[string][2]string{"1.0": {"1.0", "2.0"}, "2.0": {"", "2.0"}, "": {"0.0.0", "3.0"}, "4.0": {"4.0", "0.0.0"}} {
		r, err := opens(t, request("s", row[0], "m", "", mapOf("version", row[1], "path", "another", "interface", "another")))
		if err != nil || r.Version != want || r.Service != "s" {
			t.Errorf("%q: version %q of %s, %v", row, r.Version, r.Service, err)
		}
	}
}

// Any pairs, names and texts survive the way.
func TestAnyCallSurvivesTheWay(t *testing.T) {
	w := newWire(t)
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringN(1, 40, 1000)
		r := &onramp.Request{Service: name.Draw(t, "service"), Method: name.Filter(func(m string) bool { return !strings.HasPrefix(m, "$") }).Draw(t, "method"), Version: rapid.StringN(0, 10, 100).Filter(func(v string) bool { return v != "0.0.0" }).Draw(t, "version"), Group: rapid.StringN(0, 10, 100).Draw(t, "group")}
		var want []string
		for i := range rapid.IntRange(0, 12).Draw(t, "pairs") {
			k, v := "k"+name.Draw(t, "key"), rapid.StringN(0, 2000, 4000).Draw(t, "value")
			r.Header.Add(k, v)
			want = append(want, k, v)
			_ = i
		}
		argument := rapid.String().Draw(t, "argument")
		r.Body.Value = &argument
		in, _ := w.serve(r)
		var got []string
		for k, v := range in.Header.All() {
			got = append(got, k, v)
		}
		var text string
		if err := in.Body.Decode(&text); err != nil || text != argument {
			t.Fatalf("%q, %v", text, err)
		}
		if in.Service != r.Service || in.Method != r.Method || in.Version != r.Version || in.Group != r.Group || !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v, %q", in, got)
		}
	})
}

// A text of each length has the form that the serializer gives it, names as well.
func TestTextsHaveTheFormOfTheSerializer(t *testing.T) {
	w := newWire(t)
	for _, n := range []int{0, 1, 31, 32, 255, 256, 1023, 1024, 65400} {
		for _, one := range []string{"x", "é", "世", "😀"} {
			if n > 2000 && one == "😀" {
				continue // it takes half as much again
			}
			value := strings.Repeat(one, n/len(one))
			r := call()
			r.Header = header("k", value)
			in, f := w.serve(r)
			form, err := hessian2.New().Append([]byte("\x01k"), value)
			if err != nil {
				t.Fatal(err)
			}
			if len(value) < 32768 && !bytes.Contains(f.Content, form) { // beyond that the serializer cuts it
				t.Errorf("%d of %s: %.20x", n, one, form)
			}
			if got, ok := in.Header.Lookup("k"); !ok || got != value {
				t.Errorf("%d of %s: %d bytes arrived", n, one, len(got))
			}
		}
	}
}
