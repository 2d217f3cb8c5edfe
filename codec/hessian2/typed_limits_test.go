package hessian2_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

// limited returns both dialects with limits.
func limited(l hessian2.Limits, opts ...hessian2.Option) []*hessian2.Serializer {
	opts = append(opts, hessian2.WithLimits(l))
	return []*hessian2.Serializer{hessian2.New(opts...), hessian2.NewDraft(opts...)}
}

// reads tells whether a body is read as any, as a T, and read over. All must agree.
func reads[T any](t *testing.T, s *hessian2.Serializer, l hessian2.Limits, body []byte) bool {
	t.Helper()
	var v any
	var typed T
	var scan hessian2.Scanner
	scan.Reset(s.Dialect(), body, l)
	general, into, over := s.Decode(body, &v), s.Decode(body, &typed), scan.Skip()
	d := s.Decoder(body)
	defer d.Close()
	if skip := d.Skip(); (general == nil) != (into == nil) || (general == nil) != (over == nil) || (general == nil) != (skip == nil) {
		t.Errorf("%s: any %v; %T %v; scan %v; skip %v", s.Name(), general, typed, into, over, skip)
	}
	return general == nil
}

func nested(depth int) (v any) {
	v = int32(1)
	for range depth {
		v = list(v)
	}
	return v
}

func TestDepthIsALimit(t *testing.T) {
	wide := hessian2.New(hessian2.WithLimits(hessian2.Limits{Depth: 1000}))
	wideDraft := hessian2.NewDraft(hessian2.WithLimits(hessian2.Limits{Depth: 1000}))
	for _, depth := range []int{1, 5, 64, 1000} {
		l := hessian2.Limits{Depth: depth}
		for i, s := range limited(l) {
			writer := []*hessian2.Serializer{wide, wideDraft}[i]
			if !reads[[]any](t, s, l, written(t, writer, nested(depth))) {
				t.Errorf("%s: %d levels are refused", s.Name(), depth)
			}
			if _, err := s.Append(nil, nested(depth)); err != nil {
				t.Error(err)
			}
			if depth == 1000 {
				continue
			}
			if reads[[]any](t, s, l, written(t, writer, nested(depth+1))) {
				t.Errorf("%s: %d levels are read", s.Name(), depth+1)
			}
			if _, err := s.Append(nil, nested(depth+1)); err == nil {
				t.Errorf("%s: %d levels are written", s.Name(), depth+1)
			}
		}
	}
	for _, s := range limited(hessian2.Limits{}) { // 64 by default
		w := wide
		if s.Dialect() == hessian2.Draft {
			w = wideDraft
		}
		p := &person{}
		for range 62 { // and a place in each
			p = &person{Friend: p}
		}
		if err := s.Decode(written(t, w, p), new(*person)); err != nil {
			t.Error(err)
		}
		if p = (&person{Friend: p}); s.Decode(written(t, w, p), new(*person)) == nil {
			t.Error("65 levels are read")
		}
		if err := s.Decode(written(t, w, &person{Friend: p}), new(*person)); err == nil || !strings.Contains(err.Error(), "Limits.Depth") {
			t.Errorf("65 levels: %v", err)
		}
	}
}

func TestReferencesAreALimit(t *testing.T) {
	l := hessian2.Limits{Refs: 10}
	for _, s := range limited(l) {
		var lists []any
		for range 9 {
			lists = append(lists, list())
		}
		if !reads[[]any](t, s, l, written(t, s, list(lists...))) {
			t.Errorf("%s: 10 lists are refused", s.Name())
		}
		if reads[[]any](t, s, l, written(t, s, list(append(lists, &hessian2.Map{})...))) {
			t.Errorf("%s: 11 lists are read", s.Name())
		}
	}
}

func TestClassesAndFieldsAreLimits(t *testing.T) {
	l := hessian2.Limits{Classes: 3, Fields: 4}
	wide := limited(hessian2.Limits{})
	of := func(fields int, class string) *hessian2.Object {
		o := object(class)
		for i := range fields {
			o.Fields = append(o.Fields, hessian2.Field{Name: fmt.Sprint("f", i)})
		}
		return o
	}
	for i, s := range limited(l) {
		for _, c := range []struct {
			v    any
			read bool
		}{
			{list(of(1, "A"), of(1, "B"), of(1, "C"), of(1, "C")), true},
			{list(of(1, "A"), of(1, "B"), of(1, "C"), of(1, "D")), false},
			{list(of(4, "A")), true},
			{list(of(5, "A")), false},
		} {
			if got := reads[[]map[string]any](t, s, l, written(t, wide[i], c.v)); got != c.read {
				t.Errorf("%s: %v: read %v", s.Name(), c.v, got)
			}
		}
	}
	many := hessian2.Limits{Classes: 100, Fields: 4}
	for i, s := range limited(many) {
		eight := list()
		for k := range 8 {
			eight.Items = append(eight.Items, of(4, fmt.Sprint("C", k)))
		}
		if !reads[[]any](t, s, many, written(t, wide[i], eight)) {
			t.Errorf("%s: 32 fields of 8 classes are refused", s.Name())
		}
		if reads[[]any](t, s, many, written(t, wide[i], list(append(eight.Items, of(1, "X"))...))) {
			t.Errorf("%s: 33 fields are read, with 8 times Fields of 4", s.Name())
		}
	}
}

func TestMemoryIsALimit(t *testing.T) {
	for _, s := range limited(hessian2.Limits{Memory: 1 << 20}) {
		text := strings.Repeat("a", 1<<20-1000)
		want(t, "what fits", len(as[string](t, s, text)), len(text))
		refused[string](t, s, text+strings.Repeat("b", 1100))
		refused[[]byte](t, s, make([]byte, 1<<20+1))
		refused[[]string](t, s, []string{text, text})
		refused[any](t, s, []any{text, text})
		refused[[]int64](t, s, make([]int64, 1<<17+1))
		want(t, "small ones", len(as[[]int64](t, s, make([]int64, 1<<16))), 1<<16)
	}
	// A small body may not become large, whatever the limit: 64 for each byte.
	type big struct{ Room [100000]byte }
	for _, s := range limited(hessian2.Limits{Memory: 1 << 30}) {
		refused[[]big](t, s, make([]place, 7))
	}
}

func TestWrongLimitsAreTold(t *testing.T) {
	for _, l := range []hessian2.Limits{{Depth: -1}, {Depth: 1001}, {Memory: -1}, {Memory: 1<<30 + 1}, {Refs: -5}, {Refs: 1 << 30}, {Classes: 1 << 20}, {Fields: -1}, {Fields: 1 << 20}} {
		for _, s := range limited(l) {
			if s.Check() == nil || s.Decode([]byte{0x91}, new(int)) == nil {
				t.Errorf("%+v is taken", l)
			}
			if _, err := s.Append(nil, 1); err == nil {
				t.Errorf("%+v is taken to write", l)
			}
		}
	}
}
