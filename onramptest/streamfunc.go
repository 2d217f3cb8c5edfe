package onramptest

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/onrampmesh/onramp"
)

// window is how many messages a stream of StreamFunc holds in each direction.
const window = 16

// StreamFunc answers streaming calls of target with what f does, as a server's
// handler would: it receives what the caller sends, and sends what the caller
// receives; what it returns ends the stream. f runs in a goroutine of its own; its
// context ends with the call, and at the latest with the test, which waits for f.
func StreamFunc[Req, Resp any](target string, f func(ctx context.Context, s *StreamSide[Req, Resp]) error) *Rule {
	r := newRule(target, nil)
	r.answer = func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		if !req.Kind.Streaming() {
			return nil, r.wrongf("it answers a stream, and the call is unary: use ReplyFunc")
		}
		w := openTalk(ctx, req, r)
		r.fake.routines.Go(func() {
			w.finish(f(w.ctx, &StreamSide[Req, Resp]{w}))
		})
		p := req.Reply()
		p.Stream = w
		return p, nil
	}
	return r
}

// StreamSide is the peer's side of a stream that StreamFunc answers. One
// goroutine may Send while another one Recvs.
type StreamSide[Req, Resp any] struct{ talk *talk }

// Recv returns the next message that the caller sent: what its pointer pointed to
// at that moment. io.EOF is the clean end.
func (s *StreamSide[Req, Resp]) Recv() (*Req, error) {
	w := s.talk
	select {
	case m := <-w.up:
		return received[Req](w, m)
	default:
	}
	select {
	case m := <-w.up:
		return received[Req](w, m)
	case <-w.halfClosed:
		select { // what was sent before
		case m := <-w.up:
			return received[Req](w, m)
		default:
			return nil, io.EOF
		}
	case <-w.ctx.Done():
		return nil, w.ctx.Err()
	}
}

func received[Req any](w *talk, m any) (*Req, error) {
	in := new(Req)
	b := onramp.Body{Value: m}
	if b.Decode(in) != nil {
		return nil, w.rule.wrongf("its function takes a %T, and the caller sends a %T", in, m)
	}
	return in, nil
}

// Send gives the caller a message. It waits until the caller receives it, or has
// received one of the 16 before it.
func (s *StreamSide[Req, Resp]) Send(msg *Resp) error {
	s.talk.begin()
	select {
	case s.talk.down <- shallow(msg):
		return nil
	case <-s.talk.ctx.Done():
		return s.talk.ctx.Err()
	}
}

// Request returns the call, with its header. It must not be changed.
func (s *StreamSide[Req, Resp]) Request() *onramp.Request { return s.talk.req }

// Header is what the caller gets as the header, and Trailer as the trailer, when
// they are set before the first Send and before the end.
func (s *StreamSide[Req, Resp]) Header() *onramp.Header { return &s.talk.header }

// Trailer is what the caller gets at the end.
func (s *StreamSide[Req, Resp]) Trailer() *onramp.Header { return &s.talk.trailer }

// talk is a stream with both sides; it is itself the caller's.
type talk struct {
	ctx      context.Context // the function's
	cancel   context.CancelFunc
	call     context.Context // the caller's
	req      *onramp.Request
	rule     *Rule
	up, down chan any

	begun      chan struct{} // the header is complete
	halfClosed chan struct{} // the caller sends no more
	over       chan struct{} // the function has returned err
	err        error

	header, trailer onramp.Header
	first           sync.Once
	closeSend       sync.Once
	ended           error // how the call ended; of the receiving goroutine
}

func openTalk(ctx context.Context, req *onramp.Request, r *Rule) *talk {
	w := &talk{
		call: ctx, req: req, rule: r, up: make(chan any, window), down: make(chan any, window),
		begun: make(chan struct{}), halfClosed: make(chan struct{}), over: make(chan struct{}),
	}
	ctx, cancel := within(ctx, req.Deadline)
	stop := context.AfterFunc(r.fake.ctx, cancel)
	w.ctx, w.cancel = ctx, func() { stop(); cancel() }
	if req.Body.Value != nil { // the first message, and of some streams the only one
		w.up <- shallow(req.Body.Value)
		if req.Kind == onramp.ServerStream {
			_ = w.CloseSend()
		}
	}
	return w
}

// within bounds ctx by a deadline, if there is one.
func within(ctx context.Context, deadline time.Time) (context.Context, context.CancelFunc) {
	if deadline.IsZero() {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, deadline)
}

// finish ends the stream with what the function returned.
func (w *talk) finish(err error) {
	w.begin()
	if w.err = io.EOF; err != nil {
		w.err = remote(w.req, err)
	}
	close(w.over)
	w.cancel()
}

// Send implements onramp.Stream.
func (w *talk) Send(msg any) error {
	select {
	case <-w.over:
		return io.EOF
	default:
	}
	select {
	case w.up <- shallow(msg):
		return nil
	case <-w.over:
		return io.EOF
	case <-w.ctx.Done():
		return io.EOF
	}
}

// CloseSend implements onramp.Stream.
func (w *talk) CloseSend() error {
	w.closeSend.Do(func() { close(w.halfClosed) })
	return nil
}

// Recv implements onramp.Stream.
func (w *talk) Recv(into any) error {
	if w.ended != nil {
		return w.ended
	}
	select {
	case m := <-w.down:
		return w.give(m, into)
	case <-w.over:
		return w.rest(into)
	case <-w.ctx.Done():
	}
	select {
	case <-w.over: // the function ended it at this moment
		return w.rest(into)
	default:
		return w.last(w.cutOff())
	}
}

// rest gives what was sent before the function returned, and then its word.
func (w *talk) rest(into any) error {
	select {
	case m := <-w.down:
		return w.give(m, into)
	default:
		return w.last(w.err)
	}
}

// cutOff is the error of a call whose context, deadline or test is over before the
// function.
func (w *talk) cutOff() error {
	if err := ended(w.call, w.req, onramp.Wire); err != nil {
		return err
	}
	return &onramp.Error{Code: onramp.Canceled, Origin: onramp.Wire, Target: w.req.Target(), Err: context.Canceled}
}

func (w *talk) give(m, into any) error {
	b := onramp.Body{Value: m}
	if b.Decode(into) != nil {
		return w.last(w.rule.wrongf("it sends a %T, and the caller wants a %T", m, into))
	}
	return nil
}

// last ends the call once; err is io.EOF for a good end.
func (w *talk) last(err error) error {
	w.ended = err
	w.cancel()
	if err == io.EOF {
		err = nil
	}
	w.req.End(onramp.Classify(err))
	return w.ended
}

// Header implements onramp.Stream.
func (w *talk) Header() (*onramp.Header, error) {
	select {
	case <-w.begun:
		return &w.header, nil
	case <-w.ctx.Done():
		return nil, w.cutOff()
	}
}

// Trailer implements onramp.Stream.
func (w *talk) Trailer() *onramp.Header {
	if w.ended == nil {
		return new(onramp.Header)
	}
	return &w.trailer
}

// begin lets the caller see the header.
func (w *talk) begin() { w.first.Do(func() { close(w.begun) }) }
