package dubbo

import (
	"errors"
	"fmt"
	"strings"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

// OpenResponse implements codec.Body. Header and body are views of the frame, for an
// error too: its encoded form may say more than its text.
func (b *Body) OpenResponse(f *codec.Frame, r *onramp.Request, p *onramp.Response) error {
	if f.Serializer != Hessian {
		p.Body = onramp.Received(f.Content, uint16(f.Serializer), foreignReply(f.Serializer))
		if f.Status != statusOK {
			return b.openStatus(f, r)
		}
		return nil
	}
	p.Body = onramp.Received(f.Content, Hessian, b.responses)
	if f.Status != statusOK {
		return b.openStatus(f, r)
	}
	if len(f.Content) > 0 && (f.Content[0] == tagInt0+typeValue || f.Content[0] == tagInt0+typeNull) {
		return nil // nothing more is of interest now
	}
	return b.openResult(f, r, p)
}

// openResult opens a response with status OK that is more than a value.
func (b *Body) openResult(f *codec.Frame, r *onramp.Request, p *onramp.Response) error {
	t, at, err := b.responseType(f.Content)
	if err != nil {
		return badReply(err)
	}
	var a received
	if t >= attached {
		if err := b.openAttachments(f, t, at, &a, p); err != nil {
			return badReply(err)
		}
	}
	if t == typeException || t == typeExceptionAttached {
		return b.openException(f.Content[at:], r, p, &a)
	}
	return nil
}

func badReply(err error) error {
	return &onramp.Error{Code: onramp.Internal, Origin: onramp.Remote, Err: fmt.Errorf("dubbo: a response: %w", err)}
}

// responseType returns the type of a response, in any form of an int, and where its
// value begins. Node's consumers and servers write null without a type.
func (b *Body) responseType(src []byte) (t, at int, err error) {
	switch {
	case len(src) > 0 && src[0] >= tagInt0 && src[0] <= tagInt0+typeNullAttached:
		return int(src[0] - tagInt0), 1, nil
	case len(src) > 0 && src[0] == hessianNull:
		return typeNull, 1, nil
	}
	number, isNumber, rest, ok := scalar(src)
	if !ok || !isNumber {
		return 0, 0, errors.New("its type is no int")
	}
	if number < typeException || number > typeNullAttached {
		return 0, 0, fmt.Errorf("its type is %d, want 0 to %d", number, typeNullAttached)
	}
	return int(number), len(src) - len(rest), nil
}

// openAttachments reads over the value and then the attachments.
func (b *Body) openAttachments(f *codec.Frame, t, at int, a *received, p *onramp.Response) error {
	src := f.Content[at:]
	s := b.scan(src)
	defer b.done(s)
	if t != typeNullAttached {
		if err := s.Skip(); err != nil {
			return err
		}
	}
	return a.attachments(s, src, &p.Header, ofResponse)
}

// openException returns the error that the exception in src is.
func (b *Body) openException(src []byte, r *onramp.Request, p *onramp.Response, a *received) error {
	e := &onramp.Error{Code: onramp.Unknown, Business: !a.failed, RetryAfter: a.retryAfter}
	if a.failed {
		e.Origin = a.origin
	}
	if a.code != onramp.OK {
		e.Code = a.code
	}
	if p.Header.Len() > 0 { // an error outlives the frame
		e.Header = new(onramp.Header)
		e.Header.CopyFrom(&p.Header)
	}
	thrown, err := b.thrown(src)
	if err != nil {
		e.Err = fmt.Errorf("dubbo: the server threw %s, which cannot be read: %w", b.named(src), err)
		return e
	}
	if strings.HasPrefix(r.Signature, invoke) || isInvoke(r.Method) {
		thrown = particular(thrown)
	}
	e.Detail = thrown
	e.Err = thrownError(thrown, a.coded)
	return e
}

// thrown reads an exception.
func (b *Body) thrown(src []byte) (thrown any, err error) {
	d := b.stream.Decoder(src)
	defer d.Close()
	return thrown, d.Value(&thrown)
}

// named returns the class and the text of an exception that the serializer refuses,
// because it knows its class no more than this side does.
func (b *Body) named(src []byte) string {
	d := b.plain.Decoder(src)
	defer d.Close()
	var thrown any
	if d.Value(&thrown) == nil {
		if x, ok := thrown.(*hessian2.Exception); ok {
			return firstLine(x.Error())
		}
	}
	return "an exception"
}

// thrownError returns the cause that a thrown object is. That of another onramp is its
// text alone when it has no class of its own.
func thrownError(thrown any, coded bool) error {
	if x, ok := thrown.(*hessian2.Exception); ok && coded && x.Class == runtimeException {
		return errors.New(firstLine(x.Message))
	}
	switch t := thrown.(type) {
	case error:
		return t
	case *hessian2.Object:
		return fmt.Errorf("dubbo: the server threw a %s", quote([]byte(t.Class)))
	case classed:
		return fmt.Errorf("dubbo: the server threw a %s", quote([]byte(t.JavaClassName())))
	}
	return fmt.Errorf("dubbo: the server threw a %T, which is no exception", thrown)
}

// particular returns the exception that a GenericException stands for.
func particular(thrown any) any {
	x, ok := thrown.(*hessian2.Exception)
	if !ok || !strings.HasSuffix(x.Class, ".GenericException") {
		return thrown
	}
	inner := *x
	inner.Class, inner.Message, inner.Fields = "", "", nil
	for _, f := range x.Fields {
		text, _ := f.Value.(string)
		switch f.Name {
		case "exceptionClass":
			inner.Class = text
		case "exceptionMessage":
			inner.Message = text
		default:
			inner.Fields = append(inner.Fields, f)
		}
	}
	if inner.Class == "" {
		return thrown
	}
	return &inner
}
