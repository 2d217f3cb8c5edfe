package oracle

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// cost is what one run of some work did.
type cost struct {
	bytes    uint64
	took     time.Duration
	panicked any
	stack    []byte
	left     int // goroutines
}

// broken says what is wrong whatever the limits.
func (c *cost) broken() string {
	switch {
	case c.panicked != nil:
		return fmt.Sprintf("panic: %v\n%s", c.panicked, c.stack)
	case c.left > 0:
		return fmt.Sprintf("%d goroutines are left", c.left)
	}
	return ""
}

// measure runs work. An exact count of bytes stops the world: without it, small
// objects may be counted late, and those of before with them.
func measure(work func(), exact bool) (c cost) {
	count := counted
	if exact {
		count = exactly
	}
	c.left = watch(func() {
		defer func() {
			if c.panicked = recover(); c.panicked != nil {
				c.stack = debug.Stack()
			}
		}()
		elapsed, stop := clock()
		defer stop()
		before, start := count(), elapsed()
		work()
		c.took, c.bytes = elapsed()-start, count()-before
	})
	return c
}

// counted returns how many bytes were ever allocated, as far as that is known.
func counted() uint64 {
	sample := [...]metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample[:])
	return sample[0].Value.Uint64()
}

func exactly() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}
