package sample_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/onrampmesh/onramp/codec/hessian2"
	"github.com/onrampmesh/onramp/internal/interop/sample"
)

func serializers() map[hessian2.Dialect]*hessian2.Serializer {
	types := hessian2.Register(sample.Types()...)
	return map[hessian2.Dialect]*hessian2.Serializer{hessian2.V2: hessian2.New(types), hessian2.Draft: hessian2.NewDraft(types)}
}

func TestEverySampleComesBackAsItWas(t *testing.T) {
	for d, s := range serializers() {
		if err := s.Check(); err != nil {
			t.Fatal(err)
		}
		for _, v := range sample.All() {
			if v.Typed {
				continue
			}
			b, err := s.Append(nil, v.Make(d))
			if err != nil {
				t.Errorf("%s in %v: %v", v.Name, d, err)
				continue
			}
			var got any
			if err := s.Decode(b, &got); err != nil {
				t.Errorf("%s in %v: %v", v.Name, d, err)
			} else if err := sample.Same(got, v.Make(d)); err != nil {
				t.Errorf("%s in %v: %v", v.Name, d, err)
			}
		}
	}
}

func TestTwoSamplesAreNotTheSame(t *testing.T) {
	all := sample.All()
	names := map[string]bool{}
	for i, a := range all {
		if names[a.Name] {
			t.Errorf("two samples are called %s", a.Name)
		}
		names[a.Name] = true
		for _, b := range all[:i] {
			if sample.Same(a.Make(hessian2.V2), b.Make(hessian2.V2)) == nil && a.Typed == b.Typed {
				t.Errorf("%s is the same as %s", a.Name, b.Name)
			}
		}
	}
}

func TestSharingIsAPartOfAValue(t *testing.T) {
	one, other := sample.Twin(), sample.Twin()
	if err := sample.Same(&hessian2.List{Items: []any{one, one}}, &hessian2.List{Items: []any{one, other}}); err == nil {
		t.Error("one object twice is the same as two")
	}
	if err := sample.Same(&hessian2.List{Items: []any{one, other}}, &hessian2.List{Items: []any{one, one}}); err == nil {
		t.Error("two objects are the same as one twice")
	}
}

// The samples of Java are the definition: whoever adds one there adds it here.
func TestTheNamesAreThoseOfJava(t *testing.T) {
	var text strings.Builder
	for _, file := range []string{"Samples.java", "MoreSamples.java"} {
		b, err := os.ReadFile(filepath.Join("..", "..", "..", "interop", "java", "src", "main", "java", "onramp", "interop", file))
		if err != nil {
			t.Fatal(err)
		}
		text.Write(b)
	}
	for _, v := range sample.All() {
		group, _, counted := strings.Cut(v.Name, ":")
		known := strings.Contains(text.String(), `("`+v.Name+`"`) || counted && strings.Contains(text.String(), `("`+group+`:" + `)
		if !known {
			t.Errorf("%s is no sample of Java's", v.Name)
		}
	}
	if n := strings.Count(text.String(), `add("`) + strings.Count(text.String(), `all.put("`); n < 130 {
		t.Errorf("%d samples are defined in Java", n)
	}
}
