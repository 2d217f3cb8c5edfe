package dubbo

import (
	"reflect"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

// arguments are those of a call: the elements of onramp.Args, or one value.
type arguments struct {
	many onramp.Args
	one  any
	n    int
}

func argumentsOf(v any) arguments {
	if v == nil {
		return arguments{}
	}
	if args, several := onramp.ArgsOf(v); several {
		return arguments{many: args, n: len(args)}
	}
	return arguments{one: v, n: 1}
}

func (a *arguments) len() int { return a.n }

// typeOf returns the name of argument i's type, as Class.getName tells it.
func (a *arguments) typeOf(s hessian2.Stream, i int) string {
	if a.one == nil {
		return s.TypeOf(a.many[i])
	}
	switch a.one.(type) { // without a copy of what they point to
	case *string:
		return "java.lang.String"
	case *int32:
		return "int"
	case *int64, *int:
		return "long"
	}
	return s.TypeOf(unwrapped(a.one, true))
}

// encode appends argument i, which the receiver declares as javaType; "" is not told.
func (a *arguments) encode(e hessian2.Encoder, i int, javaType string) error {
	if a.one == nil {
		return e.Value(a.many[i], javaType)
	}
	return encodeValue(e, a.one, javaType)
}

// encodeValue appends a body's value, which is taken off its pointer once.
func encodeValue(e hessian2.Encoder, v any, javaType string) error {
	if s, ok := v.(*string); ok && s != nil && (javaType == "" || javaType == "java.lang.String") {
		return e.String(*s)
	}
	if n, ok := v.(*int32); ok && n != nil && (javaType == "" || javaType == "int") {
		e.Int(*n)
		return nil
	}
	return e.Value(unwrapped(v, false), javaType)
}

// unwrapped takes v off its pointer once. A pointer to a struct stays: it is the object,
// which may be referred to from inside. A nil pointer becomes nil, or a zero when only
// its type is asked.
func unwrapped(v any, forType bool) any {
	p := reflect.ValueOf(v)
	if p.Kind() != reflect.Pointer {
		return v
	}
	switch {
	case !p.IsNil() && p.Type().Elem().Kind() == reflect.Struct:
		return v
	case !p.IsNil():
		return p.Elem().Interface()
	case forType:
		return reflect.Zero(p.Type().Elem()).Interface()
	}
	return nil
}
