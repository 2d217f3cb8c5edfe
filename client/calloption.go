package client

import (
	"context"

	"github.com/onrampmesh/onramp"
)

// CallOption says more about one call, or asks more of it.
type CallOption struct {
	before func(*onramp.Request)
	after  func(*onramp.Response, error)
}

// Header adds a pair to the header that the call sends, beside those of the same key.
// A server reads it with server.RequestOf.
func Header(key, value string) CallOption {
	return CallOption{before: func(req *onramp.Request) { req.Header.Add(key, value) }}
}

// ReplyHeader copies the reply's header into h, and behind it the pairs of the
// trailer. When the call fails, h is what the peer sent along with its error. What h
// held is gone.
func ReplyHeader(h *onramp.Header) CallOption {
	return CallOption{after: func(resp *onramp.Response, err error) {
		h.Reset()
		if resp != nil {
			merge(h, &resp.Header)
			merge(h, &resp.Trailer)
		}
		if err == nil {
			return
		}
		if e := onramp.AsError(err); e.Header != nil && h.Len() == 0 {
			merge(h, e.Header)
		}
	}}
}

// merge copies the pairs of a header, which may be a view of a frame.
func merge(into, from *onramp.Header) {
	for k, v := range from.All() {
		into.Add(k, v)
	}
}

// CallWith is Call with options for this one call:
//
//	var got onramp.Header
//	out, err := sayHello.CallWith(ctx, in, client.Header("tenant", "acme"), client.ReplyHeader(&got))
func (m *Method[Req, Resp]) CallWith(ctx context.Context, in *Req, opts ...CallOption) (*Resp, error) {
	if m.err != nil {
		return nil, m.err
	}
	req := m.request(in)
	prepare(req, opts)
	resp, err := m.do(ctx, req)
	for i := range opts {
		if opts[i].after != nil {
			opts[i].after(resp, err)
		}
	}
	out, err := reply[Resp](resp, err, req)
	req.Reset()
	m.requests.Put(req)
	return out, err
}

// OpenWith is Open with options for this one call. The reply's header is the
// stream's own to tell: Stream.Header and Stream.Trailer.
func (m *StreamMethod[Req, Resp]) OpenWith(ctx context.Context, opts ...CallOption) (*Stream[Req, Resp], error) {
	if m.err != nil {
		return nil, m.err
	}
	req := new(onramp.Request) // it lives as long as the stream
	m.fill(req)
	prepare(req, opts)
	return m.open(ctx, req)
}

func prepare(req *onramp.Request, opts []CallOption) {
	for i := range opts {
		if opts[i].before != nil {
			opts[i].before(req)
		}
	}
}
