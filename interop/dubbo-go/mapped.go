package main

import (
	"reflect"
	"strings"
	"time"

	hessian "github.com/apache/dubbo-go-hessian2"
)

// mapped makes of a value what travels in a generic call, as Java's PojoUtils does: an
// object becomes a map with "class", an enum its name. The library has a generalizer of
// its own, which panics at a null in a list, and turns bytes into a list of numbers.
func mapped(v any) any {
	v = plain(v)
	switch v := v.(type) {
	case nil, []byte, []int32:
		return v
	case time.Time:
		if v.IsZero() {
			return nil
		}
		return v
	case hessian.POJOEnum:
		return v.String()
	case hessian.POJO:
		return mappedObject(v)
	}
	switch rv := reflect.ValueOf(v); rv.Kind() {
	case reflect.Slice:
		return mappedList(rv)
	case reflect.Map:
		return mappedMap(rv)
	}
	return v
}

func mappedObject(p hessian.POJO) any {
	v := reflect.Indirect(reflect.ValueOf(p))
	if v.Kind() != reflect.Struct {
		return p
	}
	out := map[string]any{"class": p.JavaClassName()}
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		out[strings.ToLower(name[:1])+name[1:]] = mapped(v.Field(i).Interface())
	}
	return out
}

func mappedList(v reflect.Value) any {
	out := make([]any, v.Len())
	for i := range out {
		out[i] = mapped(v.Index(i).Interface())
	}
	return out
}

// mappedMap keeps the type of keys: the library spoils those of a map of any keys
// when it is the result of a generic call.
func mappedMap(v reflect.Value) any {
	named, others := map[string]any{}, map[any]any{}
	for it := v.MapRange(); it.Next(); {
		key, value := it.Key().Interface(), mapped(it.Value().Interface())
		others[key] = value
		if text, ok := key.(string); ok {
			named[text] = value
		}
	}
	if len(named) < len(others) {
		return others
	}
	return named
}
