package hessian2_test

import (
	"testing"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

// order knows the field "first" and "all" alone: what "items" has, which stands before
// them, is read over and then asked for after all.
type (
	order struct {
		First *orderItem
		All   []*orderItem
		Any   any
	}
	orderItem struct {
		Name  string
		Owner *orderItems
	}
	orderItems struct{ Main *orderItem }
)

func (order) JavaClassName() string      { return "com.acme.Order" }
func (orderItem) JavaClassName() string  { return "com.acme.Item" }
func (orderItems) JavaClassName() string { return "com.acme.Items" }

func TestWhatIsAskedForAfterAllIsReadOnce(t *testing.T) {
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		a, b := &orderItem{Name: "a"}, &orderItem{Name: "b"}
		items := list(a, b)
		got := as[order](t, s, object("com.acme.Order", "items", items, "first", a, "all", items))
		want(t, "the first", got.First.Name, "a")
		want(t, "the first of all", got.All[0], got.First)
		want(t, "the second", got.All[1].Name, "b")

		got = as[order](t, s, object("com.acme.Order", "items", items, "first", a, "any", items))
		want(t, "the first of any", got.Any.(*hessian2.List).Items[1].(*hessian2.Object).Class, "com.acme.Item")

		a.Owner = &orderItems{Main: a}
		got = as[order](t, s, object("com.acme.Order", "items", a.Owner, "first", a))
		want(t, "what refers to itself", got.First.Owner.Main, got.First)
	})
	known := hessian2.New(hessian2.Register(orderItem{}))
	a := &orderItem{Name: "a"}
	items := list(a)
	got := as[order](t, known, object("com.acme.Order", "items", items, "first", a, "any", items))
	want(t, "the first of any", got.Any.(*hessian2.List).Items[0], any(got.First))
}
