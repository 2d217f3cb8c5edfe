package bolt

import (
	"reflect"
	"strings"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

// maxArgs bounds the arguments of a call: a method of the JVM has no more.
const maxArgs = 255

// splitSignature appends the types of a signature such as "(java.lang.String,int)".
func splitSignature(dst []string, signature string) ([]string, error) {
	n := len(signature)
	if n < 2 || signature[0] != '(' || signature[n-1] != ')' {
		return dst, invalid("Request.Signature is %.64q, want types in parentheses, \"(java.lang.String,int)\": hessian2.Signature writes it", signature)
	}
	for row, more := signature[1:n-1], n > 2; more; {
		var t string
		if t, row, more = strings.Cut(row, ","); t == "" {
			return dst, invalid("Request.Signature is %.64q, in which type %d is empty", signature, len(dst)+1)
		}
		dst = append(dst, t)
	}
	return dst, nil
}

// unwrapped returns the value of a body. A pointer to an interface is taken off here;
// others are taken off by the stream, since what they point to is written the same.
func unwrapped(v any) any {
	if p, ok := v.(*any); ok {
		if p == nil {
			return nil
		}
		return *p
	}
	return v
}

// typeOf returns the Java type of a body's value, of which one pointer is taken off.
func typeOf(stream hessian2.Stream, v any) string {
	t := reflect.TypeOf(v)
	if t == nil || t.Kind() != reflect.Pointer || t.Elem().Kind() == reflect.Struct {
		return stream.TypeOf(v)
	}
	if t.Elem().Kind() != reflect.Interface {
		return stream.TypeOf(reflect.Zero(t.Elem()).Interface()) // the type tells, and is not copied
	}
	if p := reflect.ValueOf(v); !p.IsNil() {
		return stream.TypeOf(p.Elem().Interface())
	}
	return stream.TypeOf(nil)
}
