package mux

import (
	"errors"
	"sync/atomic"
	"time"
)

// arrival bounds the time in which a frame must arrive once its first byte has,
// so that nobody holds a connection's buffer by sending very slowly. The reader
// notes what it waits for and the tick looks: a read costs no timer.
type arrival struct {
	epoch epoch
	due   atomic.Int64 // since the epoch; 0 when no frame has begun to arrive
	// of the reader
	began time.Time
	need  int
}

const (
	// arrivalTime is what every frame has, and arrivalRate the bytes a second of
	// which a larger one has more.
	arrivalTime = 10 * time.Second
	arrivalRate = 64 << 10
)

var errArrival = errors.New("a frame took longer to arrive than 10 s and a second for each 64 KiB")

func (a *arrival) init(now time.Time) { a.epoch = epoch{now} }

// stop is called when the frame has arrived, and when the reader keeps it waiting.
func (a *arrival) stop() {
	if a.due.Load() != 0 {
		a.due.Store(0)
	}
}

// note is called before each read. anew says that the frame that is arriving is
// another one than before, or that the reader kept it waiting.
func (a *arrival) note(r *reader, anew bool) {
	switch {
	case !r.partial():
		a.stop()
		return
	case anew || a.due.Load() == 0:
		a.began = time.Now()
	case a.need == r.need:
		return
	}
	a.need = r.need
	more := time.Duration(r.need/arrivalRate) * time.Second
	a.due.Store(a.epoch.at(a.began.Add(arrivalTime + more)))
}

// late reports whether the frame that is arriving should have arrived.
func (a *arrival) late(now time.Time) bool {
	due := a.due.Load()
	return due != 0 && a.epoch.at(now) > due
}
