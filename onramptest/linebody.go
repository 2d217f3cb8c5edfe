package onramptest

import (
	"bytes"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// LineBody puts calls whose messages are text into LineFramer's lines: a string,
// bytes, or an encoding.TextMarshaler; they decode into a *string or an
// encoding.TextUnmarshaler. Raw is the text with its line feeds escaped.
type LineBody struct{ refusals }

// Request implements codec.Body.
func (LineBody) Request(f *codec.Frame, r *onramp.Request) error {
	f.Kind = codec.Request
	if r.Kind == onramp.Oneway {
		f.Kind = codec.Oneway
	}
	f.Class = appendClass(nil, r)
	f.SetHeader(appendLineHeader(f.Scratch(), &r.Header))
	return lineContent(f, &r.Body)
}

// AppendRequest implements codec.Body: Request has set the content.
func (LineBody) AppendRequest(dst []byte, _ *codec.Frame, _ *onramp.Request) ([]byte, error) {
	return dst, nil
}

// Response implements codec.Body.
func (LineBody) Response(f *codec.Frame, _ *onramp.Request, p *onramp.Response, err error) error {
	var text string
	f.Kind = codec.Response
	f.Status, text = statusOf(err)
	f.Content = escape([]byte{}, text, "")
	if p == nil {
		return nil
	}
	f.SetHeader(appendLineHeader(appendLineHeader(f.Scratch(), &p.Header), &p.Trailer))
	if f.Status == 0 {
		return lineContent(f, &p.Body)
	}
	return nil
}

// AppendResponse implements codec.Body: Response has set the content.
func (LineBody) AppendResponse(dst []byte, _ *codec.Frame, _ *onramp.Request, _ *onramp.Response, _ error) ([]byte, error) {
	return dst, nil
}

// OpenRequest implements codec.Body.
func (LineBody) OpenRequest(f *codec.Frame, r *onramp.Request) error {
	if f.Kind == codec.Oneway {
		r.Kind = onramp.Oneway
	}
	r.Header.View(f.Header, linePairs{})
	r.Body = onramp.Received(f.Content, 0, textDecoder{escaped: true})
	return openClass(f, r)
}

// OpenResponse implements codec.Body.
func (LineBody) OpenResponse(f *codec.Frame, r *onramp.Request, p *onramp.Response) error {
	p.Header.View(f.Header, linePairs{})
	if f.Status != 0 {
		return statusError(r, f.Status, string(unescape(f.Content)))
	}
	p.Body = onramp.Received(f.Content, 0, textDecoder{escaped: true})
	return nil
}

// lineContent sets f's content, which is never nil: it may be empty.
func lineContent(f *codec.Frame, b *onramp.Body) error {
	text, err := content([]byte{}, b)
	if err == nil && b.Value != nil {
		text = escape(make([]byte, 0, len(text)), text, "")
	}
	f.Content = text
	return err
}

// A header is key=value&key=value, escaped.

const lineSpecial = " =&"

func appendLineHeader(dst []byte, h *onramp.Header) []byte {
	for k, v := range h.All() {
		if len(dst) > 0 {
			dst = append(dst, '&')
		}
		dst = append(escape(dst, k, lineSpecial), '=')
		dst = escape(dst, v, lineSpecial)
	}
	return dst
}

type linePairs struct{}

// Next implements onramp.Pairs.
func (linePairs) Next(block []byte) (key, value, rest []byte, ok bool) {
	if len(block) == 0 {
		return nil, nil, nil, false
	}
	pair, rest, _ := bytes.Cut(block, []byte{'&'})
	key, value, _ = bytes.Cut(pair, []byte{'='})
	return unescape(key), unescape(value), rest, true
}
