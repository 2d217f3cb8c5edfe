package bolt

import (
	"fmt"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

// sofaRequest is the object that a request of codec 1 begins with. The arguments are
// values of their own behind it. Its fields are in Java's order.
type sofaRequest struct {
	TargetAppName           any              `hessian:"targetAppName"`
	MethodName              string           `hessian:"methodName"`
	TargetServiceUniqueName string           `hessian:"targetServiceUniqueName"`
	RequestProps            any              `hessian:"requestProps"`
	MethodArgSigs           hessian2.Strings `hessian:"methodArgSigs"`
}

// JavaClassName returns the name of SOFARPC's class.
func (*sofaRequest) JavaClassName() string { return nameRequest }

// release forgets the call.
func (s *sofaRequest) release() {
	clear(s.MethodArgSigs)
	*s = sofaRequest{MethodArgSigs: s.MethodArgSigs[:0]}
}

// appendRequest appends the content of the request r, whose names are in the header
// of f.
func (h *hessian) appendRequest(dst []byte, f *codec.Frame, r *onramp.Request) ([]byte, error) {
	s := h.requests.Get().(*sofaRequest)
	defer func() {
		s.release()
		h.requests.Put(s)
	}()
	args, several := onramp.ArgsOf(r.Body.Value)
	count := len(args)
	if !several && r.Body.Value != nil {
		count = 1
	}
	if err := s.declare(h.Stream, r, args, count); err != nil {
		return dst, err
	}
	s.MethodName, s.TargetServiceUniqueName = r.Method, h.names.String(uniqueOf(f.Header))
	if r.Header.Len() > 0 {
		s.RequestProps = propsOf(&r.Header, ofRequest)
		if app, ok := r.Header.Lookup(keyTargetApp); ok {
			s.TargetAppName = app
		}
	}
	e := h.Encoder(dst)
	err := e.Value(s, "")
	for i := 0; i < count && err == nil; i++ {
		v := unwrapped(r.Body.Value)
		if several {
			v = args[i]
		}
		if err = e.Value(v, s.MethodArgSigs[i]); err != nil {
			err = fmt.Errorf("bolt: argument %d of %s: %w", i+1, r.Target(), err)
		}
	}
	out := e.Close()
	if err != nil {
		return dst, &onramp.Error{Code: onramp.InvalidArgument, Origin: onramp.Local, Err: err}
	}
	return out, nil
}

// uniqueOf returns the unique name from the first pair of a request's header.
func uniqueOf(block []byte) []byte {
	_, block, _ = cut(block)
	value, _, _ := cut(block)
	return value
}

// declare fills MethodArgSigs: the types that the caller told, or those of the values.
func (s *sofaRequest) declare(stream hessian2.Stream, r *onramp.Request, args onramp.Args, count int) error {
	if count > maxArgs {
		return invalid("%d arguments: a Java method has at most %d", count, maxArgs)
	}
	if s.MethodArgSigs == nil {
		s.MethodArgSigs = make([]string, 0, 8) // Java wants a list, and not null
	}
	sigs := s.MethodArgSigs[:0]
	switch {
	case r.Signature != "":
		var err error
		if sigs, err = splitSignature(sigs, r.Signature); err != nil {
			return err
		}
		if len(sigs) != count {
			return invalid("the signature %.64s of %s has %d parameters, and the call %d arguments: several, or none, are an onramp.Args", r.Signature, r.Target(), len(sigs), count)
		}
	case args != nil:
		for _, a := range args {
			sigs = append(sigs, stream.TypeOf(a))
		}
	case count == 1:
		sigs = append(sigs, typeOf(stream, r.Body.Value))
	}
	s.MethodArgSigs = sigs
	return nil
}
