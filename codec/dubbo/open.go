package dubbo

import (
	"errors"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

// errEcho is no error: the request asks for its own argument, and no handler is needed.
var errEcho = &onramp.Error{Code: onramp.Unimplemented, Origin: onramp.Refused, Err: errors.New("dubbo: the codec answers " + echo + " by itself")}

// OpenRequest implements codec.Body. It reads over the arguments without building them.
// The header is a view of the frame.
func (b *Body) OpenRequest(f *codec.Frame, r *onramp.Request) error {
	if f.Kind == codec.Oneway {
		r.Kind = onramp.Oneway
	}
	if f.Serializer != Hessian {
		r.Service, r.Method = Opaque, serializationName(f.Serializer)
		r.Body = onramp.Received(f.Content, uint16(f.Serializer), foreign(f.Serializer))
		return nil
	}
	r.Body = onramp.Received(f.Content, Hessian, b.requests)
	s := b.scan(f.Content)
	defer b.done(s)
	if err := b.openCall(f, r, s); err != nil {
		if err == errEcho {
			return err
		}
		return &onramp.Error{Code: onramp.InvalidArgument, Origin: onramp.Refused, Err: err}
	}
	return nil
}

func (b *Body) openCall(f *codec.Frame, r *onramp.Request, s *hessian2.Scanner) error {
	var h head
	if err := h.read(s, f.Content); err != nil {
		return err
	}
	if attachesTo(h.protocol) {
		f.Flags |= attaches
	}
	var err error
	if isInvoke(string(h.method)) {
		f.Flags |= generic
		r.Body = onramp.Received(f.Content, Hessian, b.generics)
		err = h.invoked(s, f.Content)
	} else {
		err = skip(s, h.arguments)
	}
	if err != nil {
		return err
	}
	var a received
	if err := a.attachments(s, f.Content, &r.Header, ofRequest); err != nil {
		return err
	}
	if f.Flags&generic != 0 {
		if err := checkGeneric(a.generic); err != nil {
			return err
		}
	}
	return h.apply(f, r, &a)
}

// apply stores what is called in r. A version that stands before the arguments counts
// more than one behind them.
func (h *head) apply(f *codec.Frame, r *onramp.Request, a *received) error {
	if len(h.path) == 0 {
		return errors.New("dubbo: a request names no service")
	}
	if len(h.method) == 0 {
		return errors.New("dubbo: a request names no method")
	}
	version := h.version
	if len(version) == 0 {
		version = a.version
	}
	if string(version) == noVersion {
		version = nil
	}
	if len(version) > maxName || len(a.group) > maxName {
		return errors.New("dubbo: the version or the group of a request has more than 1024 bytes")
	}
	r.Service, r.Method = f.String(h.path), f.String(h.method)
	r.Version, r.Group = f.String(version), f.String(a.group)
	f.Timeout = a.timeout
	if r.Method == echo && h.arguments == 1 {
		return errEcho
	}
	return nil
}

// noVersion is what Java's consumers of a service without a version say.
const noVersion = "0.0.0"
