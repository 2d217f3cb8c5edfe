package server

import (
	"fmt"
	"reflect"

	"github.com/onrampmesh/onramp"
)

// messages says what is wrong with the types of a handler's messages.
func messages[Req, Resp any](target string) error {
	for _, m := range []struct {
		param string
		t     reflect.Type
	}{{"Req", reflect.TypeFor[Req]()}, {"Resp", reflect.TypeFor[Resp]()}} {
		if m.t.Kind() == reflect.Pointer {
			return fmt.Errorf("server: handler of %s: the type parameter %s is %v, so that the function would get a %v: write it without the pointer, %v", target, m.param, m.t, reflect.PointerTo(m.t), m.t.Elem())
		}
	}
	if a, several := any(new(Req)).(onramp.Arguments); several {
		if err := onramp.CheckArguments(a); err != nil {
			return fmt.Errorf("server: handler of %s: %w", target, err)
		}
	}
	return nil
}
