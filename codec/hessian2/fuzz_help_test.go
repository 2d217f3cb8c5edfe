package hessian2_test

import (
	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

func signature(types ...string) (o onramp.MethodOptions) {
	hessian2.Signature(types...)(&o)
	return o
}
