package mux

import (
	"context"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

func TestAHandlerThatBlocksInlineHoldsUpNobodyForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		b := newBed(t, testConfig(correlated{}), func(ctx context.Context, r *onramp.Request) (*onramp.Response, error) {
			switch string(r.Body.Raw) {
			case "block":
				<-release // until another call on this connection has run
			case "release":
				close(release)
			}
			return echo(ctx, r)
		})
		defer b.close()
		for round := range 3 {
			release = make(chan struct{})
			for range 2 * quickMost { // quick handlers run inline from now on
				if _, err := b.call("quick", time.Second); err != nil {
					t.Fatal(err)
				}
			}
			var wg sync.WaitGroup
			wg.Go(func() {
				if _, err := b.call("block", time.Second); err != nil {
					t.Errorf("round %d: the blocking call: %v", round, err)
				}
			})
			synctest.Wait()
			start := time.Now()
			if _, err := b.call("release", time.Second); err != nil {
				t.Errorf("round %d: the call behind it: %v", round, err)
			}
			if took := time.Since(start); took > 2*watchEvery {
				t.Errorf("round %d: it was held up for %v", round, took)
			}
			wg.Wait()
		}
	})
}

func TestSlowHandlersAreNotRunInline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, testConfig(correlated{}), sleepy(5*time.Millisecond))
		defer b.close()
		for range 2 * quickMost {
			if _, err := b.call("slow", time.Second); err != nil {
				t.Fatal(err)
			}
		}
		// Two at once take as long as one.
		start := time.Now()
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() { _, _ = b.call("slow", time.Second) })
		}
		wg.Wait()
		if took := time.Since(start); took != 5*time.Millisecond {
			t.Errorf("two calls took %v", took)
		}
	})
}

func TestAConnectionThatEndsWhileAHandlerRunsInlineEndsServe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told atomic.Bool
		b := newBed(t, testConfig(correlated{}), func(ctx context.Context, r *onramp.Request) (*onramp.Response, error) {
			if string(r.Body.Raw) == "block" {
				<-ctx.Done()
				told.Store(true)
			}
			return echo(ctx, r)
		})
		for range 2 * quickMost {
			if _, err := b.call("quick", time.Second); err != nil {
				t.Fatal(err)
			}
		}
		go func() { _, _ = b.call("block", time.Hour) }()
		synctest.Wait()
		b.c.Close()
		b.stop()
		if err := <-b.done; err != nil || !told.Load() {
			t.Errorf("Serve returned %v, the handler was told: %v", err, told.Load())
		}
	})
}

func TestRequestsOfOneReadThatFillTheWriteBufferAreAnsweredAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := testConfig(correlated{})
		cfg.WriteBuffer = 4 << 10
		nc, peer, _ := wire(t)
		served := make(chan error, 1)
		go func() { served <- Serve(context.Background(), peer, echo, cfg) }()
		frame := frameOf(codec.Request, 1, string(make([]byte, 1500)))
		buf := make([]byte, len(frame))
		for range 200 {
			_, _ = nc.Write(frame)
			_, _ = io.ReadFull(nc, buf)
		}
		var out []byte
		for range 10 {
			out = append(out, frame...)
		}
		start := time.Now()
		_, _ = nc.Write(out)
		for range 10 {
			_, _ = io.ReadFull(nc, buf)
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("ten calls took %v", took)
		}
		nc.Close()
		<-served
	})
}
