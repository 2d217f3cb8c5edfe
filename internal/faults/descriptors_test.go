//go:build faults && linux

package faults

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/internal/faults/row"
)

// A server may have 64 descriptors, and 128 peers connect who want nothing.
func TestAServerWithoutDescriptorsServesOnAndRecovers(t *testing.T) {
	t.Parallel()
	row.Each(t, func(t *testing.T, p row.Protocol) {
		t.Parallel()
		starve(t, p)
	})
}

func starve(t *testing.T, p row.Protocol) {
	const limit = 64
	m := watchMachine(t)
	f := newFleet(t, p, 1, spec{Descriptors: limit})
	s := f.running[0]
	l := newLoad(f.client(), client.Timeout(5*time.Second))
	l.one(write, l.next.Add(1), 0, time.Now()) // connects
	stop := beside(func(ctx context.Context) { l.open(ctx, 100, read, write) })

	var peers []net.Conn
	for range 2 * limit { // the kernel completes them, whatever the server does
		nc, err := net.Dial("tcp", s.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer nc.Close()
		peers = append(peers, nc)
	}
	until(t, 20*time.Second, "accepting fails", func() bool { return s.stat(t).AcceptErrors > 0 })
	before := s.stat(t)
	const starved = 3 * time.Second
	pause(starved)
	after := s.stat(t)
	// Pauses double from 5 ms to 1 s: eight in the first second and a quarter.
	failed := after.AcceptErrors - before.AcceptErrors
	if failed < 1 || failed > 12 {
		t.Errorf("accepting failed %d times in %v, want a few: pauses from 5 ms to 1 s", failed, starved)
	}

	for _, nc := range peers {
		_ = nc.Close()
	}
	freed, late := time.Now(), newLoad(f.client(), client.Timeout(20*time.Second))
	late.one(write, l.next.Add(1), 0, time.Now())
	back := time.Since(freed)
	stop()
	calls := append(l.results(), late.results()...)
	noFailure(t, failures(calls, ""), "calls of clients that were connected, or came later")
	cpu := after.CPU - before.CPU
	row.Figure(t, 44, p.Name, "%d of %d calls on an open connection failed (goal 0); %d failed accepts and %v of processor time in %v; a new client is served %v after descriptors are free (goal 1s)",
		len(failures(calls, "")), len(calls), failed, short(cpu), starved, short(back))
	m.figure("processor time without descriptors", cpu, starved/10)
	m.figure("a new client is served", back, time.Second)
}
