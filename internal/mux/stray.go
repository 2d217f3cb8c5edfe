package mux

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/onrampmesh/onramp/codec"
)

// rate counts what happens on one connection within a second. One goroutine at a
// time uses it.
type rate struct {
	from time.Time
	n    int
}

// add counts once more, and returns the count of the present second.
func (r *rate) add(now time.Time) int {
	if now.Sub(r.from) >= time.Second {
		r.from, r.n = now, 0
	}
	r.n++
	return r.n
}

// What a peer may send beside calls and their replies, in one second.
const (
	// beatsAnswered is how many heartbeats are answered; more are read and dropped.
	beatsAnswered = 4
	// beatsBorne is how many may come before the connection is closed.
	beatsBorne = 1000
	// straysBorne is how many replies that no call waits for may come before the
	// connection is closed: whoever sends more guesses IDs, or is broken.
	straysBorne = 100
)

func tooManyBeats(n int) error {
	if n <= beatsBorne {
		return nil
	}
	return fmt.Errorf("the peer sent more than %d heartbeats in a second", beatsBorne)
}

var errStrays = fmt.Errorf("the peer sent more than %d replies in a second that no call waits for", straysBorne)

// strays are the replies that no call waits for. Each call that was given up may
// have one reply that comes late, however late: those are no fault of the peer.
type strays struct {
	owed atomic.Int64 // replies of calls that were given up
	rate rate         // of the others; of the role's holder
}

// late takes a reply for that of a call that was given up, if one is owed.
func (s *strays) late() bool {
	if s.owed.Load() == 0 {
		return false
	}
	s.owed.Add(-1) // only the role's holder takes
	return true
}

// add counts a reply that nobody is owed.
func (s *strays) add() error {
	if s.rate.add(time.Now()) <= straysBorne {
		return nil
	}
	return errStrays
}

// abandon keeps the ID of a call that was given up until its reply comes or as
// long again as the call had, so that the reply cannot meet another call.
func (c *Conn) abandon(p *pending, id uint64) {
	if c.model != codec.Multiplexed {
		// Closed first: nobody may use the place again while its reply is awaited.
		c.fail(errAbandoned)
		c.put(p)
		return
	}
	c.strays.owed.Add(1)
	if k, ok := c.framer.(codec.Canceler); ok {
		c.w.tryWrite(k.AppendCancel(nil, id))
	}
	p.reply, p.err = nil, nil
	now := c.epoch.at(time.Now())
	expire := now + int64(time.Minute)
	if d := p.deadline.Load(); d < 1<<62 {
		expire = max(now, d) + max(0, d-p.began)
	}
	p.deadline.Store(expire)
	c.stale.Add(1)
	p.state.Store(id<<stateBits | abandoned)
	c.sweep.watch(expire)
}

// forget frees an abandoned place, if p is one: its reply came late, or never will.
func (c *Conn) forget(p *pending, id uint64) bool {
	if !p.claim(id, abandoned) {
		return false
	}
	c.stale.Add(-1)
	c.put(p)
	return true
}
