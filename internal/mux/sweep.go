package mux

import (
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/onrampmesh/onramp"
)

// sweeper ends calls whose deadline has passed, frees places whose reply never
// came, and has the callers of slow calls look at their contexts. One timer serves
// a connection: it is set to what is due first, and only while there is something.
type sweeper struct {
	c     *Conn
	next  atomic.Int64 // when the timer fires, MaxInt64 when it is not set
	mu    sync.Mutex
	timer *time.Timer
	ended bool
	brisk atomic.Bool // the timer is set, and was set to quickCall at most
}

// quickCall is how long a call may wait without a look at its context; it is found
// after one to two of it.
const quickCall = int64(5 * time.Millisecond)

func (s *sweeper) init(c *Conn) {
	s.c = c
	s.next.Store(math.MaxInt64)
}

// watch sees that the timer fires at deadline or before.
func (s *sweeper) watch(deadline int64) {
	if deadline >= s.next.Load() {
		return
	}
	s.mu.Lock()
	if deadline < s.next.Load() {
		s.set(deadline)
	}
	s.mu.Unlock()
}

// set arms the timer, with mu held.
func (s *sweeper) set(at int64) {
	if s.ended {
		return
	}
	s.next.Store(at)
	d := max(0, time.Until(s.c.epoch.time(at)))
	s.brisk.Store(int64(d) <= quickCall)
	if s.timer == nil {
		s.timer = time.AfterFunc(d, s.run)
	} else {
		s.timer.Reset(d)
	}
}

// run is the timer. Places armed while it scans find no timer set and set it.
func (s *sweeper) run() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next.Store(math.MaxInt64)
	s.brisk.Store(false)
	if earliest := s.scan(s.c.epoch.at(time.Now())); earliest < s.next.Load() {
		s.set(earliest)
	}
}

// scan ends what is over now, and returns when the next is.
func (s *sweeper) scan(now int64) (earliest int64) {
	earliest = math.MaxInt64
	s.c.table.each(func(p *pending) {
		st := p.state.Load()
		k := st & (1<<stateBits - 1)
		if k != waiting && k != abandoned {
			return
		}
		if d := p.deadline.Load(); d > now {
			if k == waiting && p.slow(st>>stateBits) {
				d = min(d, now+quickCall)
			}
			earliest = min(earliest, d)
			return
		}
		s.expire(p, st>>stateBits, k)
	})
	return earliest
}

// slow tells the caller of a call that waits at a second look. It reports whether
// there is to be another look.
func (p *pending) slow(id uint64) bool {
	switch p.seen {
	case id << 1:
		p.seen = id<<1 | 1
		p.wake()
		return false
	case id<<1 | 1:
		return false
	}
	p.seen = id << 1
	return true
}

func (s *sweeper) expire(p *pending, id, state uint64) {
	if state == abandoned {
		_ = s.c.forget(p, id)
		return
	}
	if p.end(id, nil, expired(), false) {
		s.c.completed()
	}
}

// expired is the error of a call whose deadline passed while it waited for its reply.
func expired() *onramp.Error {
	return &onramp.Error{Code: onramp.DeadlineExceeded, Origin: onramp.Wire, Err: errNoReply}
}

func (s *sweeper) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	if s.timer != nil {
		s.timer.Stop()
	}
}
