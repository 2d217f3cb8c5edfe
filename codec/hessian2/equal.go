package hessian2

import (
	"math/big"
	"reflect"
	"time"
	"unsafe"
)

// Equal reports whether two values are the same as they would be read: in what they
// hold, and not in which memory. The order of an object's fields and of a map's entries
// does not matter; NaN is NaN; a List without a type is a java.util.ArrayList, and a Map
// a java.util.HashMap; dates are equal that are the same point of time. Values that
// contain themselves are equal when no path through them tells them apart. Numbers of
// two types, and a nil and an empty value, are not equal; an empty slice and a nil one
// of its type are. Of a user's types it compares the exported fields.
//
// It takes time in proportion to the values. Only keys of maps that are lists, maps or
// objects and come in another order may take more: after a million steps, or 64 deep,
// such keys count as different.
func Equal(a, b any) bool {
	e := &equaler{seen: map[pair]bool{}, tries: keyTries}
	return e.all(reflect.ValueOf(a), reflect.ValueOf(b))
}

// Bounds of looking for equal keys that are no plain values.
const (
	keyTries = 1 << 20
	keyDepth = 64
)

// equaler compares. What it has still to compare is in work: it does not call itself
// but for keys.
type equaler struct {
	work []couple
	// seen has what was compared or is in work. trail has the same in its order.
	seen  map[pair]bool
	trail []pair
	// tries is how many steps keys may still take, and depth how many keys this is in.
	tries, depth int
}

type couple struct{ a, b reflect.Value }

// pair is two pieces of memory, each of n values.
type pair struct {
	a, b unsafe.Pointer
	n    int
	typ  reflect.Type
}

// all compares a and b and what they hold.
func (e *equaler) all(a, b reflect.Value) bool {
	base := len(e.work)
	e.add(a, b)
	for len(e.work) > base {
		c := e.work[len(e.work)-1]
		e.work = e.work[:len(e.work)-1]
		if e.depth > 0 {
			e.tries--
		}
		if (e.depth > 0 && e.tries < 0) || !e.one(c.a, c.b) {
			e.work = e.work[:base]
			return false
		}
	}
	return true
}

func (e *equaler) add(a, b reflect.Value) { e.work = append(e.work, couple{a, b}) }

// first reports whether this pair has not been seen.
func (e *equaler) first(p pair) bool {
	if p.a == p.b || e.seen[p] {
		return false
	}
	e.seen[p] = true
	e.trail = append(e.trail, p)
	return true
}

// one compares a and b, and adds what they hold to the work.
func (e *equaler) one(a, b reflect.Value) bool {
	a, atA, aNil := bare(a)
	b, atB, bNil := bare(b)
	if aNil || bNil {
		return aNil && bNil && (!a.IsValid() || !b.IsValid() || a.Type() == b.Type())
	}
	if a.Type() != b.Type() {
		return false
	}
	if atA != nil && atB != nil && !e.first(pair{atA, atB, 1, a.Type()}) {
		return true
	}
	switch a.Type() {
	case reflect.TypeFor[List]():
		return e.lists(as[List](a), as[List](b))
	case reflect.TypeFor[Map]():
		return e.maps(as[Map](a), as[Map](b))
	case reflect.TypeFor[Object]():
		x, y := as[Object](a), as[Object](b)
		return x.Class == y.Class && e.fields(x.Fields, y.Fields)
	case reflect.TypeFor[Exception]():
		return e.exceptions(as[Exception](a), as[Exception](b))
	case reflect.TypeFor[time.Time]():
		return as[time.Time](a).Equal(as[time.Time](b))
	case reflect.TypeFor[big.Int]():
		x, y := as[big.Int](a), as[big.Int](b)
		return x.Cmp(&y) == 0
	}
	return e.plain(a, b)
}

// bare follows interfaces and pointers, the last of which is at. null is set for nil, of
// which out is the pointer, or invalid for one without a type.
func bare(v reflect.Value) (out reflect.Value, at unsafe.Pointer, null bool) {
	for range maxPointers {
		if !v.IsValid() {
			return v, nil, true
		}
		k := v.Kind()
		if k != reflect.Interface && k != reflect.Pointer {
			return v, at, false
		}
		if v.IsNil() {
			return v, nil, true
		}
		if k == reflect.Pointer {
			at = v.UnsafePointer()
		}
		v = v.Elem()
	}
	return v, at, false
}

func as[T any](v reflect.Value) T { return v.Interface().(T) }

func (e *equaler) lists(a, b List) bool {
	if standard(a.Type, "java.util.ArrayList") != standard(b.Type, "java.util.ArrayList") || len(a.Items) != len(b.Items) {
		return false
	}
	for i := range a.Items {
		e.add(reflect.ValueOf(a.Items[i]), reflect.ValueOf(b.Items[i]))
	}
	return true
}

// standard makes the name of a collection's usual class "".
func standard(name, usual string) string {
	if name == usual {
		return ""
	}
	return name
}

// fields compares fields by name; those of one name in their order.
func (e *equaler) fields(a, b []Field) bool {
	if len(a) != len(b) {
		return false
	}
	same := true
	for i := range a {
		same = same && a[i].Name == b[i].Name
	}
	if same {
		for i := range a {
			e.add(reflect.ValueOf(a[i].Value), reflect.ValueOf(b[i].Value))
		}
		return true
	}
	rest := map[string][]any{}
	for i := range b {
		rest[b[i].Name] = append(rest[b[i].Name], b[i].Value)
	}
	for i := range a {
		values := rest[a[i].Name]
		if len(values) == 0 {
			return false
		}
		e.add(reflect.ValueOf(a[i].Value), reflect.ValueOf(values[0]))
		rest[a[i].Name] = values[1:]
	}
	return true
}

func (e *equaler) exceptions(a, b Exception) bool {
	e.add(reflect.ValueOf(a.StackTrace), reflect.ValueOf(b.StackTrace))
	e.add(reflect.ValueOf(a.Cause), reflect.ValueOf(b.Cause))
	e.add(reflect.ValueOf(a.Suppressed), reflect.ValueOf(b.Suppressed))
	return a.Class == b.Class && a.Message == b.Message && e.fields(a.Fields, b.Fields)
}
