//go:build faults && linux

package hostile

import (
	"testing"
	"time"

	"github.com/onrampmesh/onramp/internal/faults/row"
)

// Ten thousand connections carried one call each and rest.
func TestTenThousandConnectionsThatRestAreSmall(t *testing.T) {
	t.Parallel()
	const (
		conns  = 10_000
		bytes  = 16 << 10
		settle = 16 * time.Second // three looks of a connection's timer
	)
	p := row.Protocols()[0]
	server := start(t, spec{Protocol: p.Name})
	bare := start(t, spec{Protocol: p.Name, Addr: server.addr, Conns: 0}).ask(t, true)
	before := server.ask(t, true)
	client := start(t, spec{Protocol: p.Name, Addr: server.addr, Conns: conns})
	<-time.After(settle)
	for _, side := range []struct {
		name     string
		was, now figures
	}{{"server", before, server.ask(t, true)}, {"client", bare, client.ask(t, true)}} {
		each := func(now, was uint64) int { return (int(now) - int(was)) / conns }
		memory := each(side.now.Heap+side.now.Stacks, side.was.Heap+side.was.Stacks)
		goroutines := float64(side.now.Goroutines-side.was.Goroutines) / conns
		if side.now.Conns-side.was.Conns < conns {
			t.Errorf("%s: %d connections, want %d", side.name, side.now.Conns-side.was.Conns, conns)
		}
		if memory > bytes {
			t.Errorf("%s: %d bytes for each idle connection, want at most %d", side.name, memory, bytes)
		}
		if goroutines > 2 {
			t.Errorf("%s: %.2f goroutines for each idle connection, want at most 2", side.name, goroutines)
		}
		row.Figure(t, 33, p.Name, "10000 idle connections, %s: %d B of heap and %d B of stacks each (goal 16 KiB together), %d B of RSS, %.2f goroutines (goal 2)",
			side.name, each(side.now.Heap, side.was.Heap), each(side.now.Stacks, side.was.Stacks), each(side.now.RSS, side.was.RSS), goroutines)
	}
}
