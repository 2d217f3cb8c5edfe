//go:build faults && linux

package hostile

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/onrampmesh/onramp/server"
)

// figures are what a process says of itself.
type figures struct {
	Heap, Stacks uint64 // bytes in use
	RSS          uint64 // bytes of memory that the process has
	Goroutines   int
	Conns        int
	Runs         int64 // handlers that began
	CPU          time.Duration
	Server       server.Stats
}

// measure fills in what the runtime and the kernel know.
func measure(quiet bool) (f figures) {
	if quiet {
		runtime.GC()
		runtime.GC()
		debug.FreeOSMemory()
	}
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}}
	metrics.Read(s)
	f.Heap, f.Stacks = s[0].Value.Uint64(), s[1].Value.Uint64()
	f.Goroutines = runtime.NumGoroutine()
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	f.CPU = time.Duration(u.Utime.Nano() + u.Stime.Nano())
	if b, err := os.ReadFile("/proc/self/statm"); err == nil {
		if words := strings.Fields(string(b)); len(words) > 1 {
			pages, _ := strconv.ParseUint(words[1], 10, 64)
			f.RSS = pages * uint64(os.Getpagesize())
		}
	}
	return f
}

// answer gives figures on each line of in, until it ends.
func answer(in *bufio.Scanner, fill func(*figures)) error {
	out := json.NewEncoder(os.Stdout)
	for in.Scan() {
		f := measure(in.Text() == "true")
		fill(&f)
		if err := out.Encode(f); err != nil {
			return fmt.Errorf("figures: %w", err)
		}
	}
	return in.Err()
}
