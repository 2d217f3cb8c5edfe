package mux

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

func TestOnewayCallsThatHaveArrivedRunWhenTheirCallerIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ran, canceled, answered atomic.Int32
		b := newBed(t, testConfig(correlated{}), func(ctx context.Context, r *onramp.Request) (*onramp.Response, error) {
			select {
			case <-time.After(time.Second):
				ran.Add(1)
			case <-ctx.Done():
				canceled.Add(1)
			}
			if r.Kind != onramp.Oneway {
				answered.Add(1)
			}
			return nil, nil
		})
		go func() { _, _ = b.call("one that wants an answer", time.Minute) }()
		synctest.Wait()
		for range 5 {
			req := &onramp.Request{Kind: onramp.Oneway, Deadline: time.Now().Add(time.Minute), Body: onramp.Body{Raw: []byte("x")}}
			if _, err := b.c.RoundTrip(context.Background(), req); err != nil {
				t.Error(err)
			}
		}
		synctest.Wait() // they are written, and the handlers wait
		b.c.Close()
		start := time.Now()
		if err := <-b.done; err != nil {
			t.Error(err)
		}
		if ran.Load() != 5 || canceled.Load() != 1 || time.Since(start) != time.Second {
			t.Errorf("%d ran to their end, %d were canceled, after %v", ran.Load(), canceled.Load(), time.Since(start))
		}
		b.stop()
	})
}

func TestAOnewayCallOfACallerThatIsGoneHasSomeTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nc, peer, _ := wire(t)
		served := make(chan error, 1)
		go func() {
			served <- Serve(context.Background(), peer, func(ctx context.Context, _ *onramp.Request) (*onramp.Response, error) {
				<-ctx.Done()
				return nil, nil
			}, testConfig(correlated{}))
		}()
		if _, err := nc.Write(frameOf(codec.Oneway, 1, "x")); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		nc.Close()
		start := time.Now()
		if err := <-served; err != nil || time.Since(start) != lingerMost {
			t.Errorf("Serve returned %v after %v", err, time.Since(start))
		}
	})
}

func TestTheHardStopCancelsOnewayCallsToo(t *testing.T) {
	for _, before := range []bool{false, true} { // the caller is gone before
		synctest.Test(t, func(t *testing.T) { hardStop(t, before) })
	}
}

func hardStop(t *testing.T, callerFirst bool) {
	t.Helper()
	nc, peer, _ := wire(t)
	served := make(chan error, 1)
	go func() {
		served <- Serve(context.Background(), peer, func(ctx context.Context, _ *onramp.Request) (*onramp.Response, error) {
			<-ctx.Done()
			return nil, nil
		}, testConfig(correlated{}))
	}()
	if _, err := nc.Write(frameOf(codec.Oneway, 1, "x")); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	if callerFirst {
		nc.Close()
		time.Sleep(time.Second)
	}
	select {
	case err := <-served:
		t.Fatalf("Serve returned %v while a handler runs", err)
	default:
	}
	peer.Close()
	start := time.Now()
	<-served
	if took := time.Since(start); took > lingerEvery {
		t.Errorf("the handler was told after %v", took)
	}
	nc.Close()
}

func TestOnewayCallsThatAreQueuedRunWhenTheirCallerIsGone(t *testing.T) {
	for _, f := range []codec.Framer{correlated{}, ordered{}} {
		synctest.Test(t, func(t *testing.T) {
			nc, peer, _ := wire(t)
			served := make(chan error, 1)
			var ran, asked atomic.Int32
			cfg := testConfig(f)
			cfg.MaxInFlight = 4
			go func() {
				served <- Serve(context.Background(), peer, func(ctx context.Context, r *onramp.Request) (*onramp.Response, error) {
					if r.Kind != onramp.Oneway {
						asked.Add(1)
						<-ctx.Done()
						return nil, ctx.Err()
					}
					time.Sleep(time.Second)
					if ctx.Err() == nil {
						ran.Add(1)
					}
					return nil, nil
				}, cfg)
			}()
			out := frameOf(codec.Request, 1, "")
			for range 3 {
				out = append(out, frameOf(codec.Oneway, 1, "")...)
			}
			if _, err := nc.Write(out); err != nil {
				t.Fatal(err)
			}
			nc.Close()
			if err := <-served; err != nil {
				t.Error(err)
			}
			if ran.Load() != 3 || asked.Load() > 1 {
				t.Errorf("%d of 3 oneway calls ran", ran.Load())
			}
		})
	}
}

func TestADrainingServerRunsOnewayCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ran atomic.Int32
		b := newBed(t, testConfig(correlated{}), func(_ context.Context, r *onramp.Request) (*onramp.Response, error) {
			if r.Kind == onramp.Oneway {
				ran.Add(1)
			}
			return nil, nil
		})
		b.stop()
		synctest.Wait()
		req := &onramp.Request{Kind: onramp.Oneway, Deadline: time.Now().Add(time.Minute), Body: onramp.Body{Raw: []byte("x")}}
		if _, err := b.c.RoundTrip(context.Background(), req); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if ran.Load() != 1 {
			t.Error("a oneway call, which nobody would send again, did not run")
		}
		b.c.Close()
		<-b.done
	})
}
