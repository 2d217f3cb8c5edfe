package mux

import (
	"bytes"
	"errors"
	"math"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"
)

// sink keeps what is written, up to limit bytes.
type sink struct {
	net.Conn
	mu    sync.Mutex
	got   []byte
	limit int
	most  int // of one write
}

var errSink = errors.New("the sink is full")

func (s *sink) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.most = max(s.most, len(b))
	n := min(len(b), s.limit-len(s.got))
	if s.got = append(s.got, b[:n]...); n < len(b) {
		return n, errSink
	}
	return n, nil
}

func TestFramesOfAnySizeAreWrittenInOrderAndWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.SliceOfN(rapid.OneOf(rapid.IntRange(1, 200), rapid.IntRange(largeFrame-1, largeFrame+1), rapid.IntRange(1, 300<<10)), 1, 40).Draw(t, "sizes")
		s := &sink{limit: rapid.IntRange(0, 2<<20).Draw(t, "limit")}
		var failed atomic.Bool
		w := newWriter(s, 64<<20, func(error) { failed.Store(true) })
		f := &out{}
		var want []byte
		w.hold()
		for i, n := range sizes {
			f.b = append(f.b[:0], bytes.Repeat([]byte{byte(i + 1)}, n)...)
			want = append(want, f.b...)
			if _, err := w.write(f, rapid.Bool().Draw(t, "alone"), nil); err != nil {
				if !failed.Load() {
					t.Fatal(err)
				}
				break
			}
			if rapid.IntRange(0, 3).Draw(t, "release") == 0 {
				w.release()
				w.hold()
			}
		}
		w.release()
		if flushed := w.flushed(); flushed != nil {
			<-flushed
		}
		offered := w.close()
		w.flushers.Wait()
		if len(s.got) < s.limit && failed.Load() {
			t.Fatalf("it failed after %d bytes of %d", len(s.got), s.limit)
		}
		if !bytes.HasPrefix(want, s.got) || !failed.Load() && len(s.got) != len(want) {
			t.Fatalf("%d bytes were written of %d, or others", len(s.got), len(want))
		}
		if failed.Load() && (offered < uint64(len(s.got)) || offered > uint64(len(want))) {
			t.Fatalf("%d bytes are said to be handed over, %d were", offered, len(s.got))
		}
		if s.most > maxWrite {
			t.Fatalf("a write of %d bytes", s.most)
		}
	})
}

func TestLargeFramesCostNoAllocationOnceBuffersAreThere(t *testing.T) {
	s := &sink{limit: math.MaxInt}
	w := newWriter(s, 1<<20, func(err error) { t.Error(err) })
	f := &out{}
	large := make([]byte, 16<<10)
	once := func() {
		w.hold()
		for range 4 {
			f.b = append(f.b[:0], large...)
			if _, err := w.write(f, true, nil); err != nil {
				t.Fatal(err)
			}
		}
		w.release()
		if flushed := w.flushed(); flushed != nil {
			<-flushed
		}
		w.unheard.Store(0)
		s.got = s.got[:0]
	}
	for range 10 {
		once()
	}
	if n := testing.AllocsPerRun(100, once); n > 1 { // that of flushed
		t.Errorf("%v allocations for 4 frames", n)
	}
	w.trim()
	if w.spares != nil || w.next.buf != nil || w.all != nil {
		t.Error("an idle writer holds buffers")
	}
	w.flushers.Wait() // nor a goroutine
}

// gap refuses the first write and takes those after it.
type gap struct {
	net.Conn
	writes atomic.Int32
}

func (g *gap) Write(b []byte) (int, error) {
	if g.writes.Add(1) == 1 {
		return 0, errSink
	}
	return len(b), nil
}

func TestNothingIsWrittenBehindAWriteThatFailed(t *testing.T) {
	g := &gap{}
	failed := make(chan struct{})
	var w *writer
	w = newWriter(g, 1<<20, func(error) {
		if _, err := w.write(&out{b: []byte("behind")}, true, nil); !errors.Is(err, errWriterClosed) {
			t.Errorf("a write behind the gap: %v", err)
		}
		close(failed)
	})
	if _, err := w.write(&out{b: []byte("first")}, true, nil); err != nil {
		t.Fatal(err)
	}
	<-failed
	if offered := w.close(); offered != 0 || g.writes.Load() != 1 {
		t.Errorf("%d bytes in %d writes were handed over", offered, g.writes.Load())
	}
	w.flushers.Wait()
}
