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
	s        *serverConn
	every    time.Duration
	mu       sync.Mutex
	timer    *time.Timer
	ended    bool
	half     bool
	writes   uint64
	stalled  time.Duration
	requests uint64
	pulse    pulse
}

func (t *serverTick) init(s *serverConn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	t.s, t.every = s, tickEvery
	s.arrival.init(now)
	t.pulse.begin(now, t.every)
	t.timer = time.AfterFunc(t.every, t.run)
}

func (t *serverTick) run() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		return
	}
	now := time.Now()
	full, late := t.pulse.beat(now, &t.s.arrival)
	if late {
		t.s.fail(errArrival)
	}
	if full {
		t.look()
	}
	t.timer.Reset(t.pulse.next(now, t.every, &t.s.arrival))
}

// look is what is done once in an interval.
func (t *serverTick) look() {
	t.slow()
	if n := t.s.requests.Load(); n != t.requests {
		t.requests = n
	} else {
		t.idle()
	}
}

// slow closes the connection of a peer that takes its replies too slowly.
func (t *serverTick) slow() {
	_, flushing := t.s.w.waiting()
	if n := t.s.w.writes.Load(); !flushing || n != t.writes {
		t.writes, t.stalled = n, 0
	} else if t.stalled += t.every; t.stalled >= t.s.cfg.WriteTimeout {
		t.s.fail(fmt.Errorf("the peer has taken no bytes for %v", t.stalled))
	}
}

// idle is called when no request came for one interval.
func (t *serverTick) idle() {
	t.s.workers.trim()
	t.s.w.trim()
	if t.s.workers.quiet() && t.s.holding.Swap(false) { // the reader's next wait needs no buffer
		_ = t.s.nc.SetReadDeadline(time.Unix(1, 0))
	}
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
		t.requests = t.s.requests.Load()
		t.pulse.begin(time.Now(), t.every)
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
