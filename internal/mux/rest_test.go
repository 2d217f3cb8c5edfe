package mux

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

func TestAConnectionThatRestsHoldsNoLargeBufferAndNoWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, testConfig(correlated{}), sleepy(time.Millisecond))
		defer b.close()
		if _, err := b.call("x", time.Second); err != nil {
			t.Fatal(err)
		}
		for range 10 { // between heartbeats, which go on
			time.Sleep(5100 * time.Millisecond)
			synctest.Wait()
		}
		if b.c.r.buf != nil && cap(b.c.r.held()) > 2048 {
			t.Errorf("the client's reader holds %d bytes", cap(b.c.r.held()))
		}
		if now, spare := cap(b.c.w.next.buf), cap(b.c.w.spare.buf); now > 0 || spare > 512 || b.c.w.kept > 0 {
			t.Errorf("the client's writer holds %d, %d and %d bytes", now, spare, b.c.w.kept)
		}
		if b.c.w.kick != nil {
			t.Error("the client has a flusher for its heartbeats")
		}
	})
}

func TestHeartbeatsDoNotKeepTheWorkersOfAConnectionThatRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nc, served := rawClient(t, testConfig(correlated{}), func(context.Context, *onramp.Request) (*onramp.Response, error) {
			time.Sleep(time.Millisecond)
			return nil, nil
		})
		_, done, _ := answersOf(nc)
		for id := range uint64(10) {
			if _, err := nc.Write(frameOf(codec.Request, id, "x")); err != nil {
				t.Fatal(err)
			}
		}
		before := -1
		for range 5 {
			time.Sleep(4 * time.Second)
			if _, err := nc.Write(frameOf(codec.Heartbeat, 1, "")); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if n := workersOf(t); before < 0 || n < before {
				before = n
			}
		}
		if before != 0 || done.Load() != 10 {
			t.Errorf("%d workers are left after %d calls", before, done.Load())
		}
		nc.Close()
		<-served
	})
}

// workersOf counts the goroutines of this test that run handlers, or wait to.
func workersOf(t *testing.T) int {
	t.Helper()
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	return strings.Count(string(stacks), "(*workers).run(")
}

func TestAServersReaderThatRestsHoldsNoBuffer(t *testing.T) {
	for _, f := range []codec.Framer{plain{}, correlated{}} {
		synctest.Test(t, func(t *testing.T) {
			nc, served := rawClient(t, testConfig(f), func(context.Context, *onramp.Request) (*onramp.Response, error) {
				time.Sleep(time.Millisecond)
				return nil, nil
			})
			_, done, _ := answersOf(nc)
			for id := range uint64(100) {
				if _, err := nc.Write(frameOf(codec.Request, id, strings.Repeat("x", 1000))); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
			}
			for range 5 {
				time.Sleep(3 * time.Second)
				if _, err := nc.Write(frameOf(codec.Heartbeat, 1, "")); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
			}
			stacks := make([]byte, 1<<20)
			stacks = stacks[:runtime.Stack(stacks, true)]
			if n := strings.Count(string(stacks), "(*reader).fillIdle("); n != 1 || done.Load() != 100 {
				t.Errorf("%d readers wait without a buffer, want 1, after %d calls", n, done.Load())
			}
			nc.Close()
			<-served
		})
	}
}
