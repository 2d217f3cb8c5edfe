package main

import (
	"fmt"
	"reflect"

	hessian "github.com/apache/dubbo-go-hessian2"
)

// sameType reports whether both are the same type, as far as the library keeps it:
// elements of arrays may be pointers, a short[] is read as an int[], a float[] as a
// double[].
func sameType(got, want reflect.Type) bool {
	if got == want {
		return true
	}
	if got.Kind() != reflect.Slice || want.Kind() != reflect.Slice {
		return false
	}
	g, w := got.Elem(), want.Elem()
	switch {
	case w.Kind() == reflect.Pointer && w.Elem().Kind() == reflect.String:
		return g.Kind() == reflect.String
	case w.Kind() == reflect.Int16:
		return g.Kind() == reflect.Int32
	case w.Kind() == reflect.Float32:
		return g.Kind() == reflect.Float64
	case g.Kind() == reflect.Pointer && g.Elem() == w:
		return true
	}
	return false
}

// items compares lists and arrays.
func (s *same) items(at string, got, want reflect.Value) string {
	if got.Len() != want.Len() {
		return fmt.Sprintf("%s has %d items, want %d", at, got.Len(), want.Len())
	}
	for i := range want.Len() {
		if why := s.differ(fmt.Sprintf("%s[%d]", at, i), got.Index(i).Interface(), want.Index(i).Interface()); why != "" {
			return why
		}
	}
	return ""
}

// entries compares maps.
func (s *same) entries(at string, got, want reflect.Value) string {
	if got.Len() != want.Len() {
		return fmt.Sprintf("%s has %d entries, want %d", at, got.Len(), want.Len())
	}
	for _, key := range want.MapKeys() {
		k := key.Interface()
		v, ok := entry(got, k)
		if !ok {
			return fmt.Sprintf("%s has no key %s", at, brief(k))
		}
		if why := s.differ(fmt.Sprintf("%s{%s}", at, brief(k)), v, want.MapIndex(key).Interface()); why != "" {
			return why
		}
	}
	return ""
}

// entry looks a key up. A key that is a pointer, as the library makes it of an enum,
// or a time is found by its value.
func entry(m reflect.Value, want any) (any, bool) {
	for it := m.MapRange(); it.Next(); {
		if differs(it.Key().Interface(), want) == "" {
			return it.Value().Interface(), true
		}
	}
	return nil, false
}

// collection compares collections that keep their class. A HashSet has no order.
func (s *same) collection(at string, got, want hessian.JavaCollectionObject) string {
	g, w := got.Get(), want.Get()
	if _, unordered := want.(*HashSet); !unordered {
		return s.items(at, reflect.ValueOf(g), reflect.ValueOf(w))
	}
	if len(g) != len(w) {
		return fmt.Sprintf("%s has %d elements, want %d", at, len(g), len(w))
	}
	for _, v := range w {
		found := false
		for _, have := range g {
			found = found || differs(have, v) == ""
		}
		if !found {
			return fmt.Sprintf("%s has no %s", at, brief(v))
		}
	}
	return ""
}

// fields compares the fields of objects.
func (s *same) fields(at string, got, want reflect.Value) string {
	for i := range want.NumField() {
		f := want.Type().Field(i)
		if !f.IsExported() {
			continue
		}
		if why := s.differ(at+"."+f.Name, got.Field(i).Interface(), want.Field(i).Interface()); why != "" {
			return why
		}
	}
	return ""
}

// thrown compares exceptions. In Java an exception without a cause is its own.
func (s *same) thrown(at string, got, want reflect.Value) string {
	g, w := reflect.Indirect(got), reflect.Indirect(want)
	for i := range w.NumField() {
		f := w.Type().Field(i)
		a, b := g.Field(i).Interface(), w.Field(i).Interface()
		switch f.Name {
		case "SerialVersionUID":
			continue
		case "Cause":
			if c := reflect.ValueOf(a); c.Kind() == reflect.Pointer && got.Kind() == reflect.Pointer && c.UnsafePointer() == got.UnsafePointer() {
				a = nil
			}
		case "StackTrace", "SuppressedExceptions": // no one is the same as none
			if g.Field(i).Len() == 0 && w.Field(i).Len() == 0 {
				continue
			}
		}
		if why := s.differ(at+"."+f.Name, a, b); why != "" {
			return why
		}
	}
	return ""
}
