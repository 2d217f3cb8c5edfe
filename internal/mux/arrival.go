package mux

import (
	"errors"
	"math"
	"sync/atomic"
	"time"
)

// arrival bounds the time in which a frame must arrive once its first byte has,
// so that nobody holds a connection's buffer by sending very slowly. What counts
// is what has come, not what the frame says of its size: a second is earned by
// each 64 KiB. The reader notes what it waits for and the tick looks: a read
// costs no timer.
type arrival struct {
	epoch epoch
	due   atomic.Int64 // since the epoch; 0 when no frame has begun to arrive
	// of the reader
	began  time.Time
	frames uint64 // that had arrived when this one began
	known  bool   // the frame's size
	earned int    // seconds
}

const (
	// headTime is what the head of a frame has, which tells its size, arrivalTime
	// what every frame has, and arrivalRate the bytes for which there is one second more.
	headTime    = 5 * time.Second
	arrivalTime = 10 * time.Second
	arrivalRate = 64 << 10
	// stoodStill is how much too late a tick is that says nothing about the peer,
	// because this process stood still; it is also how much longer the peer has then.
	stoodStill = time.Second
)

var errArrival = errors.New("a frame took longer to arrive than 5 s for its head, or 10 s and a second for each 64 KiB that came")

func (a *arrival) init(now time.Time) { a.epoch = epoch{now} }

// stop is called when the frame has arrived, and when the reader keeps it waiting.
func (a *arrival) stop() {
	if a.due.Load() != 0 {
		a.due.Store(0)
	}
}

// note is called before each read.
func (a *arrival) note(r *reader) {
	if !r.partial() {
		a.stop()
		return
	}
	known, earned := r.need > 0, (r.end-r.start)/arrivalRate
	switch {
	case a.due.Load() == 0 || a.frames != r.frames:
		a.began, a.frames = time.Now(), r.frames
	case a.known == known && a.earned == earned:
		return
	}
	a.known, a.earned = known, earned
	has := headTime
	if known {
		has = arrivalTime + time.Duration(earned)*time.Second
	}
	a.due.Store(a.epoch.at(a.began.Add(has)))
}

// left is how long the frame that is arriving still has; below zero it is late.
func (a *arrival) left(now time.Time) time.Duration {
	due := a.due.Load()
	if due == 0 {
		return math.MaxInt64
	}
	return time.Duration(due - a.epoch.at(now))
}

// pulse is when a connection's tick comes: at its interval, and in between when
// a frame that is arriving would be late.
type pulse struct {
	at   time.Time // of the timer
	full time.Time // when the interval is over
}

// begin sets the first tick, and those after a change of the interval.
func (p *pulse) begin(now time.Time, every time.Duration) { p.at = now.Add(every); p.full = p.at }

// beat says whether the interval is over, and whether the frame that is arriving is late.
func (p *pulse) beat(now time.Time, a *arrival) (full, late bool) {
	return !now.Before(p.full), a.left(now) < 0 && now.Sub(p.at) < stoodStill
}

// next returns how long until the next tick.
func (p *pulse) next(now time.Time, every time.Duration, a *arrival) time.Duration {
	if !now.Before(p.full) {
		p.full = now.Add(every)
	}
	d := p.full.Sub(now)
	if left := a.left(now); left < 0 {
		d = min(d, stoodStill)
	} else if left < d {
		d = left + time.Millisecond
	}
	p.at = now.Add(d)
	return d
}
