package mux

import (
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// sweeper ends calls whose deadline has passed, and frees places whose reply
// never came. One timer serves a connection: it is set to the earliest deadline,
// and only while there is one.
type sweeper struct {
	c     *Conn
	next  atomic.Int64 // when the timer fires, MaxInt64 when it is not set
	mu    sync.Mutex
	timer *time.Timer
	ended bool
}

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
	now, earliest := s.c.epoch.at(time.Now()), int64(math.MaxInt64)
	s.c.table.each(func(p *pending) {
		st := p.state.Load()
		k := st & (1<<stateBits - 1)
		if k != waiting && k != abandoned {
			return
		}
		if d := p.deadline.Load(); d > now {
			earliest = min(earliest, d)
			return
		}
		s.expire(p, st>>stateBits, k)
	})
	if earliest < s.next.Load() {
		s.set(earliest)
	}
}

func (s *sweeper) expire(p *pending, id, state uint64) {
	if state == abandoned {
		s.c.forget(p, id)
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

// heartbeat proves that the peer is there. It looks twice in each interval
// whether anything was heard: after a silent half it asks, and after another one
// the peer is taken to be gone. Silence is thus found in 1 to 1.5 intervals.
type heartbeat struct {
	c       *Conn
	power   codec.Heartbeater
	half    time.Duration
	mu      sync.Mutex
	timer   *time.Timer
	ended   bool
	heard   uint32
	silent  int
	writes  uint64
	stalled time.Duration
	calls   uint32
	id      uint32
}

func (h *heartbeat) init(c *Conn) {
	h.c = c
	h.half = c.cfg.Heartbeat / 2
	if h.power, _ = c.framer.(codec.Heartbeater); h.half <= 0 {
		h.power, h.half = nil, 5*time.Second
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.timer = time.AfterFunc(h.half, h.tick)
}

func (h *heartbeat) tick() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ended {
		return
	}
	h.look()
	h.stall()
	if n := h.c.calls.Load(); n == h.calls {
		h.c.w.trim()
		if h.c.holding.Swap(false) { // the goroutine's next wait needs no large buffer
			_ = h.c.nc.SetReadDeadline(time.Unix(1, 0))
		}
	} else {
		h.calls = n
	}
	h.timer.Reset(h.half)
}

// look asks a silent peer, and gives up one that did not answer.
func (h *heartbeat) look() {
	if n := h.c.heard.Load(); n != h.heard || h.power == nil {
		h.heard, h.silent = n, 0
		return
	}
	if h.silent++; h.silent > 1 {
		h.c.fail(onramp.NewError(onramp.Unavailable, onramp.Wire, "the peer has been silent for more than "+(2*h.half).String()))
		return
	}
	h.id++
	h.c.w.tryWrite(h.power.AppendHeartbeat(nil, uint64(h.id)))
}

// stall closes a connection whose write makes no progress.
func (h *heartbeat) stall() {
	_, flushing := h.c.w.waiting()
	if n := h.c.w.writes.Load(); !flushing || n != h.writes {
		h.writes, h.stalled = n, 0
		return
	}
	if h.stalled += h.half; h.stalled >= h.c.cfg.WriteTimeout {
		h.c.fail(onramp.NewError(onramp.Unavailable, onramp.Wire, "the peer has taken no bytes for "+h.stalled.String()))
	}
}

// answer replies to the peer's own heartbeat.
func (h *heartbeat) answer(frame []byte) {
	var f codec.Frame
	if h.power == nil || h.c.framer.Decode(frame, &f) != nil {
		return
	}
	h.c.w.tryWrite(h.power.AppendHeartbeatAck(nil, &f))
}

func (h *heartbeat) stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ended = true
	h.timer.Stop()
}
