package hessian2

import (
	"cmp"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// goTree returns a value of a user's type, or an array of Java's, as a tree. No method
// of the type is called: one that prints what it holds would come back here without end.
func goTree(v reflect.Value) (t tree, ok bool) {
	switch v.Kind() {
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return t, false
		}
		return goList(v), true
	case reflect.Map:
		return goMap(v), true
	case reflect.Struct:
		if flat(v.Type()) && speaks(v.Type()) {
			return t, false
		}
		return goObject(v), true
	}
	return t, false
}

func goList(v reflect.Value) tree {
	t := tree{kind: listTree, class: javaName(v.Type()), size: v.Len(), value: v.Index}
	if v.Kind() == reflect.Slice && v.Len() > 0 {
		t.id = node{v.UnsafePointer(), v.Len(), v.Type()}
	}
	return t
}

func goMap(v reflect.Value) tree {
	keys := v.MapKeys()
	slices.SortStableFunc(keys, compareKeys)
	return tree{
		kind: mapTree, class: javaName(v.Type()), size: len(keys),
		id:    node{v.UnsafePointer(), 0, v.Type()},
		value: func(i int) reflect.Value { return v.MapIndex(keys[i]) },
		key:   func(i int) reflect.Value { return keys[i] },
	}
}

// compareKeys orders strings and integers; others stay as they come.
func compareKeys(a, b reflect.Value) int {
	switch {
	case a.Kind() == reflect.String && b.Kind() == reflect.String:
		return strings.Compare(a.String(), b.String())
	case a.CanInt() && b.CanInt():
		return cmp.Compare(a.Int(), b.Int())
	}
	return 0
}

func goObject(v reflect.Value) tree {
	fields := goFields(nil, v)
	t := tree{
		kind: objectTree, class: javaName(v.Type()), size: len(fields),
		value: func(i int) reflect.Value { return fields[i].value },
		name:  func(i int) string { return fields[i].name },
	}
	if t.class == "" {
		t.class = v.Type().String()
	}
	if v.CanAddr() {
		t.id = node{v.Addr().UnsafePointer(), 1, v.Type()}
	}
	return t
}

type goField struct {
	name  string
	value reflect.Value
}

// goFields appends the exported fields of a struct, by their names in Hessian, and
// those of the structs that it embeds.
func goFields(dst []goField, v reflect.Value) []goField {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		tag, _, _ := strings.Cut(f.Tag.Get("hessian"), ",")
		switch {
		case tag == "-":
		case f.Anonymous && tag == "" && f.Type == reflect.TypeFor[Exception]():
			t := exceptionOf(v.Field(i), v.Field(i).Interface().(Exception))
			for k := range t.size {
				dst = append(dst, goField{t.name(k), t.value(k)})
			}
		case f.Anonymous && tag == "" && f.Type.Kind() == reflect.Struct:
			dst = goFields(dst, v.Field(i))
		case !f.IsExported():
		case tag == "":
			dst = append(dst, goField{strings.ToLower(f.Name[:1]) + f.Name[1:], v.Field(i)})
		default:
			dst = append(dst, goField{tag, v.Field(i)})
		}
	}
	return dst
}

// javaName is the Java class that a type names, or "".
func javaName(t reflect.Type) string {
	n, ok := reflect.TypeAssert[interface{ JavaClassName() string }](reflect.Zero(t))
	if !ok {
		n, ok = reflect.TypeAssert[interface{ JavaClassName() string }](reflect.New(t))
	}
	if !ok {
		return ""
	}
	return n.JavaClassName()
}

// flat reports whether values of a type hold nothing but themselves: no pointers,
// slices, maps or interfaces. What such a type's methods do ends.
func flat(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return flat(t.Elem())
	case reflect.Struct:
		for f := range t.Fields() {
			if !flat(f.Type) {
				return false
			}
		}
		return true
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return false
	}
	return true
}

// speaks reports whether a type, or a pointer to it, has a text or JSON of its own.
func speaks(t reflect.Type) bool {
	if t.Kind() != reflect.Pointer {
		t = reflect.PointerTo(t)
	}
	return t.Implements(reflect.TypeFor[fmt.Stringer]()) || t.Implements(reflect.TypeFor[encoding.TextMarshaler]()) ||
		t.Implements(reflect.TypeFor[json.Marshaler]())
}
