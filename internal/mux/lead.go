package mux

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/onrampmesh/onramp"
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
	// idleLook is how often it looks whether callers read, so that it is in time.
	idleLook = idleAfter / 2
)

// await returns when p has ended.
func (c *Conn) await(ctx context.Context, p *pending, id uint64, now time.Time) {
	if c.role.CompareAndSwap(nobody, caller) {
		c.lead(ctx, p, id, now)
		return
	}
	// A receive costs a third less than a select: ctx is looked at when the sweeper
	// finds that the call is not a quick one.
	<-p.done
	for done := ctx.Done(); !p.over(id); {
		select {
		case <-p.done:
		case <-done:
			c.giveUp(p, id, canceled(ctx))
			return
		}
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
	p.wait(id)
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
	p.wait(id) // somebody else ended it
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
	c.arrival.note(c.r)
	if err := c.r.fill(quiet); err != nil {
		return err
	}
	c.heard.Add(1)
	if c.w.unheard.Load() != 0 {
		c.w.unheard.Store(0)
		if c.proof.doubted.Load() {
			c.trust()
		}
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
