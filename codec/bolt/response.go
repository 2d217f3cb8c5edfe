package bolt

import (
	"strconv"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// Keys of a response's header.
const (
	// keyError marks a content that is an error's text.
	keyError = "sofa_head_response_error"
	// keyCode holds an onramp.Code as a number. With it, the status is no more
	// than what others are told.
	keyCode = "onramp-code"
	// keyOrigin is "refused" when the status does not say so.
	keyOrigin = "onramp-origin"
	// keyRetryAfter holds milliseconds.
	keyRetryAfter = "onramp-retry-after"
	// keyState is "draining" when the server goes away.
	keyState = "onramp-state"

	stateDraining = "draining"
	originRefused = "refused"
)

// maxRetryAfter bounds what a peer can ask for.
const maxRetryAfter = time.Hour

// Response implements codec.Body. A response that stands beside an error gives
// it its header, and its raw body when that is an encoded error of a business
// error.
func (b *Body) Response(f *codec.Frame, r *onramp.Request, p *onramp.Response, err error) error {
	f.Kind, f.Class = codec.Response, classResponse
	if err != nil {
		return b.errorResponse(f, r, p, onramp.AsError(err))
	}
	f.Status = statusSuccess
	w := writer{block: f.Scratch()}
	if p == nil {
		f.Serializer = b.serializerOf(r)
		return nil
	}
	f.Serializer, err = b.choose(&p.Body, uint8(r.Body.Encoding))
	if err != nil {
		return answerable(err)
	}
	w.copyFrom(&p.Header, ofResponse)
	w.copyFrom(&p.Trailer, ofResponse)
	f.SetHeader(w.block)
	return w.err
}

// errorResponse fills f from an error.
func (b *Body) errorResponse(f *codec.Frame, r *onramp.Request, p *onramp.Response, e *onramp.Error) error {
	f.Status = statusOf(e)
	switch f.Serializer = b.errorSerializer(r); {
	case encodedError(p, e):
		f.Serializer = uint8(p.Body.Encoding)
	case f.Serializer == Hessian:
		if f.Status = statusFor(f.Status); f.Status != statusSuccess {
			f.Class = classServerException
		}
	}
	w := writer{block: f.Scratch()}
	add(&w, keyError, "true")
	if e.Code != onramp.OK && (!e.Business || e.Code != onramp.Unknown) {
		add(&w, keyCode, strconv.Itoa(int(e.Code)))
	}
	if _, o := outcomeOf(f.Status); o != e.Origin && e.Origin == onramp.Refused && !e.Business {
		add(&w, keyOrigin, originRefused)
	}
	if ms := e.RetryAfter.Milliseconds(); ms > 0 {
		add(&w, keyRetryAfter, strconv.FormatInt(ms, 10))
	}
	switch {
	case p != nil:
		w.copyFrom(&p.Header, ofResponse)
	case e.Header != nil:
		w.copyFrom(e.Header, ofResponse)
	}
	f.SetHeader(w.block)
	return w.err
}

// AppendResponse implements codec.Body. Room for a checksum, which the Framer
// fills, counts as content.
func (b *Body) AppendResponse(dst []byte, f *codec.Frame, _ *onramp.Request, p *onramp.Response, err error) ([]byte, error) {
	switch {
	case err != nil && encodedError(p, onramp.AsError(err)):
		dst = append(dst, p.Body.Raw...)
	case err != nil && f.Serializer == Hessian:
		if dst, err = b.hessian.appendError(dst, f, err); err != nil {
			return dst, answerable(err)
		}
	case err != nil:
		dst = appendText(dst, f.Serializer, err)
	case p == nil && b.makes(f, &onramp.Body{}), p != nil && b.makes(f, &p.Body):
		if dst, err = b.hessian.appendResponse(dst, p); err != nil {
			return dst, answerable(err)
		}
	case p != nil:
		if dst, err = b.content(dst, f, &p.Body); err != nil {
			return dst, answerable(err)
		}
	}
	return roomFor(dst, f), nil
}

// OpenResponse implements codec.Body. Header and body are views of the frame, for
// an error too: its encoded form may say more than its text.
func (b *Body) OpenResponse(f *codec.Frame, r *onramp.Request, p *onramp.Response) error {
	p.Header.View(f.Header, responsePairs{})
	p.Body = b.received(f, ofResponse)
	h := readReply(f.Header)
	if f.Status == statusSuccess && !h.failed && (f.Serializer != Hessian || !b.failed(f.Content)) {
		return nil
	}
	var why failure
	if f.Serializer == Hessian {
		why = b.failure(f.Content)
	}
	return openError(f, r.Service, &h, &why, &p.Header)
}

// serializerOf returns the codec byte that answers r without a body.
func (b *Body) serializerOf(r *onramp.Request) uint8 {
	if n := r.Body.Encoding; n > 0 && n <= 255 {
		return uint8(n)
	}
	return b.raw
}

// errorSerializer returns the codec byte of an error's text. Peers of serializers that
// are not known read errors of codec 11, which are plain text.
func (b *Body) errorSerializer(r *onramp.Request) uint8 {
	switch {
	case r.Body.Encoding == uint16(JSON):
		return JSON
	case r.Body.Encoding == uint16(Hessian) && b.hessian != nil:
		return Hessian
	}
	return Protobuf
}

// encodedError reports whether p holds e in a form of its own, such as a Java
// exception that is passed on.
func encodedError(p *onramp.Response, e *onramp.Error) bool {
	if p == nil || p.Body.Value != nil || len(p.Body.Raw) == 0 || !e.Business {
		return false
	}
	n := p.Body.Encoding
	return n > 0 && n <= 255 && n != uint16(JSON) && n != uint16(Protobuf)
}

// answerable turns the error of a response that cannot be encoded into the
// server's fault: the handler has run.
func answerable(err error) error {
	e := *onramp.AsError(err)
	e.Code, e.Origin = onramp.Internal, onramp.Remote
	return &e
}
