package bolt_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

// Services written in Java speak Hessian. Args are the arguments of a call that has
// several; a handler gets them the same way.
func ExampleHessian2() {
	c := bolt.New(bolt.Hessian2(hessian2.NewDraft()))
	greet := func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
		var in onramp.Args
		if err := req.Body.Decode(&in); err != nil {
			return nil, err
		}
		p := req.Reply()
		p.Body.Value = fmt.Sprintf("hello %v, you are %v", in[0], in[1])
		return p, nil
	}
	req := &onramp.Request{Service: "com.acme.Greeter", Method: "greet", Signature: "(java.lang.String,int)"}
	req.Body.Value = onramp.Args{"Ada", int32(36)}
	exchange(c, req, greet, func(p *onramp.Response, err error) {
		var out string
		if err == nil {
			err = p.Body.Decode(&out)
		}
		fmt.Println(out, err)
	})
	// Output: hello Ada, you are 36 <nil>
}

// An exception of Java's is an error of Go's, in both directions.
func ExampleHessian2_exception() {
	c := bolt.New(bolt.Hessian2(hessian2.NewDraft()))
	sold := func(context.Context, *onramp.Request) (*onramp.Response, error) {
		out := hessian2.NewException("com.acme.SoldOut", "none left").WithField("item", "car")
		return nil, &onramp.Error{Business: true, Err: out}
	}
	req := &onramp.Request{Service: "com.acme.Shop", Method: "buy", Body: onramp.Body{Value: "car"}}
	exchange(c, req, sold, func(_ *onramp.Response, err error) {
		if x, ok := errors.AsType[*hessian2.Exception](err); ok {
			item, _ := x.Get("item")
			fmt.Println(x.Class, x.Message, item, onramp.AsError(err).Business)
		}
	})
	// Output: com.acme.SoldOut none left car true
}

// The stream of Dubbo's dialect is refused where the codec is made.
func ExampleHessian2_wrongDialect() {
	fmt.Println(bolt.Check(bolt.Hessian2(hessian2.New())))
	// Output: bolt.Hessian2: the stream writes hessian2, which is Dubbo's and which no peer reads in codec 1: make it by hessian2.NewDraft
}
