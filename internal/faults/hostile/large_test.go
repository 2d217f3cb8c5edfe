//go:build faults && linux

package hostile

import (
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/internal/faults/row"
)

// peak asks again and again until stop is closed.
func peak(t testing.TB, s *process, stop <-chan struct{}) (most uint64) {
	for {
		f := s.ask(t, false)
		most = max(most, f.Heap+f.Stacks)
		select {
		case <-stop:
			return most
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// A peer sends requests of 8 MiB, all on one connection, whose handlers do not end.
func TestLargeRequestsWhoseHandlersBlockAreBounded(t *testing.T) {
	t.Parallel()
	row.EachLong(t, func(t *testing.T, p row.Protocol) {
		const (
			frames = 64
			size   = 8 << 20
			bound  = 2*size + 1<<20 // of what lives; the collector lets more stand
		)
		s := start(t, spec{Protocol: p.Name})
		v := newVictim(t, p, s.addr)
		<-time.After(500 * time.Millisecond)
		before := s.ask(t, true)
		frame := encode(t, p, "block", 5, onramp.Body{Raw: large(size)})
		nc := dialFrom(t, 0, s.addr)
		defer nc.Close()
		var answers sync.WaitGroup
		answers.Go(func() { _, _ = io.Copy(io.Discard, nc) })
		stop := make(chan struct{})
		sent := make(chan int, 1)
		go func() {
			defer close(stop)
			n := 0
			for ; n < frames; n++ {
				if _, err := nc.Write(frame); err != nil {
					break
				}
			}
			sent <- n
		}()
		most := peak(t, s, stop)
		rest := atRest(t, s)
		if n := <-sent; n != frames {
			t.Errorf("the server took %d of %d frames: it should answer busy and read on", n, frames)
		}
		_ = nc.Close()
		answers.Wait()
		calls := v.unharmed(t)
		grown, kept := int64(most)-int64(before.Heap+before.Stacks), int64(rest.Heap+rest.Stacks)-int64(before.Heap+before.Stacks)
		// Below the JSON text lies the handler's own value, of the same size.
		if kept > 2*bound || grown > frames*size/2 {
			t.Errorf("the server's memory grew by %d MiB, of which %d MiB live, for %d MiB of requests", grown>>20, kept>>20, frames*size>>20)
		}
		if runs := rest.Runs - before.Runs; runs > int64(calls)+2 {
			t.Errorf("%d handlers ran", runs)
		}
		row.Figure(t, 45, p.Name, "%d requests of 8 MiB on one connection, whose handlers block: %d MiB more at most, %d MiB of it live (goal 17 MiB and the handler's own value); %d calls of another client, 0 failed (goal 0)",
			frames, grown>>20, kept>>20, calls)
	})
}

// atRest asks three times for what lives, because the last frames are still being
// read, and takes the least.
func atRest(t testing.TB, s *process) (least figures) {
	for i := range 3 {
		<-time.After(200 * time.Millisecond)
		if f := s.ask(t, true); i == 0 || f.Heap+f.Stacks < least.Heap+least.Stacks {
			least = f
		}
	}
	return least
}

// large is a call's JSON text of about n bytes.
func large(n int) []byte {
	b := []byte(`{"Text":"`)
	for len(b) < n-64 {
		b = append(b, "abcdefghijklmnopqrstuvwxyz012345"...)
	}
	return append(b, `"}`...)
}

// Peers say that they send 8 MiB each, and send its first kilobyte.
func TestWhatAFrameDeclaresIsNotTaken(t *testing.T) {
	t.Parallel()
	row.EachLong(t, func(t *testing.T, p row.Protocol) {
		const peers = 500
		s := start(t, spec{Protocol: p.Name})
		before := s.ask(t, true)
		frame := encode(t, p, "block", 5, onramp.Body{Raw: large(8 << 20)})
		var conns []net.Conn
		for i := range peers {
			if nc := dialFrom(t, i, s.addr); nc != nil {
				_, _ = nc.Write(frame[:1<<10])
				conns = append(conns, nc)
			}
		}
		<-time.After(time.Second)
		f := s.ask(t, true)
		for _, nc := range conns {
			_ = nc.Close()
		}
		each := (int64(f.Heap+f.Stacks) - int64(before.Heap+before.Stacks)) / peers
		if each > 64<<10 {
			t.Errorf("%d KiB for each connection that declared 8 MiB, want at most 64", each>>10)
		}
		row.Figure(t, 34, p.Name, "%d frames that declare 8 MiB and send 1 KiB: %d KiB of memory each (goal 64)", peers, each>>10)
	})
}
