package mux

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

var (
	errExpired = errors.New("the deadline passed before the call was sent")
	errNoReply = errors.New("no reply before the deadline")
	errState   = errors.New("the connection takes no new calls")
	errFull    = errors.New("the connection is full")
)

// RoundTrip implements codec.Conn.
func (c *Conn) RoundTrip(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
	now := req.Attempt.Start
	if now.IsZero() {
		now = time.Now()
	}
	var err error
	if c.look(now) {
		if now, err = c.prove(ctx, req, now); err != nil {
			return nil, err
		}
	}
	p, err := c.begin(ctx, req, now)
	if err != nil {
		return nil, err
	}
	id := c.table.id(p)
	if err := c.encode(p, id, req, now); err != nil {
		return nil, err
	}
	deadline := c.epoch.at(req.Deadline)
	p.began = c.epoch.at(now)
	p.arm(id, deadline)
	c.sweep.watch(min(deadline, p.began+quickCall))
	if err := c.send(ctx, p); err != nil {
		return nil, c.unsent(p, id, err)
	}
	p.release()
	if req.Kind == onramp.Oneway {
		return c.oneway(p, id, req)
	}
	c.await(ctx, p, id, now)
	return c.finish(p, id, req)
}

// begin checks that the call can be sent now and takes a place for it.
func (c *Conn) begin(ctx context.Context, req *onramp.Request, now time.Time) (*pending, error) {
	if err := ctx.Err(); err != nil {
		return nil, &onramp.Error{Code: onramp.Classify(err).Code, Origin: onramp.Local, Err: err}
	}
	if !req.Deadline.IsZero() && !now.Before(req.Deadline) {
		return nil, &onramp.Error{Code: onramp.DeadlineExceeded, Origin: onramp.Local, Err: errExpired}
	}
	if req.Kind.Streaming() {
		return nil, &onramp.Error{Code: onramp.Unimplemented, Origin: onramp.Local, Err: fmt.Errorf("protocol %s has no streams", c.framer.Name())}
	}
	p := c.take()
	if p != nil {
		c.inflight.Add(1) // before the look at the state: a drain sees the call, or the call sees the drain
	}
	if s := codec.ConnState(c.state.Load()); s != codec.Ready {
		if p != nil {
			c.drop(p)
		}
		return nil, &onramp.Error{Code: onramp.Unavailable, Origin: onramp.Local, Err: fmt.Errorf("%w: it is %s", errState, s)}
	}
	if p == nil {
		return nil, &onramp.Error{Code: onramp.ResourceExhausted, Origin: onramp.Local, Err: fmt.Errorf("%w: %d calls are under way, see framed.MaxInFlight", errFull, c.table.limit)}
	}
	c.calls.Add(1)
	return p, nil
}

// take takes a place. When there is none it asks to be told of the next one, and
// looks once more, because one may have come back in between.
func (c *Conn) take() *pending {
	if p := c.table.take(); p != nil {
		return p
	}
	c.full.Store(true)
	return c.table.take()
}

// drop ends a call of which nothing was sent.
func (c *Conn) drop(p *pending) {
	c.completed()
	c.put(p)
}

// put gives a place back.
func (c *Conn) put(p *pending) {
	p.reply, p.err = nil, nil
	p.frame.Reset() // it views the reply
	c.table.give(p)
	c.roomAgain()
}

// encode builds the request's frame in p.out. When it fails, or when the body or
// its serializer panics, which is left to the caller, the call is dropped.
func (c *Conn) encode(p *pending, id uint64, req *onramp.Request, now time.Time) error {
	encoded := false
	defer func() {
		if !encoded {
			c.drop(p)
		}
	}()
	f := &p.frame
	f.ID = id
	if !req.Deadline.IsZero() {
		f.Timeout = req.Deadline.Sub(now)
	}
	p.out = outs.Get().(*out)
	b, err := appendRequest(p.out.b[:0], c.framer, c.body, f, req)
	p.out.b = b
	if encoded = err == nil; encoded {
		return nil
	}
	e := *onramp.AsError(err)
	e.Origin = onramp.Local
	if e.Code == onramp.Unknown {
		e.Code = onramp.InvalidArgument
	}
	return &e
}

func appendRequest(dst []byte, framer codec.Framer, body codec.Body, f *codec.Frame, req *onramp.Request) ([]byte, error) {
	if err := body.Request(f, req); err != nil {
		return dst, err
	}
	dst, err := framer.Append(dst, f)
	if err != nil {
		return dst, err
	}
	if f.Content == nil {
		if dst, err = body.AppendRequest(dst, f, req); err != nil {
			return dst, err
		}
	}
	return dst, framer.Seal(dst, f)
}

// finish turns the reply into a response.
func (c *Conn) finish(p *pending, id uint64, req *onramp.Request) (*onramp.Response, error) {
	if p.err != nil {
		err := p.err
		if codec.ConnState(c.state.Load()) == codec.Closed {
			c.put(p)
		} else {
			if errors.Is(err, errNoReply) {
				c.doubt(p)
			}
			c.abandon(p, id)
		}
		return nil, err
	}
	reply := p.reply
	resp, err := c.open(&p.frame, reply.B, req)
	if resp != nil && err != nil {
		// The error may carry views of the reply, and may be kept: they are of a copy.
		own := bytes.Clone(reply.B)
		reply.Release()
		resp, err = c.open(&p.frame, own, req)
	}
	c.put(p)
	if resp == nil {
		c.fail(err)
		return nil, &onramp.Error{Code: onramp.Internal, Origin: onramp.Wire, Err: fmt.Errorf("bad reply: %w", err)}
	}
	if err != nil {
		return resp, onramp.AsError(err)
	}
	resp.Body.Own(reply)
	return resp, nil
}

// open makes a response of a reply's frame. Without one the frame was bad.
func (c *Conn) open(f *codec.Frame, frame []byte, req *onramp.Request) (resp *onramp.Response, err error) {
	defer c.guard(&resp, &err)
	f.Reset()
	if err := c.framer.Decode(frame, f); err != nil {
		return nil, fmt.Errorf("bad frame: %w", err)
	}
	if d, ok := c.body.(codec.Drainer); ok && f.Status != 0 && d.DrainSignal(f) {
		c.goAway()
	}
	resp = req.Reply()
	return resp, c.body.OpenResponse(f, req, resp)
}
