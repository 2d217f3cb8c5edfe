package mux

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// Who reads. One goroutine at a time holds the role: a lone caller, who then
// gets its reply without a goroutine switch, or the connection's goroutine,
// which keeps the role as long as several calls are under way and while the
// connection is idle, so that a close, a go-away and heartbeats are seen.
const (
	nobody uint32 = iota
	caller
	goroutine
)

const (
	// leadSlice bounds one read of a caller, who then looks at its context.
	leadSlice = 10 * time.Millisecond
	// loneStreak is how many replies in a row must leave nothing under way before
	// the goroutine lets a caller read.
	loneStreak = 4
	// idleAfter is how long after the last call the goroutine takes the role.
	idleAfter = 5 * time.Millisecond
)

// await returns when p has ended.
func (c *Conn) await(ctx context.Context, p *pending, id uint64, now time.Time) {
	if c.role.CompareAndSwap(nobody, caller) {
		c.lead(ctx, p, id, now)
		return
	}
	done := ctx.Done()
	if done == nil {
		<-p.done
		return
	}
	select {
	case <-p.done:
	case <-done:
		c.giveUp(p, id, canceled(ctx))
	}
}

// canceled is the error of a call whose context ended.
func canceled(ctx context.Context) *onramp.Error {
	err := ctx.Err()
	e := &onramp.Error{Code: onramp.Classify(err).Code, Origin: onramp.Wire, Err: err}
	if e.Code == onramp.DeadlineExceeded {
		e.Err = fmt.Errorf("%w: %w", errNoReply, err)
	}
	return e
}

// giveUp ends p with err, unless somebody else just ended it.
func (c *Conn) giveUp(p *pending, id uint64, err *onramp.Error) {
	if p.end(id, nil, err, true) {
		c.completed()
		return
	}
	<-p.done
}

// lead reads for all until p has ended.
func (c *Conn) lead(ctx context.Context, p *pending, id uint64, now time.Time) {
	defer c.leave()
	for p.state.Load() == id<<stateBits|waiting {
		err := c.fillBy(now, p)
		if err == nil {
			var own bool
			if own, _, err = c.dispatch(p); own {
				if err != nil { // behind the reply
					c.readFailed(err)
				}
				return
			}
		} else if errors.Is(err, os.ErrDeadlineExceeded) {
			c.readBy = time.Time{} // it may have been the heartbeat's doing
			if now, err = time.Now(), nil; c.epoch.at(now) >= p.deadline.Load() {
				c.giveUp(p, id, expired())
				return
			}
		}
		if err != nil {
			c.readFailed(err)
			break
		}
		if ctx.Err() != nil {
			c.giveUp(p, id, canceled(ctx))
			return
		}
	}
	<-p.done // somebody else ended it
}

// fillBy reads once, for at most leadSlice or until p's deadline. The read
// deadline is set anew only when the old one is too far or too near.
func (c *Conn) fillBy(now time.Time, p *pending) error {
	by := now.Add(leadSlice)
	if d := p.deadline.Load(); d < c.epoch.at(by) {
		by = c.epoch.time(d).Add(time.Microsecond) // the sweeper is first, if it is in time
	}
	if c.readBy.IsZero() || c.readBy.After(by) || by.Sub(c.readBy) > leadSlice/2 {
		c.readBy = by
		_ = c.nc.SetReadDeadline(by)
	}
	return c.fill(false)
}

// fill reads once and notes that the peer was heard.
func (c *Conn) fill(quiet bool) error {
	if err := c.r.fill(quiet); err != nil {
		return err
	}
	c.heard.Add(1)
	if c.w.unheard.Load() != 0 {
		c.w.unheard.Store(0)
	}
	return nil
}

// leave gives the role back, and wakes the goroutine when somebody waits.
func (c *Conn) leave() {
	c.role.Store(nobody)
	if c.inflight.Load() > 0 {
		c.wake()
	}
}

func (c *Conn) wake() {
	select {
	case c.kick <- struct{}{}:
	default:
	}
}

// loop is the connection's goroutine.
func (c *Conn) loop() {
	defer c.done.Done()
	idle := time.NewTimer(idleAfter)
	defer idle.Stop()
	seen := c.calls.Load()
	var quiet bool
	for {
		select {
		case <-c.closing:
			return
		case <-c.kick:
			quiet = false
		case <-idle.C:
			quiet = true
			if n := c.calls.Load(); n != seen {
				seen = n
				idle.Reset(idleAfter)
				continue
			}
		}
		if c.role.CompareAndSwap(nobody, goroutine) {
			if err := c.readOn(quiet); err != nil {
				c.readFailed(err)
				return
			}
			c.leave()
		}
		seen = c.calls.Load()
		idle.Reset(idleAfter)
	}
}

// readOn reads until one caller alone has come back again and again: it can
// read for itself then. While several call, a moment without calls is no reason
// to hand the role over. quiet says that nothing is expected.
func (c *Conn) readOn(quiet bool) error {
	c.readForever()
	for lone := 0; lone < loneStreak; {
		c.holding.Store(!quiet)
		if err := c.fill(quiet); errors.Is(err, os.ErrDeadlineExceeded) {
			c.readForever() // the heartbeat asks to wait without a large buffer
			quiet = c.inflight.Load() == 0
			continue
		} else if err != nil {
			return err
		}
		_, n, err := c.dispatch(nil)
		if err != nil {
			return err
		}
		quiet = false
		if lone++; n != 1 || c.left > 0 || c.r.partial() {
			lone = 0
		}
	}
	return nil
}

// readForever takes the read deadline away.
func (c *Conn) readForever() {
	c.readBy = time.Time{}
	_ = c.nc.SetReadDeadline(time.Time{})
}

// dispatch hands out every whole frame that was read, n of them replies. own says
// that self was among them.
func (c *Conn) dispatch(self *pending) (own bool, n int, err error) {
	defer c.guard(nil, &err)
	for {
		frame, err := c.r.next()
		if frame == nil || err != nil {
			return own, n, err
		}
		var kind codec.FrameKind
		var id uint64
		if c.corr != nil {
			kind, id = c.corr.Correlate(frame)
		} else {
			c.scratch.Reset()
			if err := c.framer.Decode(frame, &c.scratch); err != nil {
				return own, n, fmt.Errorf("bad frame: %w", err)
			}
			kind, id = c.scratch.Kind, c.scratch.ID
		}
		switch kind {
		case codec.Response:
			var mine bool
			if mine, err = c.deliver(frame, id, self); err != nil {
				return own, n, err
			}
			own, n = own || mine, n+1
		case codec.Heartbeat:
			if err = c.heartbeat.answer(frame); err != nil {
				return own, n, err
			}
		case codec.GoAway:
			c.goAway()
		}
	}
}

// deliver stores a reply with the call it belongs to.
func (c *Conn) deliver(frame []byte, id uint64, self *pending) (own bool, err error) {
	p, id, err := c.match(id)
	if p == nil || err != nil {
		return false, err
	}
	if p.claim(id, waiting) {
		b := NewBuffer(len(frame))
		copy(b.B, frame)
		c.left = c.completed() // before the caller can begin its next call
		p.settle(id, b, nil, p == self)
		return p == self, nil
	}
	if c.forget(p, id) {
		c.strays.late()
		c.cfg.Stats.Late.Add(1)
		return false, nil
	}
	return false, c.stray(p.state.Load()>>stateBits == id)
}

// stray counts a reply that no call waits for. known says that its ID was the
// last one of its place.
func (c *Conn) stray(known bool) error {
	switch {
	case c.strays.late():
		c.cfg.Stats.Late.Add(1)
		return nil
	case known:
		c.cfg.Stats.Duplicate.Add(1)
	default:
		c.cfg.Stats.Unknown.Add(1)
	}
	return c.strays.add()
}

// match returns the call that a reply belongs to, and its ID.
func (c *Conn) match(id uint64) (*pending, uint64, error) {
	if c.model == codec.Multiplexed {
		p := c.table.find(id)
		if p == nil {
			return nil, id, c.stray(false)
		}
		return p, id, nil
	}
	p := c.order.pop()
	if p == nil {
		return nil, 0, errors.New("a reply came that no request waits for")
	}
	want := p.state.Load() >> stateBits
	if id != 0 && id != want {
		return nil, 0, fmt.Errorf("reply %d came when %d was due: replies must come in the order of requests", id, want)
	}
	return p, want, nil
}

// readFailed closes the connection because of a read.
func (c *Conn) readFailed(err error) {
	if errors.Is(err, io.EOF) {
		err = errors.New("the peer closed the connection")
	}
	c.fail(err)
}
