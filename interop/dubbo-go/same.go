package main

import (
	"bytes"
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"
	"unsafe"

	hessian "github.com/apache/dubbo-go-hessian2"
	"github.com/apache/dubbo-go-hessian2/java_exception"
	"github.com/dubbogo/gost/math/big"
)

// same compares a value that arrived with a sample, sharing and cycles included,
// after Same.java. It is lenient where the library has no distinction: a short is an
// int, a float a double, and a map has no order.
type same struct {
	// partner and back tell of each container that was met which one it was met
	// with: what is shared there must be shared here.
	partner, back map[place]place
}

// place is where a container stands.
type place struct {
	at   unsafe.Pointer
	kind reflect.Kind
}

// differs says where got differs from want, or returns "".
func differs(got, want any) string {
	s := &same{partner: map[place]place{}, back: map[place]place{}}
	return s.differ("value", got, want)
}

func (s *same) differ(at string, got, want any) string {
	got, want = plain(got), plain(want)
	if g := reflect.ValueOf(got); g.Kind() == reflect.Struct && reflect.TypeOf(want) == reflect.PointerTo(g.Type()) {
		want = reflect.ValueOf(want).Elem().Interface() // the library lets values stand for objects
	}
	if got == nil || want == nil {
		if got == nil && want == nil {
			return ""
		}
		return wrong(at, got, want)
	}
	switch w := want.(type) {
	case time.Time:
		g, ok := got.(time.Time)
		return unless(ok && g.UnixMilli() == w.UnixMilli(), at, got, want)
	case []byte:
		g, ok := got.([]byte)
		return unless(ok && bytes.Equal(g, w), at, got, want)
	case float32:
		g, ok := got.(float64)
		return unless(ok && float32(g) == w, at, got, want)
	case float64:
		g, ok := got.(float64)
		return unless(ok && (g == w || math.IsNaN(g) && math.IsNaN(w)), at, got, want)
	case int8:
		return unless(got == int32(w), at, got, want)
	case int16:
		return unless(got == int32(w), at, got, want)
	case *gxbig.Decimal:
		g, ok := got.(*gxbig.Decimal)
		return unless(ok && g.String() == w.Value, at, got, want)
	case *gxbig.Integer:
		g, ok := got.(*gxbig.Integer)
		return unless(ok && g.String() == w.String(), at, got, want)
	}
	return s.container(at, got, want)
}

// container compares what has parts, and falls back to ==.
func (s *same) container(at string, got, want any) string {
	if !sameType(reflect.TypeOf(got), reflect.TypeOf(want)) {
		return fmt.Sprintf("%s is a %T, want a %T", at, got, want)
	}
	g, w := reflect.ValueOf(got), reflect.ValueOf(want)
	if known, why := s.met(at, g, w); known {
		return why
	}
	switch c := want.(type) {
	case java_exception.Throwabler:
		return s.thrown(at, g, w)
	case hessian.JavaCollectionObject:
		return s.collection(at, got.(hessian.JavaCollectionObject), c)
	}
	switch w.Kind() {
	case reflect.Slice:
		return s.items(at, g, w)
	case reflect.Map:
		return s.entries(at, g, w)
	case reflect.Struct, reflect.Pointer:
		return s.fields(at, reflect.Indirect(g), reflect.Indirect(w))
	}
	return unless(got == want, at, got, want)
}

// met notes a pair of containers. It reports whether one of them was met before, and
// then what is wrong with that.
func (s *same) met(at string, got, want reflect.Value) (bool, string) {
	g, ok := placeOf(got)
	w, ok2 := placeOf(want)
	if !ok || !ok2 {
		return false, ""
	}
	haveW, metW := s.partner[w]
	haveG, metG := s.back[g]
	if !metW && !metG {
		s.partner[w], s.back[g] = g, w
		return false, ""
	}
	if metW && metG && haveW == g && haveG == w {
		return true, ""
	}
	return true, at + " is not the object that it was, or is one that it was not"
}

// placeOf tells where a container stands. Values of the JDK have no identity that
// anybody relies on, and what is empty has none in Go.
func placeOf(v reflect.Value) (place, bool) {
	switch v.Kind() {
	case reflect.Map:
		return place{v.UnsafePointer(), v.Kind()}, true
	case reflect.Slice:
		return place{v.UnsafePointer(), v.Kind()}, v.Len() > 0
	case reflect.Pointer:
		if p, ok := reflect.TypeAssert[hessian.POJO](v); ok && valueClass(p) || v.Elem().Type().Size() == 0 {
			return place{}, false
		}
		return place{v.UnsafePointer(), v.Kind()}, true
	}
	return place{}, false
}

// valueClass reports whether objects of the class are values: those of the JDK that
// are no exceptions and no collections.
func valueClass(p hessian.POJO) bool {
	switch p.(type) {
	case java_exception.Throwabler, hessian.JavaCollectionObject:
		return false
	}
	name := p.JavaClassName()
	return strings.HasPrefix(name, "java.") || strings.HasPrefix(name, "com.alibaba.")
}

// plain takes the pointer from a simple value: a boxed int is an int. A nil of any
// type is nil.
func plain(v any) any {
	for rv := reflect.ValueOf(v); rv.IsValid(); rv = reflect.ValueOf(v) {
		switch rv.Kind() {
		case reflect.Pointer:
			if rv.IsNil() {
				return nil
			}
			if rv.Elem().Kind() == reflect.Struct {
				if _, ok := v.(*time.Time); !ok {
					return v
				}
			}
			v = rv.Elem().Interface()
			continue
		case reflect.Slice, reflect.Map:
			if rv.IsNil() {
				return nil
			}
		}
		return v
	}
	return nil
}

func unless(ok bool, at string, got, want any) string {
	if ok {
		return ""
	}
	return wrong(at, got, want)
}

func wrong(at string, got, want any) string {
	return at + " is " + brief(got) + ", want " + brief(want)
}

// brief describes a value in at most 200 characters. Containers are named by their
// type alone: printing one that contains itself never ends.
func brief(v any) string {
	text := fmt.Sprintf("%T", v)
	switch k := reflect.ValueOf(v).Kind(); {
	case v == nil:
		return "null"
	case k != reflect.Slice && k != reflect.Map && k != reflect.Pointer && k != reflect.Struct:
		text += fmt.Sprintf(" %v", v)
	}
	if r := []rune(text); len(r) > 200 {
		return string(r[:200]) + "..."
	}
	return text
}
