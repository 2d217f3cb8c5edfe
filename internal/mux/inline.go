package mux

import (
	"errors"
	"sync/atomic"
	"time"
)

// inline lets the goroutine that reads a server connection run a lone request's
// handler itself, which spares the switch to a worker. That is only done while
// handlers have been quick; and because one may block all the same, a watch
// looks every few milliseconds, and gives the reading to another goroutine when
// it finds the same handler twice. Then nothing is run inline until many
// handlers in a row were quick again.
type inline struct {
	s   *serverConn
	off bool // protocols that answer in order have one worker anyway
	// run is odd while a handler runs inline; the reader or the watch ends that
	// by a compare-and-swap, and who loses knows that the reader was replaced.
	run      atomic.Uint64
	watching atomic.Bool
	quick    atomic.Int32
	seen     uint64 // the watch's
	timer    *time.Timer
}

const (
	// quickHandler is the longest run of a handler that counts as quick.
	quickHandler = 100 * time.Microsecond
	// quickStreak is how many quick handlers in a row it takes to run one inline.
	quickStreak = 64
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

// may reports whether a lone request may run inline.
func (i *inline) may() bool { return !i.off && i.quick.Load() >= quickStreak }

// ran notes how long a lone request's handler took.
func (i *inline) ran(took time.Duration) {
	if i.off {
		return
	}
	switch n := i.quick.Load(); {
	case took > quickHandler:
		i.quick.Store(0)
	case n < quickStreak:
		i.quick.Store(n + 1)
	}
}

// do runs j, and fails with errReplaced when the caller reads no more.
func (i *inline) do(j *job) error {
	run := i.run.Add(1)
	i.watch()
	i.s.run(j)
	if !i.run.CompareAndSwap(run, run+1) {
		return errReplaced
	}
	return nil
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
		i.s.readers.Go(i.s.readOn)
	}
	i.timer.Reset(watchEvery)
}

// stop is called when nobody reads any more.
func (i *inline) stop() { i.timer.Stop() }
