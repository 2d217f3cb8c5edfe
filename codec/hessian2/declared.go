package hessian2

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"unicode/utf8"
)

// declared writes v as the type that the receiver declares, where that differs from
// what v's own type says. done is false when any writes it, perhaps by e.array.
func (e *encoder) declared(v any, javaType string) (done bool, err error) {
	if text, ok := v.(string); ok && javaType == "java.lang.String" {
		return true, e.String(text)
	}
	if err := e.s.fits(v, javaType); err != nil {
		return true, err
	}
	switch javaType {
	case "java.lang.String", "java.lang.Object", "boolean", "java.lang.Boolean", "java.util.List", "java.util.Map", "java.util.Date":
		return false, nil
	case "int", "short", "byte", "java.lang.Integer", "java.lang.Short", "java.lang.Byte":
		return e.declaredInt(v, javaType)
	case "long", "java.lang.Long":
		if n, ok := integerOf(v); ok {
			e.buf = appendLong(e.buf, e.s.dialect, n)
			return true, nil
		}
		return false, nil
	case "double", "float", "java.lang.Double", "java.lang.Float":
		if n, ok := integerOf(v); ok {
			e.buf = appendDouble(e.buf, e.s.dialect, float64(n))
			return true, nil
		}
		return false, nil
	case "char", "java.lang.Character":
		return e.declaredChar(v)
	}
	if javaType[0] == '[' {
		e.array = arrayType(javaType)
	} else if k := reflect.Indirect(reflect.ValueOf(v)).Kind(); k == reflect.Slice || k == reflect.Array || k == reflect.Map {
		e.array = collectionType(javaType)
	}
	return false, nil
}

// integerOf returns the integer that v is, or points to.
func integerOf(v any) (int64, bool) {
	r := reflect.Indirect(reflect.ValueOf(v))
	switch {
	case r.CanInt():
		return r.Int(), true
	case r.CanUint() && r.Uint() <= math.MaxInt64:
		return int64(r.Uint()), true
	}
	return 0, false
}

func (e *encoder) declaredInt(v any, javaType string) (bool, error) {
	n, ok := integerOf(v)
	if !ok {
		return false, nil
	}
	lowest, highest := int64(math.MinInt32), int64(math.MaxInt32)
	switch javaType {
	case "short", "java.lang.Short":
		lowest, highest = math.MinInt16, math.MaxInt16
	case "byte", "java.lang.Byte":
		lowest, highest = math.MinInt8, math.MaxInt8
	}
	if n < lowest || n > highest {
		return true, fmt.Errorf("hessian2: %d does not fit into the %s that the signature declares", n, javaType)
	}
	e.Int(int32(n))
	return true, nil
}

// declaredChar writes a char: a string of one unit, or the number of one.
func (e *encoder) declaredChar(v any) (bool, error) {
	n, ok := integerOf(v)
	if !ok {
		return false, nil
	}
	if n < 0 || n > math.MaxUint16 || !utf8.ValidRune(rune(n)) {
		return true, fmt.Errorf("hessian2: %d is no char of Java", n)
	}
	return true, e.String(string(rune(n)))
}

// arrayType returns how a list's type names an array: "[int" for "[I".
func arrayType(javaType string) string {
	element := strings.TrimLeft(javaType, "[")
	dimensions := javaType[:len(javaType)-len(element)]
	if len(element) == 1 {
		return dimensions + primitiveOf(element[0])
	}
	switch element = strings.TrimSuffix(strings.TrimPrefix(element, "L"), ";"); element {
	case "java.lang.String":
		element = "string"
	case "java.lang.Object":
		element = "object"
	}
	return dimensions + element
}

// arrayJava is the reverse of arrayType.
func arrayJava(typ string) string {
	element := strings.TrimLeft(typ, "[")
	dimensions := typ[:len(typ)-len(element)]
	switch element {
	case "string":
		element = "java.lang.String"
	case "object":
		element = "java.lang.Object"
	}
	if letter := letterOf(element); letter != 0 {
		return dimensions + string(letter)
	}
	return dimensions + "L" + element + ";"
}

// collectionType returns the class that a list or map is written as when the receiver
// declares javaType: "" where Java's reader takes an untyped one.
func collectionType(javaType string) string {
	switch javaType {
	case "java.util.Collection", "java.util.ArrayList", "java.lang.Iterable", "java.util.HashMap", "java.util.AbstractList", "java.util.AbstractMap", "java.util.RandomAccess":
		return ""
	case "java.util.Set", "java.util.AbstractSet":
		return "java.util.HashSet"
	case "java.util.SortedSet", "java.util.NavigableSet":
		return "java.util.TreeSet"
	case "java.util.Queue", "java.util.Deque":
		return "java.util.LinkedList"
	case "java.util.SortedMap", "java.util.NavigableMap":
		return "java.util.TreeMap"
	case "java.util.concurrent.ConcurrentMap":
		return "java.util.concurrent.ConcurrentHashMap"
	}
	if strings.HasPrefix(javaType, "java.util.") {
		return javaType
	}
	return ""
}
