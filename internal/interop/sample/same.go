package sample

import (
	"bytes"
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
	var s string
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
		w := want.Interface().([]byte)
		return true, bytes.Equal(g, w) && (g == nil) == (w == nil)
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
