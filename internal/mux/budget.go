package mux

import (
	"sync/atomic"
	"time"
)

// budget bounds the bytes of a server connection's requests that wait or run, so
// that 1024 large ones do not fill the memory. The connection is read no further
// while the next request does not fit, because a burst is soon over; when handlers
// do not end for a while it is answered busy, and those behind it at once, so that
// heartbeats are still seen. One request fits always.
type budget struct {
	most   int64
	room   chan struct{}
	paused atomic.Bool // the reader waits for room
	vain   bool        // it did for one request, and none has fitted since; of the reader
}

const (
	// defaultBytes is Config.InFlightBytes when it is 0.
	defaultBytes = 8 << 20
	// budgetLook is how often a connection that is not read because a request does
	// not fit is looked at whether this side closed it, and budgetLooks how many times
	// that is before the request is refused: one second.
	budgetLook  = 100 * time.Millisecond
	budgetLooks = 10
)

// What a request counts in workers.under: the call, and the bytes of its frame.
const (
	callShift = 40
	oneCall   = 1 << callShift
)

func (b *budget) init(cfg *Config) {
	b.most, b.room = int64(cfg.InFlightBytes), make(chan struct{}, 1)
	if b.most == 0 {
		b.most = defaultBytes
	}
}

// fits reports whether a frame of n bytes may be taken.
func (w *workers) fits(n int) bool {
	bytes := w.under.Load() & (oneCall - 1)
	return bytes == 0 || bytes+int64(n) <= w.budget.most
}

// left counts a request out, and tells the reader.
func (w *workers) left(weight int64) {
	w.under.Add(-weight)
	if w.budget.paused.Load() {
		select {
		case w.budget.room <- struct{}{}:
		default:
		}
	}
}

// affords waits until a frame of n bytes fits. It reports false when it does not
// for too long. Protocols that answer in order have all the time.
func (s *serverConn) affords(n int) bool {
	w := &s.workers
	if w.fits(n) {
		w.budget.vain = false
		return true
	}
	if w.budget.vain {
		return false
	}
	s.arrival.stop() // it is this side that waits
	w.start()        // who is to make room
	t := time.NewTicker(budgetLook)
	defer t.Stop()
	w.budget.paused.Store(true)
	defer w.budget.paused.Store(false)
	for looks := 0; !w.fits(n); {
		select {
		case <-w.budget.room:
		case <-s.ctx.Done():
			return false
		case <-t.C:
			looks++
			w.budget.vain = looks >= budgetLooks && !w.ordered
			if w.budget.vain || s.nc.SetReadDeadline(time.Time{}) != nil {
				return false
			}
		}
	}
	return true
}
