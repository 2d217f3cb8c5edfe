package hessian2

import (
	"fmt"
	"reflect"
	"strings"
)

// fits returns an error when v is certainly nothing that a parameter of javaType takes:
// Java would tell it far from the mistake. What a class or an interface of the user's
// takes is not known here.
func (s *Serializer) fits(v any, javaType string) error {
	want := wants(javaType)
	if want == 0 {
		return nil
	}
	have := s.has(v)
	if have == 0 || have&want != 0 {
		return nil
	}
	return fmt.Errorf("hessian2: a value of type %T, and the signature declares %s", v, javaType)
}

// shape is what values and parameters have in common, as bits.
type shape uint16

const (
	shapeBool shape = 1 << iota
	shapeInt
	shapeFloat
	shapeText
	shapeBytes
	shapeList
	shapeMap
	shapeObject
	shapeDate
)

// wants returns the shapes that a parameter takes, 0 for any.
func wants(javaType string) shape {
	switch javaType {
	case "boolean", "java.lang.Boolean":
		return shapeBool
	case "int", "long", "short", "byte", "java.lang.Integer", "java.lang.Long", "java.lang.Short", "java.lang.Byte":
		return shapeInt
	case "float", "double", "java.lang.Float", "java.lang.Double":
		return shapeInt | shapeFloat
	case "char", "java.lang.Character":
		return shapeInt | shapeText
	case "java.lang.String":
		return shapeText
	case "java.math.BigDecimal", "java.math.BigInteger", "java.util.UUID":
		return shapeObject
	case "java.util.Date":
		return shapeDate | shapeObject
	case "java.util.List", "java.util.Set", "java.util.Collection", "java.util.ArrayList", "java.util.HashSet", "java.util.LinkedList":
		return shapeList
	case "java.util.Map", "java.util.HashMap", "java.util.TreeMap":
		return shapeMap | shapeObject // a map may come as a struct without a class
	case "[B":
		return shapeBytes | shapeList
	case "[C":
		return shapeText | shapeList
	}
	if strings.HasPrefix(javaType, "[") {
		return shapeList
	}
	return 0
}

// has returns the shape of v, 0 when it is not known or null.
func (s *Serializer) has(v any) shape {
	r := reflect.ValueOf(v)
	if r.Kind() == reflect.Pointer && !r.IsNil() {
		r = r.Elem()
	}
	if !r.IsValid() || r.Kind() == reflect.Pointer && r.IsNil() {
		return 0
	}
	p, err := s.planOf(r.Type())
	if err != nil {
		return 0
	}
	switch k := r.Kind(); {
	case r.Type() == s.special.list.typ:
		return shapeList
	case r.Type() == s.special.mapping.typ:
		return shapeMap
	case p.java == "java.util.Date":
		return shapeDate
	case p.takesRef && p.elem == nil || k == reflect.Struct: // objects and enums
		return shapeObject
	case k == reflect.Bool:
		return shapeBool
	case r.CanInt(), r.CanUint():
		return shapeInt
	case r.CanFloat():
		return shapeFloat
	case k == reflect.String:
		return shapeText
	case k == reflect.Slice && r.Type().Elem().Kind() == reflect.Uint8 && p.class == "":
		return shapeBytes
	case k == reflect.Slice, k == reflect.Array:
		return shapeList
	case k == reflect.Map:
		return shapeMap
	}
	return 0
}
