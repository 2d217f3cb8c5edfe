// Package leak is the TestMain of every package: it fails a package whose tests
// leave goroutines or file descriptors behind. Race is for tests that repeat a
// lot. Only tests import it.
package leak

import (
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// Main runs the tests and exits. Descriptors are counted on Linux only.
func Main(m *testing.M) {
	before := descriptors()
	code := m.Run()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, "leak:", err)
			code = 1
		}
		if n := settled(before); n > before {
			fmt.Fprintf(os.Stderr, "leak: %d file descriptors before the tests, %d after\n", before, n)
			code = 1
		}
	}
	os.Exit(code)
}

// settled waits up to two seconds for the count to come back to want.
func settled(want int) int {
	n := descriptors()
	for end := time.Now().Add(2 * time.Second); n > want && time.Now().Before(end); n = descriptors() {
		runtime.GC()
		time.Sleep(10 * time.Millisecond)
	}
	return n
}

func descriptors() int {
	d, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	n := 0
	for _, e := range d {
		// The poller's own descriptors are opened with the first socket and stay.
		if t, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil && t != "anon_inode:[eventpoll]" && t != "anon_inode:[eventfd]" && t != "anon_inode:[pidfd]" {
			n++
		}
	}
	return n
}
