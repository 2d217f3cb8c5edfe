//go:build faults && linux

package faults

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/internal/faults/row"
)

// A peer asks for 64 MiB of answers, through a receive buffer of a few KiB, and
// reads none of them. Another client goes on.
func TestAPeerThatReadsNothingIsBoundedAndClosed(t *testing.T) {
	t.Parallel()
	row.EachLong(t, func(t *testing.T, p row.Protocol) {
		t.Parallel()
		readNothing(t, p)
	})
}

func readNothing(t *testing.T, p row.Protocol) {
	const (
		asked  = 1000
		answer = 64 << 10
		limit  = 1 << 20 // of what waits to be written on one connection
	)
	f := newFleet(t, p, 1, spec{})
	s := f.running[0]
	l := newLoad(f.client(client.WithPool(client.PoolConfig{MaxConns: 1})), client.Timeout(2*time.Second))
	stop := beside(func(ctx context.Context) { l.open(ctx, 200, read, write) })
	pause(2 * time.Second)
	before, begin := s.stat(t), time.Now()

	nc := dialSmall(t, s.addr)
	if _, err := nc.Write(bytes.Repeat(requestBytes(t, p, read, &call{ID: firstHeld, Fill: answer}), asked)); err != nil {
		t.Fatal(err)
	}
	var most uint64
	for range 4 {
		pause(500 * time.Millisecond)
		most = max(most, s.stat(t).Heap)
	}
	grown := int64(most) - int64(before.Heap)
	// A batch is written while the next one grows, slices grow by doubling, and a
	// thousand requests wait in their places.
	if grown > 8*limit {
		t.Errorf("the server's heap grew by %d KiB for %d KiB of answers that nobody reads, want about %d", grown>>10, asked*answer>>10, limit>>10)
	}
	// The peer cannot see it: the end stands behind what it does not read.
	until(t, 75*time.Second, "the server closes the connection", func() bool {
		pause(250 * time.Millisecond)
		return s.stat(t).Conns <= 1 // the other client has one at the most
	})
	end := time.Now()
	closed := end.Sub(begin)
	stop()
	calls := l.results()
	noFailure(t, failures(calls, ""), "calls of another client")
	row.Figure(t, 32, p.Name, "the heap grew by %d KiB for 64 MiB that nobody read (goal: a buffer of 1 MiB); closed after %v (goal 10s without progress); %d of %d calls of another client failed (goal 0), p99 %v before and %v meanwhile",
		grown>>10, short(closed), len(failures(calls, "")), len(calls), short(quantile(calls, 0.99, time.Time{}, begin)), short(quantile(calls, 0.99, begin, end)))
}
