package mux

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// serverTick looks after a connection in the background: a writer that makes no
// progress, idle workers and buffers, and the end of a drain.
type serverTick struct {
	s       *serverConn
	every   time.Duration
	mu      sync.Mutex
	timer   *time.Timer
	ended   bool
	half    bool
	writes  uint64
	stalled time.Duration
	frames  uint64
	last    time.Time
}

func (t *serverTick) init(s *serverConn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.s, t.every, t.last = s, tickEvery, time.Now()
	s.arrival.init(t.last)
	t.timer = time.AfterFunc(t.every, t.run)
}

func (t *serverTick) run() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		return
	}
	t.slow()
	if n := t.s.frames.Load(); n != t.frames {
		t.frames = n
	} else {
		t.idle()
	}
	t.timer.Reset(t.every)
}

// slow closes the connection of a peer that takes its replies, or sends a frame,
// too slowly. A tick that comes very late says that this process stood still,
// and nothing about the peer.
func (t *serverTick) slow() {
	_, flushing := t.s.w.waiting()
	if n := t.s.w.writes.Load(); !flushing || n != t.writes {
		t.writes, t.stalled = n, 0
	} else if t.stalled += t.every; t.stalled >= t.s.cfg.WriteTimeout {
		t.s.fail(fmt.Errorf("the peer has taken no bytes for %v", t.stalled))
	}
	now := time.Now()
	if now.Sub(t.last) < 2*t.every && t.s.arrival.late(now) {
		t.s.fail(errArrival)
	}
	t.last = now
}

// idle is called when no frame came for one interval.
func (t *serverTick) idle() {
	t.s.workers.trim()
	t.s.w.trim()
	if !t.s.draining.Load() || t.half || !t.s.workers.quiet() {
		return
	}
	// Quiet says that every reply is in the batch; now they must be out of it.
	if waiting, flushing := t.s.w.waiting(); waiting == 0 && !flushing {
		t.half = true
		t.closeWrite()
	}
}

// drain makes the ticks shorter, so that an idle connection ends soon.
func (t *serverTick) drain() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.ended {
		t.every = t.s.cfg.DrainIdle
		t.frames = t.s.frames.Load()
		t.timer.Reset(t.every)
	}
}

// closeWrite tells the peer that nothing more comes. A peer that has nothing
// under way closes in turn, and the reader sees it.
func (t *serverTick) closeWrite() {
	if c, ok := t.s.nc.(interface{ CloseWrite() error }); ok {
		_ = c.CloseWrite()
		return
	}
	t.s.fail(io.EOF)
}

func (t *serverTick) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = true
	t.timer.Stop()
}
