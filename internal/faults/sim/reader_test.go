package sim

import (
	"bytes"
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp/internal/faults/row"
	"github.com/onrampmesh/onramp/onramptest"
)

// Row 32: a peer asks for 60 MiB of answers and reads none.
func TestAPeerThatReadsNoAnswersIsBoundedAndClosed(t *testing.T) {
	each(t, func(t *testing.T, p row.Protocol) {
		const asked, answer, limit = 1000, 60 << 10, 1 << 20
		w := newWorld(t, p, settings{net: []onramptest.NetworkOption{onramptest.Buffer(64 << 10)}})
		defer w.close()
		request, _ := w.captured(t, 0, answer)
		stop := w.beside(t)
		before := heap()
		nc, err := w.net.Dial(context.Background(), "tcp", serverAddr)
		if err != nil {
			t.Fatal(err)
		}
		defer nc.Close()
		go func() { _, _ = nc.Write(bytes.Repeat(request, asked)) }()
		synctest.Wait()
		begin := time.Now()
		grown := heap() - before
		// A batch is being written, the next one has grown by doubling, and the requests
		// have their places.
		if grown > 8*limit {
			t.Errorf("the heap grew by %d KiB for answers that nobody reads", grown>>10)
		}
		link := w.net.Links(serverAddr)
		stalled := link[len(link)-1]
		was, _ := stalled.Traffic(onramptest.ToClient)
		for w.server.Stats().Conns > 1 && time.Since(begin) < time.Minute { // the other client's stays
			time.Sleep(10 * time.Millisecond)
		}
		took := time.Since(begin)
		if now, _ := stalled.Traffic(onramptest.ToClient); now != was {
			t.Errorf("%d bytes went out meanwhile", now-was)
		}
		if took < 10*time.Second || took > 15*time.Second {
			t.Errorf("closed after %v without progress, want 10s to 15s", took)
		}
		calls, failed, slowest := stop()
		row.Figure(t, 32, p.Name, "%d MiB of answers that nobody reads: the heap grew by %d KiB (goal: a buffer of 1 MiB), closed after %v without progress (goal 10 s); %d of %d calls beside it failed (goal 0), the slowest took %v", asked*answer>>20, grown>>10, took, failed, calls, slowest)
	})
}

// heap returns how many bytes are in use.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
