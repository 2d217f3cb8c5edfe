package hessian2_test

import (
	"strings"
	"testing"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

type rank int32

type ranked struct {
	Name string
	Rank rank
}

func (ranked) JavaClassName() string { return "com.acme.Ranked" }

func TestAnEnumThatIsNullStaysNull(t *testing.T) {
	names := hessian2.Enum("com.acme.Rank", map[rank]string{1: "LOW", 2: "HIGH"})
	for _, s := range []*hessian2.Serializer{hessian2.New(names), hessian2.NewDraft(names)} {
		for _, want := range []ranked{{"a", 0}, {"b", 2}} {
			body, err := s.Append(nil, &want)
			if err != nil {
				t.Fatalf("%s: %v", s.Name(), err)
			}
			var got ranked
			if err := s.Decode(body, &got); err != nil || got != want {
				t.Errorf("%s: %+v is read as %+v, %v", s.Name(), want, got, err)
			}
		}
		if _, err := s.Append(nil, &ranked{"c", 3}); err == nil || !strings.Contains(err.Error(), "3 is no constant of the enum com.acme.Rank") {
			t.Errorf("%s: %v", s.Name(), err)
		}
	}
}

func TestTwoOfOneNameAreRefused(t *testing.T) {
	if err := hessian2.New(hessian2.Enum("com.acme.Rank", map[rank]string{1: "LOW", 2: "LOW"})).Check(); err == nil || !strings.Contains(err.Error(), `two constants are named "LOW"`) {
		t.Error(err)
	}
	type twice struct {
		A int `hessian:"x"`
		B int `hessian:"x"`
	}
	if _, err := hessian2.New().Append(nil, twice{}); err == nil || !strings.Contains(err.Error(), "have one name") {
		t.Error(err)
	}
	if err := hessian2.New(hessian2.WithLimits(hessian2.Limits{Depth: -1, Refs: 1 << 30})).Check(); err == nil || !strings.Contains(err.Error(), "Depth") || !strings.Contains(err.Error(), "Refs") {
		t.Error(err)
	}
}
