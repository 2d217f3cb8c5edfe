package dubbo

import (
	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

// Types of a response's body with status OK: they say what follows. Those of attached
// stand for the same with attachments behind it.
const (
	typeException = iota
	typeValue
	typeNull
	typeExceptionAttached
	typeValueAttached
	typeNullAttached

	attached = typeExceptionAttached - typeException
	tagInt0  = 0x90
)

// Response implements codec.Body. A response that stands beside an error gives it its
// header, and its raw body when it is the encoded error of a business error.
func (b *Body) Response(f *codec.Frame, r *onramp.Request, p *onramp.Response, err error) error {
	f.Kind, f.Status, f.Serializer = codec.Response, statusOK, Hessian
	switch {
	case err == errEcho:
		return nil
	case err != nil:
		return b.errorResponse(f, r, p, onramp.AsError(err))
	case p != nil:
		f.Serializer, err = serializationOf(&p.Body)
	}
	return answerable(err)
}

// errorResponse fills f from an error.
func (b *Body) errorResponse(f *codec.Frame, _ *onramp.Request, p *onramp.Response, e *onramp.Error) error {
	f.Status = statusOf(e)
	if encodedError(p, e) {
		f.Serializer = uint8(p.Body.Encoding)
	}
	return nil
}

// AppendResponse implements codec.Body.
func (b *Body) AppendResponse(dst []byte, f *codec.Frame, r *onramp.Request, p *onramp.Response, err error) ([]byte, error) {
	begin := len(dst)
	switch {
	case err == errEcho:
		dst, err = b.appendEcho(dst, r)
	case err != nil && f.Status != statusOK:
		return appendRefusal(dst, r, onramp.AsError(err))
	case err != nil:
		e := onramp.AsError(err)
		if encodedError(p, e) {
			return append(dst, p.Body.Raw...), nil
		}
		dst, err = b.appendException(dst, f, p, e)
	case p == nil:
		return append(dst, tagInt0+typeNull), nil
	case isRaw(&p.Body):
		return append(dst, p.Body.Raw...), nil
	default:
		dst, err = b.appendValue(dst, f, &p.Body)
		if err == nil {
			dst, err = b.attach(dst, begin, f, nil, &p.Header, &p.Trailer)
		}
	}
	return dst, answerable(err)
}

// appendValue appends the type and the value of a body.
func (b *Body) appendValue(dst []byte, f *codec.Frame, body *onramp.Body) ([]byte, error) {
	if body.Value == nil {
		return append(dst, tagInt0+typeNull), nil
	}
	if _, several := onramp.ArgsOf(body.Value); several {
		return dst, invalid("the reply is a %T: a method of Java returns one value", body.Value)
	}
	begin := len(dst)
	out, err := b.append(append(dst, tagInt0+typeValue), body.Value, f.Flags&generic != 0)
	if err == nil && len(out) == begin+2 && out[begin+1] == hessianNull { // as Java: dubbo-go reads no value that is null
		out = append(out[:begin], tagInt0+typeNull)
	}
	return out, err
}

// append appends one value.
func (b *Body) append(dst []byte, v any, general bool) ([]byte, error) {
	var e hessian2.Encoder
	var err error
	if general {
		e = b.general.Encoder(dst)
		err = encodeGeneric(e, unwrapped(v, false))
	} else {
		e = b.stream.Encoder(dst)
		err = encodeValue(e, v, "")
	}
	out := e.Close()
	if err != nil {
		return dst, invalid("the reply: %w", err)
	}
	return out, nil
}

// attach appends attachments when there are any and the peer reads them: what e is, if
// it is set, and the pairs of two headers. begin is where the response's type stands.
func (b *Body) attach(dst []byte, begin int, f *codec.Frame, e *onramp.Error, header, trailer *onramp.Header) ([]byte, error) {
	if f.Flags&attaches == 0 || e == nil && header.Len() == 0 && trailer.Len() == 0 {
		return dst, nil
	}
	n := len(dst)
	w := newWriter(dst)
	if e != nil {
		w.outcome(e)
	}
	w.copyFrom(header, ofResponse)
	w.copyFrom(trailer, ofResponse)
	if w.pairs == 0 && w.err == nil {
		return dst[:n], nil
	}
	out, err := w.end()
	if err == nil {
		out[begin] += attached
	}
	return out, err
}

// appendEcho appends the argument of a request as the reply to it.
func (b *Body) appendEcho(dst []byte, r *onramp.Request) ([]byte, error) {
	src := r.Body.Raw
	s := b.scan(src)
	defer b.done(s)
	var h head
	if err := h.read(s, src); err != nil {
		return dst, err
	}
	at := s.Offset()
	if s.Next() == hessian2.KindNull {
		return append(dst, tagInt0+typeNull), nil
	}
	if err := s.Skip(); err != nil {
		return dst, err
	}
	return append(append(dst, tagInt0+typeValue), src[at:s.Offset()]...), nil
}

// encodedError reports whether p holds e in a form of its own, such as a Java exception
// that is passed on.
func encodedError(p *onramp.Response, e *onramp.Error) bool {
	return p != nil && p.Body.Value == nil && len(p.Body.Raw) > 0 && e.Business &&
		p.Body.Encoding > 0 && p.Body.Encoding <= serializations
}

// answerable turns the error of a response that cannot be encoded into the server's
// fault: the handler has run.
func answerable(err error) error {
	if err == nil {
		return nil
	}
	e := *onramp.AsError(err)
	e.Code, e.Origin = onramp.Internal, onramp.Remote
	return &e
}
