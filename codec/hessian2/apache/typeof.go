package apache

import (
	"reflect"
	"time"

	hessian "github.com/apache/dubbo-go-hessian2"
)

// TypeOf implements hessian2.Stream. The names are those of dubbo-go, so that []string is
// a String[], as the library writes it, where package hessian2 has a java.util.List.
func (s *Serializer) TypeOf(v any) string {
	if v == nil {
		return "java.lang.Object"
	}
	if p, ok := v.(hessian.Param); ok {
		return p.JavaParamName()
	}
	t := reflect.TypeOf(v)
	if name := namedType(v, t); name != "" {
		return name
	}
	if t.Kind() == reflect.Pointer {
		if name := boxed(t.Elem().Kind()); name != "" {
			return name
		}
		t = raw(t)
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		if name := arrayOf(t.Elem()); name != "" {
			return name
		}
		return "java.util.List"
	case reflect.Map:
		return "java.util.Map"
	case reflect.String:
		return "java.lang.String"
	}
	if name := primitive(t.Kind()); name != "" {
		return name
	}
	return "java.lang.Object"
}

// namedType returns the class that v or its type names itself.
func namedType(v any, t reflect.Type) string {
	if raw(t) == reflect.TypeFor[time.Time]() {
		return "java.util.Date"
	}
	p, ok := v.(hessian.POJO)
	if ok && t.Kind() == reflect.Pointer && reflect.ValueOf(v).IsNil() {
		p, ok = reflect.TypeAssert[hessian.POJO](reflect.New(t.Elem()))
	}
	if !ok && t.Kind() == reflect.Struct { // its methods may be the pointer's
		p, ok = reflect.TypeAssert[hessian.POJO](reflect.New(t))
	}
	if !ok {
		return ""
	}
	return p.JavaClassName()
}

// arrayOf returns the name of an array, for elements of which the library writes one.
func arrayOf(elem reflect.Type) string {
	switch {
	case elem == reflect.TypeFor[time.Time]():
		return "[Ljava.util.Date;"
	case elem == reflect.TypeFor[hessian.Object](), elem.Kind() == reflect.Struct:
		return "[Ljava.lang.Object;"
	case elem.Kind() == reflect.String:
		return "[Ljava.lang.String;"
	}
	switch elem.Kind() {
	case reflect.Bool:
		return "[Z"
	case reflect.Int8, reflect.Uint8:
		return "[B"
	case reflect.Int16:
		return "[S"
	case reflect.Uint16:
		return "[C"
	case reflect.Int32:
		return "[I"
	case reflect.Int, reflect.Int64:
		return "[J"
	case reflect.Float32:
		return "[F"
	case reflect.Float64:
		return "[D"
	}
	return ""
}

func primitive(k reflect.Kind) string {
	switch k {
	case reflect.Bool:
		return "boolean"
	case reflect.Int8, reflect.Uint8:
		return "byte"
	case reflect.Int16:
		return "short"
	case reflect.Uint16:
		return "char"
	case reflect.Int32:
		return "int"
	case reflect.Int, reflect.Int64, reflect.Uint, reflect.Uint32, reflect.Uint64:
		return "long"
	case reflect.Float32:
		return "float"
	case reflect.Float64:
		return "double"
	}
	return ""
}

func boxed(k reflect.Kind) string {
	switch k {
	case reflect.Bool:
		return "java.lang.Boolean"
	case reflect.Int8, reflect.Uint8:
		return "java.lang.Byte"
	case reflect.Int16:
		return "java.lang.Short"
	case reflect.Uint16:
		return "java.lang.Character"
	case reflect.Int32:
		return "java.lang.Integer"
	case reflect.Int, reflect.Int64, reflect.Uint, reflect.Uint32, reflect.Uint64:
		return "java.lang.Long"
	case reflect.Float32:
		return "java.lang.Float"
	case reflect.Float64:
		return "java.lang.Double"
	}
	return ""
}
