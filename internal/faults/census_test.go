//go:build faults && unix

package faults

import (
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"
)

// census counts what a process holds.
type census struct{ goroutines, descriptors int }

func (c census) String() string {
	return fmt.Sprintf("%d goroutines and %d descriptors", c.goroutines, c.descriptors)
}

func takeCensus() census { return census{runtime.NumGoroutine(), descriptors()} }

// descriptors counts on Linux only. Those of the runtime's poller are opened with
// the first socket, and stay.
func descriptors() (n int) {
	const dir = "/proc/self/fd/"
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0
	}
	for _, e := range entries {
		switch name, err := os.Readlink(dir + e.Name()); {
		case err != nil, name == "anon_inode:[eventpoll]", name == "anon_inode:[eventfd]", name == "anon_inode:[pidfd]":
		default:
			n++
		}
	}
	return n
}

// settled waits up to 5 s until the process holds no more than c.
func (c census) settled() (now census, ok bool) {
	for end := time.Now().Add(5 * time.Second); ; <-time.After(20 * time.Millisecond) {
		now = takeCensus()
		ok = now.goroutines <= c.goroutines && now.descriptors <= c.descriptors
		if ok || time.Now().After(end) {
			return now, ok
		}
	}
}

// expect fails the test when more is held now than before.
func (c census) expect(t testing.TB, when string) {
	t.Helper()
	now, ok := c.settled()
	t.Logf("%s: %v, before: %v", when, now, c)
	if !ok {
		buf := make([]byte, 1<<20)
		t.Errorf("%s: %v, before: %v\n%s", when, now, c, buf[:runtime.Stack(buf, true)])
	}
}
