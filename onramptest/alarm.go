package onramptest

import (
	"sync"
	"time"
)

// alarm is a moment that waiters on a Cond are woken at: a deadline, or the
// arrival of delayed bytes. Its methods need the Cond's lock, ring takes it.
type alarm struct {
	cond  *sync.Cond
	when  time.Time // zero while nothing is set
	timer *time.Timer
	rang  bool
}

// set arms the alarm; the zero time disarms it.
func (a *alarm) set(t time.Time) {
	a.rang, a.when = false, time.Time{}
	d := time.Until(t)
	switch {
	case t.IsZero():
		a.stop()
	case d <= 0:
		a.stop()
		a.rang = true
		a.cond.Broadcast()
	default:
		a.when = time.Now().Add(d)
		a.start(d)
	}
}

func (a *alarm) start(d time.Duration) {
	if a.timer == nil {
		a.timer = time.AfterFunc(d, a.ring)
		return
	}
	a.timer.Reset(d)
}

func (a *alarm) stop() {
	if a.timer != nil {
		a.timer.Stop()
	}
}

// ring ignores a timer that fired for an earlier setting: the one of the
// present setting fires later.
func (a *alarm) ring() {
	a.cond.L.Lock()
	defer a.cond.L.Unlock()
	if !a.when.IsZero() && !time.Now().Before(a.when) {
		a.rang = true
		a.cond.Broadcast()
	}
}
