package oracle

import (
	"runtime"
	"syscall"
	"time"
)

// rusageThread is RUSAGE_THREAD of getrusage(2), which package syscall has not.
const rusageThread = 1

// clock returns how long the calling goroutine has computed, which a machine that
// has other things to do does not change. stop ends it.
func clock() (elapsed func() time.Duration, stop func()) {
	runtime.LockOSThread()
	start := computed()
	return func() time.Duration { return computed() - start }, runtime.UnlockOSThread
}

func computed() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(rusageThread, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
