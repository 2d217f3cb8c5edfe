package mux

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/onramptest"
)

const bothWays = onramptest.ToServer | onramptest.ToClient

func TestACallAfterALongSilenceAsksFirst(t *testing.T) {
	for _, stalled := range []bool{false, true} {
		for _, timeout := range []time.Duration{300 * time.Millisecond, 30 * time.Second} {
			synctest.Test(t, func(t *testing.T) {
				cfg := testConfig(correlated{})
				cfg.Heartbeat = time.Hour
				b := newBed(t, cfg, echo)
				if _, err := b.call("x", time.Second); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
				if stalled {
					b.net.Freeze(serverAddr, bothWays)
				}
				start := time.Now()
				_, err := b.call("y", timeout)
				took := time.Since(start)
				e := onramp.AsError(err)
				switch most := min(proofWait, timeout/3) + 2*proofLook; {
				case !stalled && (err != nil || took > proofLook):
					t.Errorf("after %v: %v", took, err)
				case stalled && (e == nil || e.Code != onramp.Unavailable || e.Origin != onramp.Local || took > most):
					t.Errorf("after %v: got %v, want unavailable of origin local", took, err)
				}
				b.net.Thaw(serverAddr)
				b.close()
			})
		}
	}
}

func TestAConnectionWithHeartbeatsOrCallsIsNotAsked(t *testing.T) {
	for _, rest := range []time.Duration{time.Millisecond, 4 * time.Second, 14900 * time.Millisecond, time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			b := newBed(t, testConfig(correlated{}), echo)
			defer b.close()
			for range 100 {
				if _, err := b.call("x", time.Second); err != nil {
					t.Fatal(err)
				}
				time.Sleep(rest)
				if b.c.look(time.Now()) {
					t.Fatalf("after a rest of %v it would be asked", rest)
				}
			}
		})
	}
}

func TestAConnectionOfWhichNothingIsHeardHasNoRoomUntilSomethingIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, testConfig(correlated{}), sleepy(time.Millisecond))
		defer b.close()
		if _, err := b.call("x", time.Second); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		b.net.Freeze(serverAddr, bothWays)
		var calls sync.WaitGroup
		for range 5 {
			calls.Go(func() {
				if _, err := b.call("y", 300*time.Millisecond); !errors.Is(err, onramp.DeadlineExceeded) {
					t.Errorf("got %v, want deadline exceeded", err)
				}
			})
		}
		calls.Wait()
		if free, s := b.c.Load(); free != 0 || s != codec.Ready {
			t.Errorf("%d places are free, %v", free, s)
		}
		changed := b.c.Changed()
		b.net.Thaw(serverAddr)
		<-changed
		time.Sleep(10 * time.Millisecond) // for the late replies
		if free, _ := b.c.Load(); free != 1024 {
			t.Errorf("%d places are free after the thaw", free)
		}
	})
}

func TestACallThatOthersOutliveLeavesItsConnectionInTrust(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, testConfig(correlated{}), func(ctx context.Context, r *onramp.Request) (*onramp.Response, error) {
			if string(r.Body.Raw) == "stuck" {
				<-ctx.Done()
			}
			return echo(ctx, r)
		})
		defer b.close()
		time.Sleep(time.Second)
		var calls sync.WaitGroup
		calls.Go(func() { _, _ = b.call("stuck", 300*time.Millisecond) })
		time.Sleep(100 * time.Millisecond)
		if _, err := b.call("x", time.Second); err != nil {
			t.Error(err)
		}
		calls.Wait()
		if free, _ := b.c.Load(); free < 1000 {
			t.Errorf("%d places are free", free)
		}
	})
}
