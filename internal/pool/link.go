package pool

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// Loan is a connection that Get or Wait lent to one call.
type Loan struct {
	link *link
	// queued: the borrower stood in line for it.
	queued bool
}

// RoundTrip sends the call, see codec.Conn. A connection that turns out to be
// closed before anything of the call was sent says nothing about the endpoint: the
// loan is changed for another one, and the call is sent on that.
func (l *Loan) RoundTrip(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
	resp, err := l.send(ctx, req)
	for range l.link.pool.cfg.MaxConns {
		if err == nil || !l.dead(err) || !l.change(ctx, req) {
			break
		}
		start := req.Attempt.Start
		req.Attempt.Start = time.Now()
		resp, err = l.send(ctx, req)
		req.Attempt.Start = start
	}
	return resp, err
}

func (l *Loan) send(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
	resp, err := l.link.conn.RoundTrip(ctx, req)
	if !l.link.answered.Load() && req.Kind == onramp.Unary && onramp.Classify(err).Origin == onramp.Remote {
		l.link.answered.Store(true)
	}
	return resp, err
}

// dead reports whether err says that the connection takes no calls any more, and
// that nothing of this one was sent.
func (l *Loan) dead(err error) bool {
	if e := onramp.AsError(err); e.Origin != onramp.Local || e.Code != onramp.Unavailable {
		return false
	}
	_, s := l.link.conn.Load()
	return s == codec.Closed
}

// change takes another connection in the place of a dead one. It waits for one no
// longer than a dial takes.
func (l *Loan) change(ctx context.Context, req *onramp.Request) bool {
	p := l.link.pool
	other, s := p.Get()
	if s != Ready {
		until := time.Now().Add(p.cfg.ConnectTimeout)
		if d := req.Deadline; !d.IsZero() && d.Before(until) {
			until = d
		}
		var err error
		if other, err = p.Wait(ctx, until); err != nil {
			return false
		}
	}
	l.Done()
	*l = other
	return true
}

// Done gives the connection back when its call, or stream, has ended. It is
// called once.
func (l *Loan) Done() {
	p := l.link.pool
	if l.queued {
		l.link.queued.Add(-1)
	}
	if p.exclude {
		l.link.release()
	}
	if p.list.Load().waiting {
		p.dispatch()
	}
}

// link is a connection of the pool.
type link struct {
	conn codec.Conn
	pool *Pool
	// capacity is the most room that was ever seen.
	capacity atomic.Int32
	// queued counts the loans to those who stood in line. Such a borrower may not
	// have begun its call yet, so its room can look free.
	queued atomic.Int32
	// busy: lent, when the codec carries one call at a time.
	busy atomic.Bool
	// used is set by each loan and cleared by the idle timer.
	used atomic.Bool
	// answered: the peer answered a call, so the connection was a good one.
	answered atomic.Bool
	// replaced is closed when a younger connection takes over.
	replaced chan struct{}
	// expired: past its age, waits for the younger one. The pool's lock guards it.
	expired bool
}

// abandoned reports whether the connection is closed and its peer is not to blame.
func (c *link) abandoned() bool {
	a, ok := c.conn.(codec.Abandoner)
	return ok && a.Abandoned()
}

// room returns how many calls the connection takes now; ok is false when it
// takes no more calls ever.
func (c *link) room() (n int, ok bool) {
	n, s := c.conn.Load()
	if q := c.queued.Load(); q > 0 {
		n = min(n, int(c.capacity.Load()-q))
	}
	return n, s == codec.Ready
}

// touch notes that the connection is in use. It writes only once between two
// looks of the idle timer, so that callers do not fight for the cache line.
func (c *link) touch() {
	if !c.used.Load() {
		c.used.Store(true)
	}
}

// take reserves a connection that carries one call at a time.
func (c *link) take() bool {
	if c.busy.Load() || !c.busy.CompareAndSwap(false, true) {
		return false
	}
	c.pool.inUse.Add(1)
	return true
}

func (c *link) release() {
	c.busy.Store(false)
	c.pool.inUse.Add(-1)
}

// lend gives the connection to somebody who stood in line, if it has room. The
// pool's lock is held.
func (c *link) lend() bool {
	c.measure()
	n, ok := c.room()
	if !ok || n <= 0 || c.pool.exclude && !c.take() {
		return false
	}
	c.queued.Add(1)
	c.touch()
	return true
}

// measure notes the connection's size, which a protocol may announce late.
func (c *link) measure() {
	if n, _ := c.conn.Load(); n > int(c.capacity.Load()) {
		c.capacity.Store(int32(min(n, 1<<30)))
	}
}

// idle reports whether the connection carries no call and carried none since the
// previous look.
func (c *link) idle() bool {
	n, _ := c.conn.Load()
	return !c.used.Swap(false) && n >= int(c.capacity.Load())
}
