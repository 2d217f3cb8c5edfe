package mux

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// proof is what is known of the peer being there. A network may drop a connection
// without a word, and what is written to it is lost without an error. So a call
// on a connection that was silent for long asks before it is written, and one
// that had no reply puts the connection in doubt until something is heard: it has
// no room then, and the pool makes another.
type proof struct {
	heard   atomic.Uint32 // when it was last tracked
	tracked atomic.Int64  // the last time that was done, since the epoch
	sure    atomic.Int64  // the peer was heard then or later
	noticed atomic.Int64  // that it was heard
	asked   atomic.Int64  // because of a doubt
	doubted atomic.Bool
	proving atomic.Int32 // callers who wait for an answer
}

const (
	// proofAge is how long after the peer was surely heard a call trusts that it is
	// there: 15 s, and as long as may pass until it is noted. So 15 to 20 s.
	proofAge = 15*time.Second + tickEvery
	// proofWait is the most that a call waits for its answer: that, or a third of its time.
	proofWait = time.Second
	// proofLook is how often it looks for one.
	proofLook = time.Millisecond
	// doubtAfter is how long a call must have waited in vain to mean anything, and
	// doubtEvery how often that may happen: each time the peer is asked.
	doubtAfter = 100 * time.Millisecond
	doubtEvery = time.Second
)

// track notes whether the peer was heard since it was last called.
func (p *proof) track(c *Conn, at int64) {
	if n := c.heard.Load(); n != p.heard.Load() {
		p.heard.Store(n)
		p.sure.Store(p.tracked.Load())
		p.noticed.Store(at)
	}
	p.tracked.Store(at)
}

// stale reports whether the peer should be asked. Without heartbeats it cannot be.
func (p *proof) stale(c *Conn, at int64) bool {
	return c.heartbeat.half > 0 && at-p.sure.Load() > int64(proofAge)
}

// prove asks the peer whether it is there, and closes the connection when nothing
// is heard: nothing of the call was sent then. A call that has no time to wait that
// long puts it in doubt. It returns the time of now.
func (c *Conn) prove(ctx context.Context, req *onramp.Request, now time.Time) (time.Time, error) {
	c.proof.proving.Add(1)
	defer c.proof.proving.Add(-1)
	wait := proofWait
	if !req.Deadline.IsZero() {
		wait = min(wait, req.Deadline.Sub(now)/3)
	}
	heard := c.heard.Load()
	c.w.tryWrite(c.heartbeat.power.AppendHeartbeat(nil, 1))
	t := time.NewTicker(proofLook)
	defer t.Stop()
	for end := now.Add(wait); c.heard.Load() == heard; now = time.Now() {
		if now.After(end) {
			return now, c.unproven(wait)
		}
		select {
		case <-t.C:
		case <-c.closing:
			return now, nil
		case <-ctx.Done():
			return now, nil
		}
	}
	c.proof.sure.Store(c.epoch.at(now))
	return now, nil
}

// unproven is called when the peer did not answer within wait.
func (c *Conn) unproven(wait time.Duration) error {
	const text = "the peer did not answer when it was asked, after a long silence, whether it is there"
	if wait < proofWait {
		c.distrust()
		return onramp.NewError(onramp.Unavailable, onramp.Local, text)
	}
	c.fail(onramp.NewError(onramp.Unavailable, onramp.Wire, text))
	return nil
}

// distrust puts the connection in doubt, and reports whether it was in none.
func (c *Conn) distrust() bool {
	c.stale.Add(int32(c.table.limit)) // before trust can take it back
	if c.proof.doubted.CompareAndSwap(false, true) {
		return true
	}
	c.stale.Add(-int32(c.table.limit))
	return false
}

// doubt is called for a call that had no reply in its time. When nothing at all
// was heard meanwhile, the connection has no room until something is.
func (c *Conn) doubt(p *pending) {
	at := c.epoch.at(time.Now())
	c.proof.track(c, at)
	last := c.proof.asked.Load()
	switch {
	case c.model != codec.Multiplexed || c.heartbeat.half == 0,
		at-p.began < int64(doubtAfter), c.proof.noticed.Load() > p.began,
		last != 0 && at-last < int64(doubtEvery),
		!c.proof.asked.CompareAndSwap(last, at),
		!c.distrust():
		return
	}
	c.w.tryWrite(c.heartbeat.power.AppendHeartbeat(nil, 1))
}

// trust ends a doubt: something was heard.
func (c *Conn) trust() {
	if c.proof.doubted.CompareAndSwap(true, false) {
		c.stale.Add(-int32(c.table.limit))
		c.full.Store(true)
		c.roomAgain()
	}
}
