package mux

import (
	"sync"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// heartbeat proves that the peer is there. When nothing was heard for half an
// interval it asks, and after another half the peer is taken to be gone: silence
// is found in 1 to 1.5 intervals. The same timer finds a write that makes no
// progress and a frame that comes too slowly, and gives back the buffers of an
// idle connection.
type heartbeat struct {
	c       *Conn
	power   codec.Heartbeater // nil when the protocol has none
	half    time.Duration     // of the interval; 0 asks nothing
	every   time.Duration     // between two ticks
	mu      sync.Mutex
	timer   *time.Timer
	ended   bool
	heard   uint32
	silent  time.Duration
	asked   bool
	writes  uint64
	stalled time.Duration
	calls   uint32
	id      uint32
	beats   rate // the peer's, of the role's holder
	pulse   pulse
}

// tickEvery is the longest time between two ticks.
const tickEvery = 5 * time.Second

func (h *heartbeat) init(c *Conn) {
	h.c, h.every = c, min(tickEvery, max(c.cfg.WriteTimeout/2, 10*time.Millisecond))
	if h.power, _ = c.framer.(codec.Heartbeater); h.power != nil && c.cfg.Heartbeat > 0 {
		h.half = c.cfg.Heartbeat / 2
		h.every = min(h.every, max(h.half, time.Millisecond))
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	c.arrival.init(now)
	h.pulse.begin(now, h.every)
	h.timer = time.AfterFunc(h.every, h.tick)
}

func (h *heartbeat) tick() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ended {
		return
	}
	now := time.Now()
	full, late := h.pulse.beat(now, &h.c.arrival)
	if late {
		h.c.fail(onramp.NewError(onramp.Unavailable, onramp.Wire, errArrival.Error()))
	}
	if full {
		h.c.proof.track(h.c, h.c.epoch.at(now))
		h.look()
		h.stall()
		h.idle()
	}
	if _, s := h.c.Load(); s != codec.Closed {
		h.timer.Reset(h.pulse.next(now, h.every, &h.c.arrival))
	}
}

// idle gives back the buffers of a connection that had no call since the last tick.
func (h *heartbeat) idle() {
	n := h.c.calls.Load()
	if n != h.calls {
		h.calls = n
		return
	}
	h.c.w.trim()
	if h.c.holding.Swap(false) { // the goroutine's next wait needs no large buffer
		_ = h.c.nc.SetReadDeadline(time.Unix(1, 0))
	}
}

// look asks a silent peer, and gives up one that did not answer.
func (h *heartbeat) look() {
	if n := h.c.heard.Load(); n != h.heard || h.half == 0 {
		h.heard, h.silent, h.asked = n, 0, false
		return
	}
	switch h.silent += h.every; {
	case h.asked && h.silent >= 2*h.half:
		h.c.fail(onramp.NewError(onramp.Unavailable, onramp.Wire, "the peer has been silent for more than "+(2*h.half).String()))
	case !h.asked && h.silent >= h.half:
		h.asked = true
		h.id++
		h.c.w.tryWrite(h.power.AppendHeartbeat(nil, uint64(h.id)))
	}
}

// stall closes a connection whose write makes no progress.
func (h *heartbeat) stall() {
	_, flushing := h.c.w.waiting()
	if n := h.c.w.writes.Load(); !flushing || n != h.writes {
		h.writes, h.stalled = n, 0
		return
	}
	if h.stalled += h.every; h.stalled >= h.c.cfg.WriteTimeout {
		h.c.fail(onramp.NewError(onramp.Unavailable, onramp.Wire, "the peer has taken no bytes for "+h.stalled.String()))
	}
}

// answer replies to the peer's own heartbeat, a few times a second at most.
func (h *heartbeat) answer(frame []byte) error {
	if h.power == nil {
		return nil
	}
	n := h.beats.add(time.Now())
	if n > beatsAnswered {
		return tooManyBeats(n)
	}
	var f codec.Frame
	if err := h.c.framer.Decode(frame, &f); err != nil {
		return err
	}
	h.c.w.tryWrite(h.power.AppendHeartbeatAck(nil, &f))
	return nil
}

// count bounds what a peer sends beside replies and heartbeats.
func (h *heartbeat) count() error { return tooManyBeats(h.beats.add(time.Now())) }

func (h *heartbeat) stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ended = true
	h.timer.Stop()
}
