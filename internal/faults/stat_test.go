//go:build faults && unix

package faults

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/server"
)

// stat is what a server process says of itself when it is asked.
type stat struct {
	// Heap is the bytes that live objects take.
	Heap         uint64
	Conns        int
	Accepted     int64
	AcceptErrors int64
	// CPU is the processor time that the process took so far.
	CPU time.Duration
}

// tell prints a stat for each signal that comes, until ctx ends.
func tell(ctx context.Context, srv *server.Server, asked <-chan os.Signal) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-asked:
			b, err := json.Marshal(takeStat(srv))
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				continue
			}
			fmt.Printf("stat %s\n", b)
		}
	}
}

func takeStat(srv *server.Server) stat {
	runtime.GC()
	runtime.GC() // what the first one had to keep
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	n := srv.Stats()
	return stat{Heap: m.HeapAlloc, Conns: n.Conns, Accepted: n.Accepted, AcceptErrors: n.AcceptErrors, CPU: processorTime()}
}

func processorTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// stat asks the server process.
func (p *process) stat(t testing.TB) stat {
	t.Helper()
	p.signal(t, syscall.SIGUSR1)
	select {
	case s := <-p.told:
		return s
	case <-p.silent:
		t.Fatalf("server %s is gone", p.spec.Name)
	case <-time.After(20 * time.Second):
		t.Fatalf("server %s says nothing of itself", p.spec.Name)
	}
	return stat{}
}

// hear takes the answer.
func (p *process) hear(text string) {
	var s stat
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		fmt.Fprintf(os.Stderr, "server %s: %v in %q\n", p.spec.Name, err, text)
		return
	}
	select {
	case p.told <- s:
	default: // nobody waits any more
	}
}
