//go:build faults && linux

package faults

import (
	"context"
	"errors"
	"net"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/internal/faults/row"
)

// Two hundred peers begin a frame and send a byte of it each second, or no more
// at all. Another client goes on.
func TestPeersThatDribbleAreClosedAndHarmNobody(t *testing.T) {
	t.Parallel()
	row.EachLong(t, func(t *testing.T, p row.Protocol) {
		t.Parallel()
		dribble(t, p)
	})
}

func dribble(t *testing.T, p row.Protocol) {
	const peers = 200
	m := watchMachine(t)
	f := newFleet(t, p, 1, spec{})
	s := f.running[0]
	l := newLoad(f.client(client.WithPool(client.PoolConfig{MaxConns: 1})), client.Timeout(2*time.Second))
	stop := beside(func(ctx context.Context) { l.open(ctx, 200, read, write) })
	pause(2 * time.Second)
	before, begin := s.stat(t), time.Now()

	frame := requestBytes(t, p, write, &call{ID: firstHeld, Fill: 1})
	took := make([]time.Duration, peers)
	var all sync.WaitGroup
	for i := range peers {
		every := time.Second
		if i%2 == 1 {
			every = time.Hour
		}
		all.Go(func() { took[i] = trickle(t, s.addr, frame, every) })
	}
	pause(3 * time.Second)
	during := s.stat(t)
	all.Wait()
	end := time.Now()
	pause(500 * time.Millisecond)
	after := s.stat(t)
	stop()
	if during.Conns < peers {
		t.Errorf("the server has %d connections, want %d and more: this test saw nothing", during.Conns, peers)
	}
	if after.Conns > 1 { // the other client's
		t.Errorf("the server has %d connections after all, want 1", after.Conns)
	}
	if slices.Contains(took, 0) {
		t.Error("a connection that began a frame was not closed within 75 s")
	}
	calls := l.results()
	noFailure(t, failures(calls, ""), "calls of another client")
	if did := runs(t, s); did[write][firstHeld] > 0 {
		t.Error("a frame that was never whole was served")
	}
	row.Figure(t, 33, p.Name, "%d peers that send a byte a second, or one byte: closed after %v to %v (goal <= 15s), %d KiB each; %d of %d calls of another client failed (goal 0), p99 %v before and %v meanwhile",
		peers, short(slices.Min(took)), short(slices.Max(took)), (int64(during.Heap)-int64(before.Heap))/peers>>10,
		len(failures(calls, "")), len(calls), short(quantile(calls, 0.99, time.Time{}, begin)), short(quantile(calls, 0.99, begin, end)))
	m.figure("the last peer that dribbles is closed", slices.Max(took), 15*time.Second)
}

// trickle sends a frame byte by byte, and returns how long the connection lived;
// 0 when it was not closed.
func trickle(t testing.TB, addr string, frame []byte, every time.Duration) time.Duration {
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		t.Error(err)
		return 0
	}
	defer nc.Close()
	begin := time.Now()
	last := begin.Add(75 * time.Second)
	for i, next := 0, begin; time.Now().Before(last); {
		if !next.After(time.Now()) && i < len(frame)-1 {
			if _, err := nc.Write(frame[i : i+1]); err != nil {
				return time.Since(begin)
			}
			i, next = i+1, next.Add(every)
		}
		wake := next
		if wake.After(last) {
			wake = last
		}
		_ = nc.SetReadDeadline(wake)
		if _, err := nc.Read(make([]byte, 1)); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return time.Since(begin)
		}
	}
	return 0
}
