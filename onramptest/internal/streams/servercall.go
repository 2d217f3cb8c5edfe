package streams

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/onrampmesh/onramp"
)

// serverCall is one call on a server, and its onramp.Stream.
type serverCall struct {
	s      *server
	id     uint32
	req    onramp.Request
	reply  *onramp.Response // the request's own
	ctx    context.Context
	cancel context.CancelFunc

	in      chan []byte
	credit  chan struct{}
	half    chan struct{} // closed by CloseSend of the client
	closed  bool          // half is closed; of the reading goroutine
	begun   bool          // a unary call has its message; of the reading goroutine
	freed   bool          // its place was given back; guarded by s.mu
	opened  bool          // the header was sent; of the handler
	trailer onramp.Header
}

// init makes the call ready. left is the time to its deadline; 0 is none.
func (k *serverCall) init(left time.Duration) {
	now := time.Now()
	k.req.Start(now)
	k.req.Peer = onramp.Peer{Addr: k.s.nc.RemoteAddr().String(), Protocol: k.s.cfg.Name}
	if left > 0 {
		k.req.Deadline = now.Add(left)
		k.ctx, k.cancel = context.WithDeadline(k.s.ctx, k.req.Deadline)
	} else {
		k.ctx, k.cancel = context.WithCancel(k.s.ctx)
	}
	k.reply = k.req.Reply()
	k.in, k.half = make(chan []byte, window), make(chan struct{})
	k.credit = make(chan struct{}, window)
	for range window {
		k.credit <- struct{}{}
	}
	if k.req.Kind.Streaming() {
		k.req.Stream = k
	}
}

// take handles one frame of the call; the reading goroutine calls it.
func (k *serverCall) take(f frame) error {
	switch f.kind {
	case frameMessage:
		return k.takeMessage(f.payload)
	case frameCloseSend:
		if !k.closed {
			k.closed = true
			close(k.half)
		}
		return nil
	case frameCredit:
		return grant(k.credit, f.id)
	case frameCancel:
		k.cancel()
		if !k.begun && !k.req.Kind.Streaming() {
			k.s.forget(k) // it has not begun
		}
		return nil
	}
	return violation("call %d: a frame of kind %d from a client", f.id, f.kind)
}

func (k *serverCall) takeMessage(raw []byte) error {
	if k.closed || k.begun {
		return violation("call %d: a message after the last one", k.id)
	}
	if !k.req.Kind.Streaming() {
		k.begun = true
		k.req.Body = onramp.Received(raw, 0, k.s.cfg.Serializer)
		k.s.done.Go(k.run)
		return nil
	}
	select {
	case k.in <- raw:
		return nil
	default:
		return violation("call %d: more messages than the window of %d", k.id, window)
	}
}

// run calls the handler and answers.
func (k *serverCall) run() {
	defer k.s.forget(k)
	defer k.cancel()
	p, err := k.handle()
	k.s.free(k)
	if k.req.Kind != onramp.Oneway {
		err = k.answer(p, err)
	}
	if k.req.Kind.Streaming() {
		o := onramp.Classify(err)
		o.At = time.Now()
		o.Latency = o.At.Sub(k.req.Started())
		k.req.End(o)
	}
}

// handle calls the handler; a panic is an error.
func (k *serverCall) handle() (p *onramp.Response, err error) {
	defer func() {
		if v := recover(); v != nil {
			p, err = nil, &onramp.Error{Code: onramp.Internal, Target: k.req.Target(), Err: fmt.Errorf("the handler panicked: %v", v)}
		}
	}()
	return k.s.h(k.ctx, &k.req)
}

// answer sends the response and the status, and returns how the call ended.
func (k *serverCall) answer(p *onramp.Response, err error) error {
	if p == nil {
		p = k.reply
		p.Body = onramp.Body{}
	}
	var out []byte
	if err == nil {
		out, err = k.message(p)
	}
	if !k.opened {
		k.opened = true
		out = append(k.header(&p.Header), out...)
	}
	if p.Trailer.Len() > 0 {
		for key, v := range p.Trailer.All() {
			k.trailer.Add(key, v)
		}
	}
	status := encodeStatus(err, &k.trailer)
	if len(status) > metaMax {
		err = &onramp.Error{Code: onramp.Internal, Target: k.req.Target(), Err: errors.New("the trailer is too large")}
		status = encodeStatus(err, new(onramp.Header))
	}
	if e := k.s.w.send(appendFrame(out, frameEnd, k.id, status), k.ctx.Done()); e != nil && err == nil {
		err = k.lost()
	}
	return err
}

// message returns the frame of a response's body: of a unary call always, of a
// stream when there is one.
func (k *serverCall) message(p *onramp.Response) ([]byte, error) {
	if k.req.Kind.Streaming() && p.Body.Value == nil && p.Body.Raw == nil {
		return nil, nil
	}
	raw, err := k.s.cfg.encodeBody(&p.Body)
	if err != nil {
		return nil, &onramp.Error{Code: onramp.Internal, Target: k.req.Target(), Err: fmt.Errorf("the reply could not be encoded: %w", err)}
	}
	if k.req.Kind.Streaming() {
		select {
		case <-k.credit:
		case <-k.ctx.Done():
			return nil, k.lost()
		}
	}
	return appendFrame(nil, frameMessage, k.id, raw), nil
}

// header returns the header's frame, or nothing for a header that is empty or
// too large.
func (k *serverCall) header(h *onramp.Header) []byte {
	b := appendHeader(nil, h)
	if h.Len() == 0 || h.Len() > maxPairs || len(b) > metaMax {
		return nil
	}
	return appendFrame(nil, frameHeader, k.id, b)
}

// lost is the error of a call whose context has ended.
func (k *serverCall) lost() error {
	err := k.ctx.Err()
	if err == nil {
		err = errGone // the writer ended first
	}
	e := &onramp.Error{Code: onramp.Classify(err).Code, Origin: onramp.Wire, Target: k.req.Target(), Err: err}
	if e.Code == onramp.Unknown || errors.Is(context.Cause(k.ctx), errGone) {
		e.Code, e.Err = onramp.Unavailable, errGone
	}
	return e
}

// Send implements onramp.Stream. The first one sends the header of the request's
// Reply along.
func (k *serverCall) Send(msg any) error {
	raw, err := k.s.cfg.encode(msg)
	if err != nil {
		return err
	}
	select {
	case <-k.credit:
	case <-k.ctx.Done():
	}
	if k.ctx.Err() != nil {
		return k.lost()
	}
	var out []byte
	if !k.opened {
		k.opened = true
		out = k.header(&k.reply.Header)
	}
	if k.s.w.send(appendFrame(out, frameMessage, k.id, raw), k.ctx.Done()) != nil {
		return k.lost()
	}
	return nil
}

// CloseSend implements onramp.Stream. A server's stream ends when the handler
// returns.
func (k *serverCall) CloseSend() error { return nil }

// Recv implements onramp.Stream.
func (k *serverCall) Recv(into any) error {
	if k.ctx.Err() != nil {
		return k.lost()
	}
	raw, err := k.next()
	if err != nil {
		return err
	}
	_ = k.s.w.put(appendFrame(nil, frameCredit, k.id, nil))
	if err := k.s.cfg.decode(raw, into); err != nil {
		return &onramp.Error{Code: onramp.InvalidArgument, Target: k.req.Target(), Err: err}
	}
	return nil
}

func (k *serverCall) next() ([]byte, error) {
	select {
	case raw := <-k.in:
		return raw, nil
	default:
	}
	select {
	case raw := <-k.in:
		return raw, nil
	case <-k.half:
	case <-k.ctx.Done():
		return nil, k.lost()
	}
	select {
	case raw := <-k.in: // it came before the end
		return raw, nil
	default:
		return nil, io.EOF
	}
}

// Header implements onramp.Stream.
func (k *serverCall) Header() (*onramp.Header, error) { return &k.req.Header, nil }

// Trailer implements onramp.Stream.
func (k *serverCall) Trailer() *onramp.Header { return &k.trailer }
