package sample

import (
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strings"
	"time"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

// Same says where a value that came differs from the one that was meant, sharing and
// cycles included: what is one list, map, array or object there must be one here.
func Same(got, want any) error {
	c := &comparison{partner: map[place]place{}, back: map[place]place{}}
	return c.values("value", reflect.ValueOf(&got).Elem(), reflect.ValueOf(&want).Elem())
}

// place is what a value points to.
type place struct {
	ptr uintptr
	t   reflect.Type
}

type comparison struct {
	// partner is what stands here for what is there, and back the reverse.
	partner, back map[place]place
}

func differ(at string, got, want reflect.Value) error {
	return fmt.Errorf("%s is %s, want %s", at, text(got), text(want))
}

// text describes a value in at most 200 bytes.
func text(v reflect.Value) string {
	if !v.IsValid() {
		return "nothing"
	}
	s := ""
	switch v := v.Interface().(type) {
	case string:
		s = fmt.Sprintf("%.100q (%d bytes)", v, len(v))
	case []byte:
		s = fmt.Sprintf("%.20x (%d bytes)", v, len(v))
	case *hessian2.Object:
		s = fmt.Sprintf("an object of %s with %d fields", v.Class, len(v.Fields))
	case *hessian2.List:
		s = fmt.Sprintf("a list of type %q with %d items", v.Type, len(v.Items))
	case *hessian2.Map:
		s = fmt.Sprintf("a map of type %q with %d entries", v.Type, len(v.Entries))
	default:
		s = fmt.Sprintf("%T", v)
		if k := reflect.ValueOf(v).Kind(); k != reflect.Pointer && k != reflect.Struct {
			s += fmt.Sprintf(" %v", v)
		}
	}
	return s[:min(len(s), 200)]
}

func (c *comparison) values(at string, got, want reflect.Value) error {
	if got.Kind() == reflect.Interface || want.Kind() == reflect.Interface {
		got, want = inside(got), inside(want)
	}
	if !got.IsValid() || !want.IsValid() {
		if got.IsValid() != want.IsValid() {
			return differ(at, got, want)
		}
		return nil
	}
	if got.Type() != want.Type() {
		return differ(at, got, want)
	}
	if simple, same := simply(got, want); simple {
		if !same {
			return differ(at, got, want)
		}
		return nil
	}
	met, err := c.pair(at, got, want)
	if met || err != nil {
		return err
	}
	return c.contents(at, got, want)
}

func inside(v reflect.Value) reflect.Value {
	if v.Kind() == reflect.Interface {
		return v.Elem()
	}
	return v
}

// simply compares values that have no identity.
func simply(got, want reflect.Value) (simple, same bool) {
	switch g := got.Interface().(type) {
	case time.Time:
		return true, g.Equal(want.Interface().(time.Time))
	case *big.Int:
		w := want.Interface().(*big.Int)
		return true, g == w || g != nil && w != nil && g.Cmp(w) == 0
	case []byte:
		return true, string(g) == string(want.Interface().([]byte)) && (g == nil) == (want.Interface().([]byte) == nil)
	}
	switch got.Kind() {
	case reflect.Float32, reflect.Float64:
		g, w := got.Float(), want.Float()
		return true, g == w || math.IsNaN(g) && math.IsNaN(w)
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Struct, reflect.Interface, reflect.Array:
		if strings.HasPrefix(got.Type().PkgPath(), "github.com/onrampmesh/onramp/codec/hessian2") && got.Kind() == reflect.Struct && got.Comparable() && got.Type() != reflect.TypeFor[hessian2.Field]() && got.Type() != reflect.TypeFor[hessian2.Entry]() {
			return true, got.Interface() == want.Interface()
		}
		return false, false
	}
	return true, got.Interface() == want.Interface()
}

// pair notes that got stands for want, and reports whether that was known. What has no
// identity is never known.
func (c *comparison) pair(at string, got, want reflect.Value) (bool, error) {
	switch got.Kind() {
	case reflect.Pointer, reflect.Map:
		if got.IsNil() || want.IsNil() {
			return false, nil
		}
	case reflect.Slice:
		if got.Len() == 0 || want.Len() == 0 {
			return false, nil
		}
	default:
		return false, nil
	}
	g, w := place{got.Pointer(), got.Type()}, place{want.Pointer(), want.Type()}
	if got.Kind() == reflect.Pointer && got.Type().Elem().Size() == 0 { // all are one in Go
		return false, nil
	}
	here, knownThere := c.partner[w]
	there, knownHere := c.back[g]
	if knownThere || knownHere {
		if here != g || there != w {
			return true, fmt.Errorf("%s is not the object that it was, or is one that it was not", at)
		}
		return true, nil
	}
	c.partner[w], c.back[g] = g, w
	return false, nil
}

func (c *comparison) contents(at string, got, want reflect.Value) error {
	switch got.Kind() {
	case reflect.Pointer:
		if got.IsNil() || want.IsNil() {
			if got.IsNil() != want.IsNil() {
				return differ(at, got, want)
			}
			return nil
		}
		return c.pointed(at, got, want)
	case reflect.Struct:
		return c.structs(at, got, want)
	case reflect.Slice, reflect.Array:
		return c.slices(at, got, want)
	case reflect.Map:
		return c.maps(at, got, want)
	}
	return differ(at, got, want)
}

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
	if arrayList(got.Type) != arrayList(want.Type) && !(private && arrayList(got.Type) == "") {
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

func (c *comparison) structs(at string, got, want reflect.Value) error {
	lenient := got.Type() == reflect.TypeFor[hessian2.Exception]()
	for i := range got.NumField() {
		f := got.Type().Field(i)
		if !f.IsExported() {
			continue
		}
		g, w := got.Field(i), want.Field(i)
		if (lenient || f.Name == "Suppressed") && g.Kind() == reflect.Slice && g.Len() == 0 && w.Len() == 0 {
			continue // null and empty are one to a Throwable
		}
		if lenient && f.Name == "Fields" {
			g = reflect.ValueOf(withoutStatics(got.Interface().(hessian2.Exception).Fields))
		}
		if err := c.values(at+"."+f.Name, g, w); err != nil {
			return err
		}
	}
	return nil
}

// withoutStatics drops the field that dubbo-go writes although it is static in Java.
func withoutStatics(fields []hessian2.Field) []hessian2.Field {
	var own []hessian2.Field
	for _, f := range fields {
		if f.Name != "serialVersionUID" {
			own = append(own, f)
		}
	}
	return own
}

func (c *comparison) slices(at string, got, want reflect.Value) error {
	if got.Len() != want.Len() || got.Kind() == reflect.Slice && got.IsNil() != want.IsNil() {
		return fmt.Errorf("%s has %d items (nil: %v), want %d", at, got.Len(), got.Len() == 0, want.Len())
	}
	for i := range want.Len() {
		if err := c.values(fmt.Sprintf("%s[%d]", at, i), got.Index(i), want.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

func (c *comparison) maps(at string, got, want reflect.Value) error {
	if got.Len() != want.Len() || got.IsNil() != want.IsNil() {
		return fmt.Errorf("%s has %d entries, want %d", at, got.Len(), want.Len())
	}
	for _, k := range want.MapKeys() {
		g := got.MapIndex(k)
		if !g.IsValid() {
			return fmt.Errorf("%s has no key %v", at, k)
		}
		if err := c.values(fmt.Sprintf("%s{%v}", at, k), g, want.MapIndex(k)); err != nil {
			return err
		}
	}
	return nil
}
