package bolt_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/codec/protobuf"
)

func TestArgumentsInJSONAreWhatJacksonReads(t *testing.T) {
	w := newWire(t)
	for want, args := range map[string]onramp.Args{
		"[]": {}, `"a"`: {"a"}, `["a",5,null]`: {"a", 5, nil}, `[[1,2],{"name":"x"}]`: {[]int{1, 2}, &hello{"x"}}, "null": {nil},
	} {
		for _, value := range []any{args, &args} {
			r := call()
			r.Body.Value = value
			if in := w.serve(r); string(in.Body.Raw) != want || in.Body.Encoding != 12 {
				t.Errorf("%s, want %s", in.Body.Raw, want)
			}
		}
	}
	r := call()
	r.Body.Value = onramp.Args{"a", func() {}}
	if _, err := w.request(r); err == nil || !strings.Contains(err.Error(), "argument 2: ") {
		t.Errorf("%v", err)
	}
}

func TestArgumentsInJSONDecodeIntoArgs(t *testing.T) {
	w := newWire(t)
	for _, row := range []struct {
		body string
		into onramp.Args
		want []any
		text string
	}{
		{"[]", nil, []any{}, ""},
		{` ["a", 5, null]`, nil, []any{"a", 5.0, nil}, ""},
		{`"a"`, nil, []any{"a"}, ""},
		{`{"name":"x"}`, onramp.Args{new(hello)}, []any{&hello{"x"}}, ""},
		{`[1,2]`, onramp.Args{new([]int)}, []any{new([]int{1, 2})}, ""},
		{`["a",{"name":"x"}]`, onramp.Args{new(string), new(hello)}, []any{new("a"), &hello{"x"}}, ""},
		{`["a"]`, onramp.Args{new(string), new(string)}, nil, "it has 1 arguments, and the onramp.Args are 2"},
		{`"a"`, onramp.Args{new(string), new(string)}, nil, "it is one argument, and the onramp.Args are 2"},
		{`["a",5]`, onramp.Args{new(string), new(string)}, nil, "argument 2: "},
		{`[`, nil, nil, "unexpected end"},
		{``, nil, nil, "unexpected end"},
	} {
		r := call()
		r.Body = onramp.Body{Raw: []byte(row.body), Encoding: 12}
		in := w.serve(r)
		got := row.into
		err := in.Body.Decode(&got)
		if row.text != "" {
			if e := asError(t, err); e.Code != onramp.InvalidArgument || !strings.Contains(e.Error(), row.text) {
				t.Errorf("%s: %v, want %s", row.body, err, row.text)
			}
			continue
		}
		if err != nil || !reflect.DeepEqual([]any(got), row.want) {
			t.Errorf("%s: %v, %v, want %v", row.body, got, err, row.want)
		}
	}
}

func TestProtobufTakesNoArgs(t *testing.T) {
	w := newWire(t, bolt.With(bolt.Protobuf, protobuf.New()), bolt.With(bolt.JSON, protobuf.New()))
	r := call()
	r.Body.Value = &onramp.Args{"a", "b"}
	_, err := w.request(r)
	if e := asError(t, err); e.Code != onramp.InvalidArgument || e.Origin != onramp.Local || !strings.Contains(e.Error(), "no serializer accepts a *onramp.Args") {
		t.Errorf("%v", err)
	}
}
