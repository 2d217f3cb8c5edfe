package main

import (
	"fmt"
	"reflect"
	"time"

	"dubbo.apache.org/dubbo-go/v3/filter/generic/generalizer"
	hessian "github.com/apache/dubbo-go-hessian2"
)

// generalize makes of a value what travels in a generic call: an object becomes a
// map with "class". The library panics on a null within an array.
func generalize(v any) (got any, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("no generic value can be made of %s: %v", brief(v), p)
		}
	}()
	return generalizer.GetMapGeneralizer().Generalize(named(v))
}

// differsGeneric says where a value of a generic call differs from a sample.
func differsGeneric(got, sample any) string {
	want, err := generalize(sample)
	if err != nil {
		return err.Error()
	}
	return generic("value", got, want)
}

// generic compares what generic calls bring: null and an empty container are alike,
// an enum may be its name, and bytes are bytes or a list of numbers.
func generic(at string, got, want any) string {
	got, want = plain(got), plain(want)
	if empty(got) && empty(want) {
		return ""
	}
	switch w := want.(type) {
	case time.Time:
		if w.IsZero() && got == nil {
			return ""
		}
		return differs(got, want)
	case hessian.POJOEnum:
		if differs(got, want) == "" || got == w.String() {
			return ""
		}
		name, ok := entryOf(got, "name")
		return unless(ok && name == w.String(), at, got, want)
	case uint8:
		n, ok := got.(int32)
		return unless(ok && byte(n) == w, at, got, want)
	}
	g, w := reflect.ValueOf(got), reflect.ValueOf(want)
	if want == nil || got == nil {
		return wrong(at, got, want)
	}
	switch w.Kind() {
	case reflect.Map:
		return genericMap(at, g, w)
	case reflect.Slice:
		return genericList(at, g, w)
	}
	return differs(got, want)
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

// empty reports whether v is null or has nothing in it.
func empty(v any) bool {
	switch rv := reflect.ValueOf(v); rv.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Slice, reflect.Map, reflect.String:
		return rv.Len() == 0
	}
	return false
}
