package onramptest

import (
	"bytes"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// PipeBody puts calls whose messages are text into PipeFramer's frames: a
// string, bytes, or an encoding.TextMarshaler; they decode into a *string or an
// encoding.TextUnmarshaler.
type PipeBody struct{ refusals }

// Request implements codec.Body.
func (PipeBody) Request(f *codec.Frame, r *onramp.Request) error {
	f.Kind = codec.Request
	if r.Kind == onramp.Oneway {
		f.Kind = codec.Oneway
	}
	f.Class = appendClass(nil, r)
	f.SetHeader(appendPipeHeader(f.Scratch(), &r.Header))
	return nil
}

// AppendRequest implements codec.Body.
func (PipeBody) AppendRequest(dst []byte, _ *codec.Frame, r *onramp.Request) ([]byte, error) {
	return content(dst, &r.Body)
}

// Response implements codec.Body.
func (PipeBody) Response(f *codec.Frame, _ *onramp.Request, p *onramp.Response, err error) error {
	f.Kind = codec.Response
	f.Status, _ = statusOf(err)
	if p != nil {
		f.SetHeader(appendPipeHeader(appendPipeHeader(f.Scratch(), &p.Header), &p.Trailer))
	}
	return nil
}

// AppendResponse implements codec.Body.
func (PipeBody) AppendResponse(dst []byte, _ *codec.Frame, _ *onramp.Request, p *onramp.Response, err error) ([]byte, error) {
	if err != nil {
		_, text := statusOf(err)
		return append(dst, text...), nil
	}
	if p == nil {
		return dst, nil
	}
	return content(dst, &p.Body)
}

// OpenRequest implements codec.Body.
func (PipeBody) OpenRequest(f *codec.Frame, r *onramp.Request) error {
	if f.Kind == codec.Oneway {
		r.Kind = onramp.Oneway
	}
	r.Header.View(f.Header, pipePairs{})
	r.Body = onramp.Received(f.Content, 0, textDecoder{})
	return openClass(f, r)
}

// OpenResponse implements codec.Body.
func (PipeBody) OpenResponse(f *codec.Frame, r *onramp.Request, p *onramp.Response) error {
	p.Header.View(f.Header, pipePairs{})
	if f.Status != 0 {
		return statusError(r, f.Status, string(f.Content))
	}
	p.Body = onramp.Received(f.Content, 0, textDecoder{})
	return nil
}

func appendPipeHeader(dst []byte, h *onramp.Header) []byte {
	for k, v := range h.All() {
		dst = append(escape(dst, k, ":"), ": "...)
		dst = append(escape(dst, v, ""), crlf...)
	}
	return dst
}

type pipePairs struct{}

// Next implements onramp.Pairs.
func (pipePairs) Next(block []byte) (key, value, rest []byte, ok bool) {
	if len(block) == 0 {
		return nil, nil, nil, false
	}
	line, rest, _ := cutLine(block)
	key, value, _ = bytes.Cut(line, []byte(": "))
	return unescape(key), unescape(value), rest, true
}
