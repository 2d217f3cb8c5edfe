package streams

import (
	"context"
	"errors"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// RoundTrip implements codec.Conn. A streaming call is open when its first frame
// is handed to the writer: whether the peer takes it is learnt by Recv. The body
// of a streaming request, when there is one, is its first message, and of a
// ServerStream the only one.
func (c *Conn) RoundTrip(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
	k, err := c.open(ctx, req)
	if err != nil {
		e := onramp.AsError(err)
		e.Target = req.Target()
		return nil, e
	}
	switch {
	case req.Kind == onramp.Oneway:
		return k.oneway()
	case req.Kind.Streaming():
		p := req.Reply()
		p.Stream = k
		return p, nil
	}
	defer k.cancel()
	return k.wait()
}

// open takes a place and hands the call's first frames to the writer.
func (c *Conn) open(ctx context.Context, req *onramp.Request) (*call, error) {
	raw, err := c.cfg.encodeBody(&req.Body)
	if err != nil {
		return nil, err
	}
	k := newCall(ctx, c, req)
	if err := k.ctx.Err(); err != nil {
		k.cancel()
		return nil, local(onramp.Classify(err).Code, err)
	}
	c.w.room(k.ctx.Done())
	if err := c.enter(k, raw); err != nil {
		k.cancel()
		return nil, err
	}
	return k, nil
}

// enter is open under the lock, so that calls are numbered as they are sent.
func (c *Conn) enter(k *call, raw []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.admit(k); err != nil {
		return err
	}
	k.id = c.last + 1
	frames, err := k.opening(raw)
	if err != nil {
		return err
	}
	if err := c.w.put(frames); err != nil {
		return local(onramp.Unavailable, err)
	}
	c.last = k.id
	if k.req.Kind == onramp.Oneway {
		return nil
	}
	c.active++
	c.calls[k.id] = k
	if k.req.Kind.Streaming() {
		c.done.Add(1) // until finish, or the end of cancelled
		k.stop = context.AfterFunc(k.ctx, k.cancelled)
	}
	return nil
}

// admit says why a call may not begin. c.mu is held.
func (c *Conn) admit(k *call) error {
	switch {
	case c.state == codec.Closed:
		return local(onramp.Unavailable, c.err)
	case c.state == codec.Draining:
		return local(onramp.Unavailable, errDraining)
	case c.active >= c.cfg.MaxCalls:
		return local(onramp.ResourceExhausted, errFull)
	case k.ctx.Err() != nil:
		return local(onramp.Classify(k.ctx.Err()).Code, k.ctx.Err())
	}
	return nil
}

// opening returns the frames that a call begins with.
func (k *call) opening(raw []byte) ([]byte, error) {
	var left time.Duration
	if !k.req.Deadline.IsZero() {
		left = max(1, time.Until(k.req.Deadline))
	}
	meta := encodeOpening(k.req, left)
	if len(meta) > metaMax || k.req.Header.Len() > maxPairs {
		return nil, local(onramp.InvalidArgument, errors.New("the header is too large"))
	}
	out := appendFrame(nil, frameOpen, k.id, meta)
	streaming := k.req.Kind.Streaming()
	if !streaming || k.req.Body.Value != nil || k.req.Body.Raw != nil {
		out = appendFrame(out, frameMessage, k.id, raw)
		<-k.credit
		if k.req.Kind == onramp.ServerStream {
			out = appendFrame(out, frameCloseSend, k.id, nil)
			k.sent = true
		}
	}
	return out, nil
}

// oneway ends a call when it is written.
func (k *call) oneway() (*onramp.Response, error) {
	defer k.cancel()
	if k.c.w.flush(k.ctx.Done()) {
		return k.req.Reply(), nil
	}
	e := &onramp.Error{Code: onramp.Unavailable, Origin: onramp.Wire, Target: k.target, Err: errGone}
	if err := k.ctx.Err(); err != nil {
		e.Code, e.Err = onramp.Classify(err).Code, err
	}
	return nil, e
}

// wait returns a unary call's response.
func (k *call) wait() (*onramp.Response, error) {
	select {
	case <-k.done:
	case <-k.ctx.Done():
		_ = k.giveUp()
	}
	<-k.done
	k.forget()
	p := k.req.Reply()
	p.Header.CopyFrom(&k.header)
	p.Trailer.CopyFrom(&k.trailer)
	if k.status != nil {
		return p, k.status
	}
	select {
	case raw := <-k.in:
		p.Body = onramp.Received(raw, 0, k.c.cfg.Serializer)
		return p, nil
	default:
		return p, &onramp.Error{Code: onramp.Internal, Target: k.target, Err: errors.New("the peer answered without a message")}
	}
}
