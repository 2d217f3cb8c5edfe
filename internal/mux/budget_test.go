package mux

import (
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// answersOf counts what a server sends, by kind and status.
func answersOf(nc net.Conn) (beats, done, busy *atomic.Int32) {
	beats, done, busy = new(atomic.Int32), new(atomic.Int32), new(atomic.Int32)
	go func() {
		buf := make([]byte, 64<<10)
		for {
			if _, err := io.ReadFull(nc, buf[:plainHead]); err != nil {
				return
			}
			n, _ := plain{}.Size(buf[:plainHead])
			if _, err := io.ReadFull(nc, buf[plainHead:n]); err != nil {
				return
			}
			switch {
			case codec.FrameKind(buf[4]) == codec.HeartbeatAck:
				beats.Add(1)
			case buf[5] == 2:
				busy.Add(1)
			default:
				done.Add(1)
			}
		}
	}()
	return beats, done, busy
}

// smallBudget has room for eight requests of 128 KiB.
func smallBudget(f codec.Framer) *Config {
	cfg := testConfig(f)
	cfg.InFlightBytes = 1 << 20
	return cfg
}

func TestLargeRequestsThatDoNotEndAreBoundedByTheirBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var running atomic.Int32
		release := make(chan struct{})
		nc, served := rawClient(t, smallBudget(correlated{}), func(context.Context, *onramp.Request) (*onramp.Response, error) {
			running.Add(1)
			<-release
			return nil, nil
		})
		beats, done, busy := answersOf(nc)
		frame := frameOf(codec.Request, 1, string(make([]byte, 128<<10-plainHead)))
		start := time.Now()
		send := func(n int) {
			for range n {
				if _, err := nc.Write(frame); err != nil {
					t.Fatal(err)
				}
			}
		}
		send(200)
		if _, err := nc.Write(frameOf(codec.Heartbeat, 1, "")); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if n := running.Load(); n != 8 {
			t.Errorf("%d handlers run, want 8", n)
		}
		if took := time.Since(start); took > budgetLook*budgetLooks+time.Millisecond {
			t.Errorf("the connection was not read for %v", took)
		}
		if b, n := busy.Load(), beats.Load(); b != 192 || n != 1 {
			t.Errorf("%d busy replies and %d answered heartbeats, want 192 and 1", b, n)
		}
		close(release)
		synctest.Wait()
		send(100) // and from now on they are quick
		synctest.Wait()
		if n, b := done.Load(), busy.Load(); n != 108 || b != 192 {
			t.Errorf("%d answered and %d busy in the end, want 108 and 192", n, b)
		}
		nc.Close()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
}

func TestABurstOfLargeRequestsIsSlowerAndNotRefused(t *testing.T) {
	for _, f := range []codec.Framer{correlated{}, ordered{}} {
		synctest.Test(t, func(t *testing.T) {
			var most, now atomic.Int32
			b := newBed(t, smallBudget(f), func(ctx context.Context, r *onramp.Request) (*onramp.Response, error) {
				most.Store(max(most.Load(), now.Add(1)))
				time.Sleep(50 * time.Millisecond)
				now.Add(-1)
				return nil, nil
			})
			defer b.close()
			var calls sync.WaitGroup
			for range 100 {
				calls.Go(func() {
					if _, err := b.call(string(make([]byte, 128<<10-plainHead)), 10*time.Second); err != nil {
						t.Error(err)
					}
				})
			}
			calls.Wait()
			if n := most.Load(); n > 8 {
				t.Errorf("%d requests of 128 KiB were under way", n)
			}
		})
	}
}

func TestOneRequestFitsHoweverLarge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := testConfig(correlated{})
		cfg.InFlightBytes = 1000
		b := newBed(t, cfg, echo)
		defer b.close()
		for range 3 {
			if _, err := b.call(string(make([]byte, 100<<10)), time.Second); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestAConnectionThatIsClosedWhileItIsNotReadEndsSoon(t *testing.T) {
	for _, f := range []codec.Framer{correlated{}, ordered{}} {
		synctest.Test(t, func(t *testing.T) {
			client, server, _ := wire(t)
			served := make(chan error, 1)
			go func() { // every handler waits for the end of the connection
				served <- Serve(context.Background(), server, func(ctx context.Context, _ *onramp.Request) (*onramp.Response, error) {
					<-ctx.Done()
					return nil, ctx.Err()
				}, smallBudget(f))
			}()
			go func() {
				frame := frameOf(codec.Request, 0, string(make([]byte, 128<<10-plainHead)))
				for {
					if _, err := client.Write(frame); err != nil {
						return
					}
				}
			}()
			synctest.Wait()
			start := time.Now()
			server.Close() // the hard stop
			<-served
			if took := time.Since(start); took > budgetLook {
				t.Errorf("%T: it ended after %v", f, took)
			}
			client.Close()
		})
	}
}
