//go:build !linux

package oracle

import "time"

// clock returns how much time has passed. stop does nothing.
func clock() (elapsed func() time.Duration, stop func()) {
	start := time.Now()
	return func() time.Duration { return time.Since(start) }, func() {}
}
