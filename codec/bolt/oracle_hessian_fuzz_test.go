package bolt_test

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/hessian2"
	"github.com/onrampmesh/onramp/internal/oracle"
)

// hessianSeeds are bodies of codec 1, and bytes that have killed other readers.
func hessianSeeds(f *testing.F) {
	w := newWire(f)
	for _, v := range golden(f) {
		if frame := w.decode(v.frame); frame.Serializer == 1 && len(frame.Content) > 0 {
			f.Add(frame.Content)
		}
	}
	loop := &hessian2.Map{}
	loop.Entries = []hessian2.Entry{{Key: "again", Value: loop}}
	reason := hessian2.NewException(rpcServerException, "text")
	reason.Cause = hessian2.NewException("a.B", "cause")
	for _, v := range []any{
		&nodeRequest{MethodName: "m", TargetServiceUniqueName: "S:1.0:id", RequestProps: loop},
		&nodeRequest{MethodName: int32(1), RequestProps: map[string]any{"k": 1.5, "b": true}},
		&sofaAnswer{AppResponse: &car{"x", 1}}, &sofaAnswer{IsError: true, ErrorMsg: "RPC-020100010: no"},
		&sofaAnswer{AppResponse: reason}, reason, "text", loop,
	} {
		f.Add(draft(f, v))
	}
	f.Add([]byte("O\xbc" + sofaRequest + "\x91\x0amethodNameo\x90\x01m"))
	f.Add([]byte("O\xbe" + sofaResponse + "\x91\x0bappResponseo\x90Vl\x7f\xff\xff\xff"))
	f.Add([]byte{0x79, 0x51, 0x90})
}

// call is what OpenRequest makes of a body whose header has the service alone.
type openedCall struct {
	service, method string
	header          []string
}

// FuzzBoltHessianHead takes bytes for the body of a request that names its method there,
// and for that of an error, read without a stream.
func FuzzBoltHessianHead(f *testing.F) {
	hessianSeeds(f)
	w := newWire(f)
	header := block("service", "S:1.0")
	head := oracle.Decoder[openedCall]{K: oracle.Frame, Decode: func(src []byte) (c openedCall, err error) {
		var r onramp.Request
		if err := w.body.OpenRequest(&codec.Frame{Kind: codec.Request, Serializer: 1, Header: header, Content: src}, &r); err != nil {
			return c, err
		}
		for k, v := range r.Header.All() {
			c.header = append(c.header, k, v)
		}
		c.service, c.method = r.Service, r.Method
		return c, nil
	}}
	failure := oracle.Decoder[onramp.Outcome]{K: oracle.Frame, Errors: oracle.Text{Most: 1400, Quote: -1}, Decode: func(src []byte) (onramp.Outcome, error) {
		err := w.body.OpenResponse(&codec.Frame{Kind: codec.Response, Serializer: 1, Content: src}, call(), &onramp.Response{})
		return onramp.Classify(err), err
	}}
	f.Fuzz(func(t *testing.T, src []byte) {
		if c, err := head.Check(t, src); err == nil && (c.method == "" || len(c.method) > 8<<10 || len(c.header) > 2*128) {
			t.Fatalf("opens as %+v", c)
		}
		_, _ = failure.Check(t, src)
	})
}

// FuzzBoltHessianBody decodes bytes as arguments and as a result, in their general form
// and into Go types.
func FuzzBoltHessianBody(f *testing.F) {
	hessianSeeds(f)
	w := newHessian(f)
	request := func(src []byte) (body onramp.Body) {
		var r onramp.Request
		_ = w.body.OpenRequest(&codec.Frame{Kind: codec.Request, Serializer: 1, Content: src, Header: block("service", "S", "sofa_head_method_name", "m")}, &r)
		return r.Body
	}
	response := func(src []byte) (onramp.Body, error) {
		var p onramp.Response
		err := w.body.OpenResponse(&codec.Frame{Kind: codec.Response, Serializer: 1, Content: src}, call(), &p)
		return p.Body, err
	}
	args := oracle.Decoder[onramp.Args]{K: oracle.Generic, Same: sameValue[onramp.Args], Decode: func(src []byte) (args onramp.Args, err error) {
		body := request(src)
		err = body.Decode(&args)
		return args, err
	}}
	typed := oracle.Decoder[car]{K: oracle.Typed, Decode: func(src []byte) (c car, err error) {
		body := request(src)
		err = body.Decode(&c)
		return c, err
	}}
	result := oracle.Decoder[any]{K: oracle.Generic, Same: sameValue[any], Errors: oracle.Text{Most: 1400, Quote: -1}, Decode: func(src []byte) (v any, err error) {
		body, err := response(src)
		if err != nil {
			if onramp.AsError(err).Business {
				return nil, errors.New("business") // its text is the exception's
			}
			return nil, err
		}
		err = body.Decode(&v)
		return v, err
	}}
	f.Fuzz(func(t *testing.T, src []byte) {
		_, _ = args.Check(t, src)
		_, _ = typed.Check(t, src)
		_, _ = result.Check(t, src)
	})
}

// sameValue compares values in which NaN may stand.
func sameValue[T any](a, b T) bool {
	if reflect.DeepEqual(a, b) {
		return true
	}
	s := hessian2.NewDraft()
	x, err := s.Append(nil, a)
	if err != nil {
		return true // more than may be written
	}
	y, err := s.Append(nil, b)
	return err == nil && bytes.Equal(x, y)
}
