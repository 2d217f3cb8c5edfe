package main

import (
	"fmt"
	"reflect"

	hessian "github.com/apache/dubbo-go-hessian2"
)

// differsGeneric says where a value of a generic call differs from a sample.
func differsGeneric(got, sample any) string { return generic("value", got, mapped(sample)) }

// generic compares what generic calls bring: an object is a map, an enum its name or
// an object, and a list or an array any list.
func generic(at string, got, want any) string {
	got, want = plain(got), plain(want)
	if got == nil || want == nil {
		return differs(got, want)
	}
	switch g, w := reflect.ValueOf(got), reflect.ValueOf(want); {
	case reflect.TypeOf(want) == reflect.TypeFor[[]byte]():
	case w.Kind() == reflect.Map:
		return genericMap(at, g, w)
	case w.Kind() == reflect.Slice:
		return genericList(at, g, w)
	}
	if name, ok := nameOf(got); ok && name == want {
		return ""
	}
	return atPlace(at, differs(got, want))
}

// nameOf returns the name of an enum, in each form that it can have.
func nameOf(v any) (any, bool) {
	if e, ok := v.(hessian.POJOEnum); ok {
		return e.String(), true
	}
	return entryOf(v, "name")
}

// atPlace puts the place before what differs calls the value.
func atPlace(at, why string) string {
	if why == "" {
		return ""
	}
	return at + ": " + why
}

func genericMap(at string, got, want reflect.Value) string {
	if got.Kind() != reflect.Map {
		return fmt.Sprintf("%s is a %s, want a map", at, got.Type())
	}
	for it := want.MapRange(); it.Next(); {
		v, _ := entryOf(got.Interface(), it.Key().Interface())
		if why := generic(fmt.Sprintf("%s{%v}", at, it.Key()), v, it.Value().Interface()); why != "" {
			return why
		}
	}
	return ""
}

func genericList(at string, got, want reflect.Value) string {
	if got.Kind() != reflect.Slice || got.Len() != want.Len() {
		return fmt.Sprintf("%s is %s, want a list of %d", at, brief(got.Interface()), want.Len())
	}
	for i := range want.Len() {
		if why := generic(fmt.Sprintf("%s[%d]", at, i), got.Index(i).Interface(), want.Index(i).Interface()); why != "" {
			return why
		}
	}
	return ""
}

// entryOf looks a key up in a map of any type.
func entryOf(m, key any) (any, bool) {
	v := reflect.ValueOf(m)
	if v.Kind() != reflect.Map {
		return nil, false
	}
	return entry(v, key)
}
