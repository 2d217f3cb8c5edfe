package hessian2

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"time"
	"unsafe"
)

const maxFloat = math.MaxFloat64

// scalar writes what holds nothing else.
func (w *jsonWriter) scalar(v reflect.Value) error {
	v, ok := settled(v)
	if !ok {
		w.out = append(w.out, "null"...)
		return nil
	}
	id := textOf(v)
	if id.len < jsonShort {
		return w.plain(v)
	}
	return w.once(id, func() error { return w.plain(v) })
}

// jsonShort is how long a text is that may be repeated freely.
const jsonShort = 64

// textOf returns the memory that a long text is in.
func textOf(v reflect.Value) node {
	switch {
	case v.Type() == reflect.TypeFor[big.Int]():
		x, _ := reflect.TypeAssert[big.Int](v)
		return node{unsafe.Pointer(unsafe.SliceData(x.Bits())), x.BitLen() / 3, v.Type()}
	case v.Kind() == reflect.String:
		return node{unsafe.Pointer(unsafe.StringData(v.String())), v.Len(), reflect.TypeFor[string]()}
	case v.Kind() == reflect.Slice && v.Len() > 0:
		return node{v.UnsafePointer(), v.Len(), v.Type()}
	case v.Kind() == reflect.Struct:
		var longest node
		for _, f := range v.Fields() {
			if n := textOf(f); n.len > longest.len {
				longest = n
			}
		}
		return longest
	}
	return node{}
}

// plain writes a scalar.
func (w *jsonWriter) plain(v reflect.Value) error {
	switch x := v.Interface().(type) {
	case string:
		w.out = appendJSONString(w.out, x)
		return nil
	case []byte:
		w.out = append(base64.StdEncoding.AppendEncode(append(w.out, '"'), x), '"')
		return nil
	case time.Time:
		w.out = append(x.AppendFormat(append(w.out, '"'), time.RFC3339Nano), '"')
		return nil
	case big.Int:
		w.out = x.Append(w.out, 10)
		return nil
	case StackTraceElement:
		w.out = appendJSONString(w.out, x.String())
		return nil
	}
	if flat(v.Type()) && speaks(v.Type()) {
		return w.foreign(v)
	}
	switch {
	case v.Kind() == reflect.String:
		w.out = appendJSONString(w.out, v.String())
	case v.Kind() == reflect.Float32:
		w.out = appendJSONFloat(w.out, v.Float(), 32)
	case v.CanFloat():
		w.out = appendJSONFloat(w.out, v.Float(), 64)
	case v.CanInt():
		w.out = strconv.AppendInt(w.out, v.Int(), 10)
	case v.CanUint():
		w.out = strconv.AppendUint(w.out, v.Uint(), 10)
	case v.Kind() == reflect.Bool:
		w.out = strconv.AppendBool(w.out, v.Bool())
	default:
		return w.foreign(v)
	}
	return nil
}

// foreign writes a value whose type holds nothing else as its methods, or encoding/json,
// have it.
func (w *jsonWriter) foreign(v reflect.Value) error {
	at := reflect.New(v.Type())
	at.Elem().Set(v)
	text, err := json.Marshal(at.Interface())
	w.out = append(w.out, text...)
	return err
}

func appendJSONString(dst []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			text, err := json.Marshal(s)
			if err != nil {
				return append(dst, `""`...) // never: a string has JSON
			}
			return append(dst, text...)
		}
	}
	return append(append(append(dst, '"'), s...), '"')
}
