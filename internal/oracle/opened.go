package oracle

import (
	"reflect"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// opened is what the other side makes of a frame.
type opened struct {
	kind                            onramp.Kind
	service, version, group, method string
	header                          []pair
	body                            string
	encoding                        uint16
}

type pair struct{ key, value string }

func pairs(h *onramp.Header) (out []pair) {
	for k, v := range h.All() {
		out = append(out, pair{k, v})
	}
	return out
}

// open opens a frame as the side does that gets it, and writes it again.
func (p Protocol) open(t testing.TB, frame []byte, f *codec.Frame) {
	t.Helper()
	switch f.Kind {
	case codec.Request, codec.Oneway:
		d := Decoder[opened]{K: Frame, Decode: p.openRequest, Encode: p.writeRequest, Same: p.sameCall}
		_, _ = d.Check(t, frame)
	case codec.Response:
		words := p.Words
		if words.Most == 0 {
			words = Text{Most: 1400, Quote: -1}
		}
		d := Decoder[opened]{K: Frame, Decode: p.openResponse, Encode: p.writeResponse, Same: p.sameCall, Errors: words}
		_, _ = d.Check(t, frame)
	}
	if d, ok := p.Body.(codec.Drainer); ok {
		_ = d.DrainSignal(f)
	}
}

func (p Protocol) openRequest(src []byte) (o opened, err error) {
	var f codec.Frame
	var r onramp.Request
	if err := p.Decode(src, &f); err != nil {
		return o, err
	}
	if err := p.Body.OpenRequest(&f, &r); err != nil {
		return o, err
	}
	return opened{r.Kind, r.Service, r.Version, r.Group, r.Method, pairs(&r.Header), string(r.Body.Raw), r.Body.Encoding}, nil
}

// sameCall takes no version, and no encoding, for the one that is written for it.
func (p Protocol) sameCall(a, b opened) bool {
	for _, o := range [...]*opened{&a, &b} {
		if o.version == "" {
			o.version = p.Version
		}
	}
	if a.encoding == 0 || b.encoding == 0 {
		a.encoding, b.encoding = 0, 0
	}
	return reflect.DeepEqual(a, b)
}

// writeRequest calls what was called. Names and headers that are read and never
// written have no form.
func (p Protocol) writeRequest(o opened) ([]byte, error) {
	r := onramp.Request{Kind: o.kind, Service: o.service, Version: o.version, Group: o.group, Method: o.method}
	for _, kv := range o.header {
		r.Header.Add(kv.key, kv.value)
	}
	r.Body = onramp.Body{Raw: []byte(o.body), Encoding: o.encoding}
	var f codec.Frame
	if p.Body.Request(&f, &r) != nil {
		return nil, ErrNoForm
	}
	return p.write(&f, func(dst []byte) ([]byte, error) { return p.Body.AppendRequest(dst, &f, &r) })
}

func (p Protocol) openResponse(src []byte) (o opened, err error) {
	var f codec.Frame
	var r onramp.Request
	var resp onramp.Response
	if err := p.Decode(src, &f); err != nil {
		return o, err
	}
	if err := p.Body.OpenResponse(&f, &r, &resp); err != nil {
		return o, err
	}
	return opened{header: pairs(&resp.Header), body: string(resp.Body.Raw), encoding: resp.Body.Encoding}, nil
}

func (p Protocol) writeResponse(o opened) ([]byte, error) {
	var f codec.Frame
	var r onramp.Request
	var resp onramp.Response
	for _, kv := range o.header {
		resp.Header.Add(kv.key, kv.value)
	}
	resp.Body = onramp.Body{Raw: []byte(o.body), Encoding: o.encoding}
	r.Body.Encoding = o.encoding
	if p.Body.Response(&f, &r, &resp, nil) != nil {
		return nil, ErrNoForm
	}
	return p.write(&f, func(dst []byte) ([]byte, error) { return p.Body.AppendResponse(dst, &f, &r, &resp, nil) })
}

// write builds a frame as the engine does.
func (p Protocol) write(f *codec.Frame, content func([]byte) ([]byte, error)) ([]byte, error) {
	out, err := p.Append(nil, f)
	if err == nil && f.Content == nil {
		out, err = content(out)
	}
	if err != nil || p.Seal(out, f) != nil {
		return nil, ErrNoForm
	}
	return out, nil
}
