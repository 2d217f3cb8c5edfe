package mux

import (
	"errors"
	"sync/atomic"
	"time"
)

// inline lets the goroutine that reads a server connection run the handlers of
// the requests it has read itself, one after the other, and send their replies
// in one write. That spares the switch to workers, and is only done while
// handlers have been quick and nothing else is under way. Because one may block
// all the same, a watch looks every few milliseconds, and gives the reading to
// another goroutine when it finds the same handler twice. Then nothing is run
// inline until many handlers were quick again.
type inline struct {
	s   *serverConn
	off bool // protocols that answer in order have one worker anyway
	// run is odd while a handler runs inline; the reader or the watch ends that
	// by a compare-and-swap, and who loses knows that the reader was replaced.
	run      atomic.Uint64
	watching atomic.Bool
	quick    atomic.Int32 // 0..quickMost, rises with each quick handler
	average  atomic.Int64 // of what one takes, in nanoseconds
	seen     uint64       // the watch's
	timer    *time.Timer
}

const (
	// quickHandler is the longest run of a handler that counts as quick.
	quickHandler = 100 * time.Microsecond
	// quickEnough is how many more quick handlers than slow ones it takes to run
	// some inline; a slow one counts as slowWeight.
	quickEnough = 32
	quickMost   = 64
	slowWeight  = 16
	// inlineBudget is the longest that the requests of one read may take in a row:
	// the last one waits for the others.
	inlineBudget = 128 * time.Microsecond
	// watchEvery is how often the watch looks: a handler that blocks holds up the
	// connection's next requests for at most twice as long, once.
	watchEvery = 2 * time.Millisecond
)

var errReplaced = errors.New("another goroutine reads this connection now")

func (i *inline) init(s *serverConn) {
	i.s, i.off = s, s.workers.max == 1
	i.timer = time.AfterFunc(time.Hour, i.look)
	i.timer.Stop()
}

// may reports whether n requests may run inline.
func (i *inline) may(n int) bool {
	return !i.off && i.quick.Load() >= quickEnough && int64(n)*i.average.Load() <= int64(inlineBudget)
}

// ran notes how long n handlers took.
func (i *inline) ran(took time.Duration, n int) {
	one := took / time.Duration(n)
	old := i.average.Load()
	i.average.Store(old + (int64(min(one, 2*quickHandler))-old)/8)
	switch q := i.quick.Load(); {
	case one > quickHandler:
		i.quick.Store(max(0, q-slowWeight))
	case q < quickMost:
		i.quick.Store(q + 1)
	}
}

// batch runs the n requests that are queued, which were read at the time at. It
// fails with errReplaced when the caller reads no more.
func (i *inline) batch(n int, at time.Time) error {
	s := i.s
	if n > 1 {
		s.w.hold()
	}
	for j := s.workers.next(); j != nil; j = s.workers.next() {
		if !i.do(j) {
			return errReplaced
		}
	}
	if n > 1 {
		s.w.release()
	}
	i.ran(time.Since(at), n)
	return nil
}

// do runs j, and reports whether the caller still is the reader.
func (i *inline) do(j *job) bool {
	run, weight := i.run.Add(1), j.weight()
	i.watch()
	i.s.handle(j)
	i.s.workers.left(weight)
	return i.run.CompareAndSwap(run, run+1)
}

// replace goes on where a reader is stuck in a handler: with the replies that it
// held, and the requests behind.
func (i *inline) replace() {
	i.s.w.release()
	i.s.startWorkers()
	i.s.readOn()
}

// watch sees that the watch looks, as long as handlers run inline.
func (i *inline) watch() {
	if i.watching.Load() || !i.watching.CompareAndSwap(false, true) {
		return
	}
	i.timer.Reset(watchEvery)
}

// look is the watch.
func (i *inline) look() {
	now := i.run.Load()
	switch {
	case now != i.seen:
		i.seen = now
	case now%2 == 0: // nothing ran since the last look
		i.watching.Store(false)
		if i.run.Load() == now || !i.watching.CompareAndSwap(false, true) {
			return
		} // a handler began meanwhile, and took the watch for awake
	case i.run.CompareAndSwap(now, now+1):
		i.quick.Store(0)
		i.s.readers.Go(i.replace)
	}
	i.timer.Reset(watchEvery)
}

// stop is called when nobody reads any more.
func (i *inline) stop() { i.timer.Stop() }
