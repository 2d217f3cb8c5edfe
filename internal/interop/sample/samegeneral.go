package sample

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

// pointed compares the general forms with leniency where Java has none of an order.
func (c *comparison) pointed(at string, got, want reflect.Value) error {
	switch w := want.Interface().(type) {
	case *hessian2.Map:
		return c.entries(at, got.Interface().(*hessian2.Map), w)
	case *hessian2.Object:
		return c.fields(at, got.Interface().(*hessian2.Object), w)
	case *hessian2.List:
		return c.lists(at, got.Interface().(*hessian2.List), w)
	}
	return c.values(at, got.Elem(), want.Elem())
}

func (c *comparison) lists(at string, got, want *hessian2.List) error {
	private := strings.HasPrefix(want.Type, "java.util.Arrays$")
	if g := arrayList(got.Type); g != arrayList(want.Type) && (g != "" || !private) {
		return fmt.Errorf("%s is a list of type %q, want %q", at, got.Type, want.Type)
	}
	if len(got.Items) != len(want.Items) {
		return fmt.Errorf("%s has %d items, want %d", at, len(got.Items), len(want.Items))
	}
	if want.Type == "java.util.HashSet" {
		return c.unordered(at, got.Items, want.Items)
	}
	for i := range want.Items {
		if err := c.anys(fmt.Sprintf("%s[%d]", at, i), got.Items[i], want.Items[i]); err != nil {
			return err
		}
	}
	return nil
}

// arrayList makes both forms of an ArrayList's type one: Dubbo 2.7 writes the name.
func arrayList(class string) string {
	if class == "java.util.ArrayList" {
		return ""
	}
	return class
}

// unordered compares sets of simple values.
func (c *comparison) unordered(at string, got, want []any) error {
	for _, w := range want {
		if c.find(got, w) < 0 {
			return fmt.Errorf("%s has no %v", at, w)
		}
	}
	return nil
}

func (c *comparison) find(items []any, want any) int {
	for i, g := range items {
		if Same(g, want) == nil {
			return i
		}
	}
	return -1
}

func (c *comparison) anys(at string, got, want any) error {
	return c.values(at, reflect.ValueOf(&got).Elem(), reflect.ValueOf(&want).Elem())
}

// ordered are the maps whose order is a part of their value. A TreeMap sorts what it
// reads.
func ordered(class string) bool { return class == "java.util.LinkedHashMap" }

func (c *comparison) entries(at string, got, want *hessian2.Map) error {
	if got.Type != want.Type {
		return fmt.Errorf("%s is a map of type %q, want %q", at, got.Type, want.Type)
	}
	if len(got.Entries) != len(want.Entries) {
		return fmt.Errorf("%s has %d entries, want %d", at, len(got.Entries), len(want.Entries))
	}
	keys := make([]any, len(got.Entries))
	for i := range keys {
		keys[i] = got.Entries[i].Key
	}
	for i, e := range want.Entries {
		j := c.find(keys, e.Key)
		if j < 0 || ordered(want.Type) && j != i {
			return fmt.Errorf("%s has no key %v, or at another place", at, e.Key)
		}
		if err := c.anys(fmt.Sprintf("%s{%v}", at, e.Key), got.Entries[j].Value, e.Value); err != nil {
			return err
		}
	}
	return nil
}

func (c *comparison) fields(at string, got, want *hessian2.Object) error {
	if got.Class != want.Class || len(got.Fields) != len(want.Fields) {
		return fmt.Errorf("%s is an object of %s with %d fields, want %s with %d", at, got.Class, len(got.Fields), want.Class, len(want.Fields))
	}
	return c.named(at, got.Fields, want.Fields)
}

// named compares fields by name.
func (c *comparison) named(at string, got, want []hessian2.Field) error {
	for _, w := range want {
		i := 0
		for i < len(got) && got[i].Name != w.Name {
			i++
		}
		if i == len(got) {
			return fmt.Errorf("%s has no field %s", at, w.Name)
		}
		if err := c.anys(at+"."+w.Name, got[i].Value, w.Value); err != nil {
			return err
		}
	}
	return nil
}
