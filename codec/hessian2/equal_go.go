package hessian2

import (
	"bytes"
	"reflect"
	"unsafe"
)

// plain compares two values of one type that is not of this package.
func (e *equaler) plain(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.Float32, reflect.Float64:
		x, y := a.Float(), b.Float()
		return x == y || (x != x && y != y)
	case reflect.String:
		return e.texts(a.String(), b.String())
	case reflect.Struct:
		return e.structs(a, b)
	case reflect.Slice, reflect.Array:
		return e.slices(a, b)
	case reflect.Map:
		return e.goMaps(a, b)
	}
	return a.Comparable() && a.Equal(b)
}

// texts compares strings; long ones only once, for a value that is shared may be in
// many places.
func (e *equaler) texts(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	if len(a) >= jsonShort && !e.first(pair{unsafe.Pointer(unsafe.StringData(a)), unsafe.Pointer(unsafe.StringData(b)), len(a), reflect.TypeFor[string]()}) {
		return true
	}
	return a == b
}

// structs compares the exported fields, or all of them where none is exported.
func (e *equaler) structs(a, b reflect.Value) bool {
	some := false
	for i := range a.NumField() {
		if f := a.Type().Field(i); f.IsExported() || f.Anonymous {
			some = true
			e.add(a.Field(i), b.Field(i))
		}
	}
	if some {
		return true
	}
	if flat(a.Type()) && a.Comparable() {
		return a.Equal(b)
	}
	return a.CanInterface() && reflect.DeepEqual(a.Interface(), b.Interface())
}

func (e *equaler) slices(a, b reflect.Value) bool {
	if a.Len() != b.Len() {
		return false
	}
	if a.Kind() == reflect.Slice {
		if !e.first(pair{a.UnsafePointer(), b.UnsafePointer(), a.Len(), a.Type()}) {
			return true
		}
		if a.Type().Elem().Kind() == reflect.Uint8 {
			return bytes.Equal(a.Bytes(), b.Bytes())
		}
	}
	for i := range a.Len() {
		e.add(a.Index(i), b.Index(i))
	}
	return true
}

// goMaps compares maps of Go, whose keys are looked up as Go does.
func (e *equaler) goMaps(a, b reflect.Value) bool {
	if a.Len() != b.Len() {
		return false
	}
	if !e.first(pair{a.UnsafePointer(), b.UnsafePointer(), 0, a.Type()}) {
		return true
	}
	for it := a.MapRange(); it.Next(); {
		v := b.MapIndex(it.Key())
		if !v.IsValid() {
			return false
		}
		e.add(it.Value(), v)
	}
	return true
}
