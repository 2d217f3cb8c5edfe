package bolt

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

// sofaResponse is the body of a response of codec 1. Its fields are in Java's order.
type sofaResponse struct {
	IsError       bool `hessian:"isError"`
	ErrorMsg      any  `hessian:"errorMsg"`
	AppResponse   any  `hessian:"appResponse"`
	ResponseProps any  `hessian:"responseProps"`
}

// JavaClassName returns the name of SOFARPC's class.
func (*sofaResponse) JavaClassName() string { return nameResponse }

var errResponseArgs = errors.New("bolt: a response has one value, and not an onramp.Args")

// appendResponse appends the content of a response with a value; nil is null.
func (h *hessian) appendResponse(dst []byte, p *onramp.Response) ([]byte, error) {
	s := h.responses.Get().(*sofaResponse)
	defer func() {
		*s = sofaResponse{}
		h.responses.Put(s)
	}()
	if p != nil {
		if _, several := onramp.ArgsOf(p.Body.Value); several {
			return dst, errResponseArgs
		}
		s.AppResponse = unwrapped(p.Body.Value)
		if p.Header.Len() > 0 {
			s.ResponseProps = propsOf(&p.Header, ofResponse)
		}
	}
	return h.one(dst, s)
}

// one appends a body of one value.
func (h *hessian) one(dst []byte, v any) ([]byte, error) {
	e := h.Encoder(dst)
	err := e.Value(v, "")
	out := e.Close()
	if err != nil {
		return dst, fmt.Errorf("bolt: %w", err)
	}
	return out, nil
}

// statusFor returns the status of an error that is written in codec 1. By those two Java
// tries again or elsewhere, and hides the text; of the others it throws the text only
// when they are an error in the body of status 0, as its own server has it.
func statusFor(status uint16) uint16 {
	switch status {
	case statusBusy, statusTimeout:
		return status
	}
	return statusSuccess
}

// appendError appends the content of a response that is an error.
func (h *hessian) appendError(dst []byte, f *codec.Frame, err error) ([]byte, error) {
	e := onramp.AsError(err)
	text := clip(message(err))
	failed := &hessian2.Map{Entries: []hessian2.Entry{{Key: keyError, Value: "true"}}}
	switch {
	case e.Business:
		s := &sofaResponse{AppResponse: exceptionOf(e, err), ResponseProps: failed}
		out, err := h.one(dst, s)
		if err == nil {
			return out, nil
		}
		s.AppResponse = hessian2.NewException(runtimeException, text) // theirs has no form
		return h.one(dst, s)
	case f.Status == statusSuccess:
		return h.one(dst, &sofaResponse{IsError: true, ErrorMsg: text, ResponseProps: failed})
	}
	return h.one(dst, hessian2.NewException(nameServerException, text))
}

// runtimeException is the class of errors that have none.
const runtimeException = "java.lang.RuntimeException"

// exceptionOf returns the object that a business error is for Java: one of its own
// class if there is any, in err or that came with it from elsewhere.
func exceptionOf(e *onramp.Error, err error) any {
	var own interface {
		error
		JavaClassName() string
	}
	if errors.As(err, &own) && hasClass(own) {
		return own
	}
	if own, ok := e.Detail.(interface{ JavaClassName() string }); ok && hasClass(own) {
		return own
	}
	return hessian2.NewException(runtimeException, clip(message(err)))
}

// hasClass reports whether v is an object with a class. Null would be a result.
func hasClass(v interface{ JavaClassName() string }) bool {
	p := reflect.ValueOf(v)
	return (p.Kind() != reflect.Pointer || !p.IsNil()) && v.JavaClassName() != ""
}
