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
	late     int // ticks since the drain began in which calls were served
	writes   uint64
	stalled  time.Duration
	requests uint64
	pulse    pulse
	farewell farewell
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
	t.impatient()
	if t.part() {
		return
	}
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
	if !t.s.leaving.Load() || t.half || !t.s.workers.quiet() {
		return
	}
	if !t.s.draining.Swap(true) && !t.s.workers.quiet() {
		return // a request came just now: nothing that runs may lose its reply
	}
	// Quiet says that every reply is in the batch; now they must be out of it.
	if waiting, flushing := t.s.w.waiting(); waiting == 0 && !flushing {
		t.half = true
		t.closeWrite()
	}
}

// lateTicks is how many intervals a peer that was told to go away has until it is refused.
const lateTicks = 3

// impatient refuses the calls of a peer that does not heed the go-away. From then on
// the connection ends as soon as nothing runs.
func (t *serverTick) impatient() {
	if !t.s.leaving.Load() || t.s.draining.Load() {
		return
	}
	if t.late++; t.late >= lateTicks {
		t.s.draining.Store(true)
		t.every = max(t.every/20, time.Millisecond)
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
