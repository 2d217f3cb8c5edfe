package client

import (
	"context"
	"fmt"

	"github.com/onrampmesh/onramp"
)

// Method is one method of a service, resolved once. Req and Resp are the
// messages' types without a pointer; both may be []byte for encoded messages.
// Many goroutines may Call at once.
type Method[Req, Resp any] struct {
	*bound
	err error
	raw bool
}

// MethodOf returns the method that target names, to be called with d: a Client,
// or an onramp.Handler in a test. A wrong target, and a message's type that is a
// pointer, is kept: Err and every Call return it.
func MethodOf[Req, Resp any](d Doer, target string, opts ...MethodOption) *Method[Req, Resp] {
	m := &Method[Req, Resp]{}
	if m.err = checkMessages[Req, Resp](target); m.err != nil {
		return m
	}
	m.bound, m.err = bind(d, target, opts)
	_, m.raw = any((*Req)(nil)).(*[]byte)
	return m
}

// Err returns what is wrong with the target, or nil.
func (m *Method[Req, Resp]) Err() error { return m.err }

// Call sends in and returns the reply. It ends by ctx, and by the deadline: the
// context's, or when that has none the method's (Timeout) or the policy's, which is 1 s
// by default. Every error
// is an *onramp.Error. CallWith also sends and reads headers.
func (m *Method[Req, Resp]) Call(ctx context.Context, in *Req) (*Resp, error) {
	if m.err != nil {
		return nil, m.err
	}
	req := m.request(in)
	resp, err := m.do(ctx, req)
	out, err := reply[Resp](resp, err, req)
	req.Reset()
	m.requests.Put(req)
	return out, err
}

// request returns a pooled request that carries in.
func (m *Method[Req, Resp]) request(in *Req) *onramp.Request {
	req := m.requests.Get().(*onramp.Request)
	m.fill(req)
	if m.raw && in != nil {
		req.Body.Raw = *any(in).(*[]byte)
	} else {
		req.Body.Value = in
	}
	return req
}

// Call makes one call to the method that target names. It is the convenience over
// MethodOf, which spares looking the target up and can say more of the method. in is a
// pointer to the message, Resp the reply's type without one.
func Call[Resp any](ctx context.Context, d Doer, target string, in any) (*Resp, error) {
	if err := checkMessage[Resp](target, "Resp"); err != nil {
		return nil, err
	}
	if c, ok := d.(*Client); ok && c != nil {
		m, err := c.read(target)
		if err != nil {
			return nil, err
		}
		req := c.pool.Get().(*onramp.Request)
		m.fill(req)
		req.Body.Value = in
		resp, err := m.do(ctx, req)
		out, err := reply[Resp](resp, err, req)
		req.Reset()
		c.pool.Put(req)
		return out, err
	}
	b, err := bind(d, target, nil)
	if err != nil {
		return nil, err
	}
	req := new(onramp.Request)
	b.fill(req)
	req.Body.Value = in
	resp, err := b.do(ctx, req)
	return reply[Resp](resp, err, req)
}

// reply decodes what came back, once and above every retry, and gives its buffer
// back.
func reply[Resp any](resp *onramp.Response, err error, req *onramp.Request) (*Resp, error) {
	if resp == nil {
		return nil, err
	}
	defer resp.Body.Release()
	if err != nil {
		return nil, err
	}
	out := new(Resp)
	if req.Kind == onramp.Oneway {
		return out, nil
	}
	if err := resp.Body.Decode(out); err != nil {
		return nil, unreadable(err, req, out)
	}
	return out, nil
}

// unreadable is the error of a call that ran and whose reply could not be decoded.
func unreadable(err error, req *onramp.Request, into any) error {
	e := onramp.Error{Code: onramp.Internal}
	if own, ok := err.(*onramp.Error); ok {
		e = *own
	}
	e.Origin, e.Target = onramp.Remote, req.Target()
	if n := len(req.Attempt.Tried); n > 0 && e.Endpoint == "" {
		e.Endpoint = req.Attempt.Tried[n-1] // its key, which is the address unless discovery gave it an ID
	}
	e.Err = fmt.Errorf("the reply could not be decoded into %T: %w", into, err)
	return &e
}
