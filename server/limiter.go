package server

import (
	"sync"
	"time"
)

// limiter lets ten log records a second through, so that what peers or handlers
// cause cannot fill a disk. The zero limiter is ready.
type limiter struct {
	mu      sync.Mutex
	second  time.Time
	n       int
	skipped int
}

const logsPerSecond = 10

// allow reports whether a record may be written at now, and how many were
// skipped since the last one.
func (l *limiter) allow(now time.Time) (ok bool, skipped int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.second) >= time.Second {
		l.second, l.n = now, 0
	}
	if l.n >= logsPerSecond {
		l.skipped++
		return false, 0
	}
	l.n++
	skipped, l.skipped = l.skipped, 0
	return true, skipped
}
