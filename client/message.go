package client

import (
	"fmt"
	"reflect"

	"github.com/onrampmesh/onramp"
)

// checkMessage says what is wrong with a type of messages, which is a type parameter.
func checkMessage[M any](target, param string) error {
	t := reflect.TypeFor[M]()
	if t.Kind() != reflect.Pointer {
		return nil
	}
	return fail(onramp.InvalidArgument, target, fmt.Errorf("the type parameter %s is %v: write the message's type without the pointer, %v", param, t, t.Elem()))
}

// checkMessages is checkMessage for both type parameters of a method.
func checkMessages[Req, Resp any](target string) error {
	if err := checkMessage[Req](target, "Req"); err != nil {
		return err
	}
	if a, several := any(new(Req)).(onramp.Arguments); several {
		if err := onramp.CheckArguments(a); err != nil {
			return fail(onramp.InvalidArgument, target, err)
		}
	}
	return checkMessage[Resp](target, "Resp")
}
