package apache

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	hessian "github.com/apache/dubbo-go-hessian2"
)

// declared returns v as a Go type that the library writes as javaType, the type that the
// receiver declares. What has none of these forms stays as it is.
func declared(v any, javaType string) (any, error) {
	r := reflect.ValueOf(v)
	if !r.IsValid() || r.Kind() == reflect.Pointer && r.IsNil() {
		if strings.IndexByte(javaType, '.') < 0 && javaType[0] != '[' {
			return nil, fmt.Errorf("apache: null, and the signature declares %s", quote(javaType))
		}
		return v, nil
	}
	r = reflect.Indirect(r)
	if !may(r, javaType) {
		return nil, fmt.Errorf("apache: a %T, and the signature declares %s", v, quote(javaType))
	}
	var to reflect.Type
	switch {
	case r.CanInt(), r.CanUint(), r.CanFloat():
		if _, enum := v.(hessian.POJOEnum); !enum {
			return declaredNumber(v, r, javaType)
		}
	case r.Kind() == reflect.Slice || r.Kind() == reflect.Array:
		to = listOf(javaType)
	}
	if to == nil || r.Type() == to || isBytes(r.Type()) {
		return v, nil
	}
	if r.Kind() == reflect.Slice && r.IsNil() {
		return nil, nil
	}
	out := reflect.New(to).Elem()
	a := assigner{memory: math.MaxInt}
	if err := a.set(out, r); err != nil {
		return nil, fmt.Errorf("apache: the signature declares %s: %w", quote(javaType), err)
	}
	return out.Interface(), nil
}

// may reports whether a value can be of a Java type, of those whose values are known.
func may(r reflect.Value, javaType string) bool {
	switch name := strings.TrimPrefix(javaType, "java.lang."); {
	case javaType[0] == '[':
		return r.Kind() == reflect.Slice || r.Kind() == reflect.Array
	case name == "boolean", name == "Boolean":
		return r.Kind() == reflect.Bool
	case name == "String" && name != javaType:
		return r.Kind() == reflect.String
	case name == "char", name == "Character":
		return r.Kind() == reflect.String || r.CanInt() || r.CanUint()
	case slices.Contains([]string{"byte", "Byte", "short", "Short", "int", "Integer", "long", "Long", "float", "Float", "double", "Double"}, name):
		return r.CanInt() || r.CanUint() || r.CanFloat()
	}
	return true
}

func isBytes(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8
}

// listOf returns the slice that the library writes as a list of this Java type, or nil.
func listOf(javaType string) reflect.Type {
	switch javaType {
	case "[Z":
		return reflect.TypeFor[[]bool]()
	case "[S":
		return reflect.TypeFor[[]int16]()
	case "[I":
		return reflect.TypeFor[[]int32]()
	case "[J":
		return reflect.TypeFor[[]int64]()
	case "[F":
		return reflect.TypeFor[[]float32]()
	case "[D":
		return reflect.TypeFor[[]float64]()
	case "[Ljava.lang.String;":
		return reflect.TypeFor[[]string]()
	case "[Ljava.util.Date;":
		return reflect.TypeFor[[]time.Time]()
	case "[Ljava.lang.Object;":
		return reflect.TypeFor[[]hessian.Object]()
	case "java.util.List", "java.util.Collection", "java.util.ArrayList", "java.lang.Iterable":
		return reflect.TypeFor[[]any]()
	}
	return nil
}

// declaredNumber returns a number as the library must be given it for a Java type.
func declaredNumber(v any, r reflect.Value, javaType string) (any, error) {
	var to reflect.Type
	switch javaType {
	case "byte", "java.lang.Byte":
		to = reflect.TypeFor[int8]()
	case "short", "java.lang.Short":
		to = reflect.TypeFor[int16]()
	case "int", "java.lang.Integer":
		to = reflect.TypeFor[int32]()
	case "long", "java.lang.Long":
		to = reflect.TypeFor[int64]()
	case "float", "java.lang.Float":
		to = reflect.TypeFor[float32]()
	case "double", "java.lang.Double":
		to = reflect.TypeFor[float64]()
	case "char", "java.lang.Character":
		if r.CanInt() && utf8.ValidRune(rune(r.Int())) && r.Int() <= math.MaxUint16 {
			return string(rune(r.Int())), nil
		}
	}
	if to == nil {
		return v, nil
	}
	out := reflect.New(to).Elem()
	if r.CanUint() {
		if r.Uint() > math.MaxInt64 {
			return nil, fmt.Errorf("apache: %d does not fit into the %s that the signature declares", r.Uint(), javaType)
		}
		r = reflect.ValueOf(int64(r.Uint()))
	}
	if err := scalar(out, r); err != nil {
		return nil, fmt.Errorf("apache: the signature declares %s: %w", quote(javaType), err)
	}
	return out.Interface(), nil
}
