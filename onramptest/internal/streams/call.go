package streams

import (
	"context"
	"io"
	"time"

	"github.com/onrampmesh/onramp"
)

// call is one call of a client connection, and its onramp.Stream.
type call struct {
	c      *Conn
	id     uint32
	req    *onramp.Request
	target string
	begun  time.Time
	ctx    context.Context // the caller's, with the call's deadline
	cancel context.CancelFunc
	stop   func() bool // keeps cancelled from being called; streams

	in     chan []byte   // messages that were not received yet
	credit chan struct{} // messages that may be sent
	sent   bool          // CloseSend was called
	opened chan struct{} // closed when header stands
	done   chan struct{} // closed when status stands: the call has ended
	header onramp.Header

	trailer onramp.Header
	status  *onramp.Error // nil is OK
	here    bool          // this side ended it

	// The connection's lock guards these.
	ended, answered, finished bool
	final                     error // of Recv, once finished
}

func newCall(ctx context.Context, c *Conn, req *onramp.Request) *call {
	k := &call{
		c: c, req: req, target: req.Target(), begun: time.Now(),
		in: make(chan []byte, window), credit: make(chan struct{}, window),
		opened: make(chan struct{}), done: make(chan struct{}),
	}
	for range window {
		k.credit <- struct{}{}
	}
	if req.Deadline.IsZero() {
		k.ctx, k.cancel = context.WithCancel(ctx)
	} else {
		k.ctx, k.cancel = context.WithDeadline(ctx, req.Deadline)
	}
	return k
}

// take handles one frame of the call; the reading goroutine calls it.
func (k *call) take(f frame) error {
	switch f.kind {
	case frameHeader:
		return k.takeHeader(f.payload)
	case frameMessage:
		select {
		case k.in <- f.payload:
			return nil
		default:
			return violation("call %d: more messages than the window of %d", f.id, window)
		}
	case frameCredit:
		return grant(k.credit, f.id)
	case frameEnd:
		var trailer onramp.Header
		status, err := readStatus(f.payload, &trailer)
		if err != nil {
			return violation("call %d: a bad status: %w", f.id, err)
		}
		if status != nil {
			status.Target = k.target
		}
		k.endWith(status, &trailer, false)
		return nil
	}
	return violation("call %d: a frame of kind %d from a server", f.id, f.kind)
}

func (k *call) takeHeader(b []byte) error {
	k.c.mu.Lock()
	defer k.c.mu.Unlock()
	if k.answered {
		if k.ended {
			return nil
		}
		return violation("call %d: a second header", k.id)
	}
	cur := cursor{b: b}
	cur.header(&k.header)
	k.answered = true
	close(k.opened)
	if err := cur.end(); err != nil {
		return violation("call %d: a bad header: %w", k.id, err)
	}
	return nil
}

// grant adds one message to a window.
func grant(credit chan struct{}, id uint32) error {
	select {
	case credit <- struct{}{}:
		return nil
	default:
		return violation("call %d: more credit than the window of %d", id, window)
	}
}

// end ends the call once and frees its place; here says that it was this side.
func (k *call) end(status *onramp.Error, here bool) bool { return k.endWith(status, nil, here) }

func (k *call) endWith(status *onramp.Error, trailer *onramp.Header, here bool) bool {
	k.c.mu.Lock()
	defer k.c.mu.Unlock()
	if k.ended {
		return false
	}
	k.ended, k.status, k.here = true, status, here
	if trailer != nil {
		k.trailer.CopyFrom(trailer)
	}
	if !k.answered {
		k.answered = true
		close(k.opened)
	}
	close(k.done)
	k.c.release()
	return true
}

// cancelled runs when the context of a stream has ended.
func (k *call) cancelled() {
	defer k.c.done.Done()
	_ = k.finish(k.giveUp())
}

// giveUp ends a call by its context.
func (k *call) giveUp() *onramp.Error {
	err := k.ctx.Err()
	e := &onramp.Error{Code: onramp.Classify(err).Code, Origin: onramp.Wire, Target: k.target, Err: err}
	if k.end(e, true) {
		_ = k.c.w.put(appendFrame(nil, frameCancel, k.id, nil))
	}
	return e
}

// forget takes the call out of the connection's table.
func (k *call) forget() {
	k.c.mu.Lock()
	defer k.c.mu.Unlock()
	delete(k.c.calls, k.id)
}

// finish tells the observers of a stream how it ended, once, and returns what
// Recv returns from then on. A nil status is a good end.
func (k *call) finish(status *onramp.Error) error {
	err, outcome := io.EOF, onramp.Outcome{}
	if status != nil {
		err, outcome = status, onramp.Classify(status)
	}
	k.c.mu.Lock()
	if k.finished {
		defer k.c.mu.Unlock()
		return k.final
	}
	k.finished, k.final = true, err
	delete(k.c.calls, k.id)
	k.c.mu.Unlock()
	if k.stop == nil {
		return err // unary: the caller of RoundTrip tells
	}
	if k.stop() {
		defer k.c.done.Done()
	}
	k.cancel()
	outcome.At = time.Now()
	outcome.Latency = outcome.At.Sub(k.began())
	k.req.End(outcome)
	return err
}

func (k *call) began() time.Time {
	if t := k.req.Started(); !t.IsZero() {
		return t
	}
	return k.begun
}
