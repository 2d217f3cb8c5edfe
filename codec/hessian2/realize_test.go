package hessian2_test

import (
	"fmt"
	"testing"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

type realLine struct {
	Item string
	Left int32
}

func (realLine) JavaClassName() string { return "com.acme.Line" }

type realOrder struct {
	First *realLine
	Any   any
}

func (realOrder) JavaClassName() string { return "com.acme.Order" }

func TestMapsThatNameAClassAreRealized(t *testing.T) {
	entry := func(k string, v any) hessian2.Entry { return hessian2.Entry{Key: k, Value: v} }
	shared := &hessian2.Map{Entries: []hessian2.Entry{entry("left", int32(2)), entry("class", "com.acme.Line"), entry("item", "car")}}
	m := &hessian2.Map{Entries: []hessian2.Entry{entry("class", "com.acme.Order"), entry("first", shared), entry("any", shared)}}
	s := hessian2.New(hessian2.Register(realLine{}, realOrder{}))
	body, err := s.Realize(nil, &hessian2.List{Items: []any{m, &hessian2.Map{Entries: []hessian2.Entry{entry("class", "com.acme.Unknown")}}}})
	if err != nil {
		t.Fatal(err)
	}
	var got any
	if err := s.Decode(body, &got); err != nil {
		t.Fatal(err)
	}
	items := got.(*hessian2.List).Items
	o, ok := items[0].(*realOrder)
	if !ok || o.First == nil || *o.First != (realLine{"car", 2}) || o.Any != any(o.First) {
		t.Errorf("%#v, want an order whose any is its first line", items[0])
	}
	if _, ok := items[1].(*hessian2.Map); !ok {
		t.Errorf("%#v, want the map that it was", items[1])
	}
}

func ExampleSerializer_Realize() {
	s := hessian2.New(hessian2.Register(realLine{}))
	body, err := s.Realize(nil, &hessian2.Map{Entries: []hessian2.Entry{{Key: "class", Value: "com.acme.Line"}, {Key: "item", Value: "car"}}})
	if err != nil {
		fmt.Println(err)
	}
	var v any
	if err := s.Decode(body, &v); err != nil {
		fmt.Println(err)
	}
	fmt.Println(v.(*realLine).Item)
	// Output: car
}
