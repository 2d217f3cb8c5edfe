package pool

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/internal/pool/pooltest"
)

func TestPoolDialsWhenFirstAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, server := open(t, Config{}, &pooltest.Codec{})
		time.Sleep(time.Hour)
		if at, _ := server.Dials(); len(at) != 0 {
			t.Fatalf("%d dials without a call", len(at))
		}
		if _, s := p.Get(); s != Connecting {
			t.Fatalf("first Get says %d, want Connecting", s)
		}
		synctest.Wait()
		c, s := p.Get()
		if s != Ready {
			t.Fatalf("Get after the dial says %d, want Ready", s)
		}
		c.Done()
	})
}

func TestConnectionThatJoinsUnderAGetIsUsedAndNoOtherMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, server := open(t, Config{}, &pooltest.Codec{})
		all(t, calls(t.Context(), p, 1, time.Second), 1)
		if _, s := p.lacking(); s != Ready { // what a Get does that read the list before
			t.Fatalf("it says %d, want Ready", s)
		}
		synctest.Wait()
		if at, _ := server.Dials(); len(at) != 1 {
			t.Fatalf("%d dials, want 1", len(at))
		}
	})
}

func TestManyCallersShareOneDialAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, server := open(t, Config{}, &pooltest.Codec{})
		server.DialTime(200 * time.Millisecond)
		all(t, calls(t.Context(), p, 100, time.Second), 100)
		if at, most := server.Dials(); most != 1 || len(at) > 2 {
			t.Fatalf("%d dials, %d at the same time", len(at), most)
		}
	})
}

func TestCallerThatGivesUpDoesNotCancelTheDialOfOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, server := open(t, Config{}, &pooltest.Codec{})
		server.DialTime(500 * time.Millisecond)
		hasty := calls(t.Context(), p, 1, 100*time.Millisecond)
		patient := calls(t.Context(), p, 1, time.Second)
		e := wantCode(t, <-hasty, onramp.DeadlineExceeded)
		if !errors.Is(e, context.DeadlineExceeded) {
			t.Fatalf("%v is not the context's DeadlineExceeded", e)
		}
		all(t, patient, 1)
		if at, _ := server.Dials(); len(at) != 1 {
			t.Fatalf("%d dials, want 1", len(at))
		}
	})
}

func TestFailedDialFailsThoseInLineWithItsCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, server := open(t, Config{Seed: 7}, &pooltest.Codec{})
		server.Set(pooltest.Refusing)
		start := time.Now()
		errs := calls(t.Context(), p, 3, time.Second)
		for range 3 {
			if e := wantCode(t, <-errs, onramp.Unavailable); !errors.Is(e, pooltest.ErrRefused) {
				t.Fatalf("the cause is not in %v", e)
			}
		}
		if d := time.Since(start); d > 10*time.Millisecond {
			t.Fatalf("a refused dial took its callers %v", d)
		}
		if _, s := p.Get(); s != Refusing {
			t.Fatalf("Get in back-off says %d, want Refusing", s)
		}
		if at, _ := server.Dials(); len(at) != 1 {
			t.Fatalf("%d dials, want 1", len(at))
		}
		server.Set(pooltest.Up)
		time.Sleep(100 * time.Millisecond)
		all(t, calls(t.Context(), p, 3, time.Second), 3)
	})
}

func TestHangingDialEndsAfterTheConnectTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, server := open(t, Config{}, &pooltest.Codec{})
		server.Set(pooltest.Hanging)
		start := time.Now()
		wantCode(t, <-calls(t.Context(), p, 1, time.Minute), onramp.Unavailable)
		if d := time.Since(start); d != time.Second {
			t.Fatalf("the dial was given up after %v, want 1s", d)
		}
	})
}

func TestSetUpOfTheCodecIsWithinTheConnectTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &pooltest.Codec{Setup: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }}
		p, server := open(t, Config{ConnectTimeout: 3 * time.Second}, c)
		server.DialTime(2 * time.Second)
		start := time.Now()
		wantCode(t, <-calls(t.Context(), p, 1, time.Minute), onramp.Unavailable)
		if d := time.Since(start); d != 3*time.Second {
			t.Fatalf("dial and set-up took %v, want 3s together", d)
		}
	})
}

func TestFailureToGrowDoesNotFailThoseWhoWaitForRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, server := open(t, Config{}, &pooltest.Codec{Room: 1})
		all(t, calls(t.Context(), p, 1, time.Second), 1)
		server.Set(pooltest.Refusing)
		server.Latency(100 * time.Millisecond)
		all(t, calls(t.Context(), p, 5, time.Second), 5)
	})
}

func TestBackendHearsOfEachDialBeforeItsCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var heard []error
		n := &pooltest.Net{}
		n.Server("a").Set(pooltest.Refusing)
		p := openAt(t, n, "a", Config{}, &pooltest.Codec{}, func(err error) { heard = append(heard, err) })
		_ = call(t.Context(), p, time.Second)
		if len(heard) != 1 || !errors.Is(heard[0], pooltest.ErrRefused) {
			t.Fatalf("heard %v", heard)
		}
		n.Server("a").Set(pooltest.Up)
		time.Sleep(100 * time.Millisecond)
		if err := call(t.Context(), p, time.Second); err != nil || len(heard) != 2 || heard[1] != nil {
			t.Fatalf("call: %v, heard %v", err, heard)
		}
	})
}

func TestAddressNamesItsNetwork(t *testing.T) {
	for addr, want := range map[string][2]string{
		"10.0.0.1:80":     {"tcp", "10.0.0.1:80"},
		"[::1]:80":        {"tcp", "[::1]:80"},
		"unix:/run/x.s":   {"unix", "/run/x.s"},
		"unix:@a":         {"unix", "@a"},
		"unixhost.com:80": {"tcp", "unixhost.com:80"},
	} {
		if network, address := split(addr); network != want[0] || address != want[1] {
			t.Errorf("%s: %s %s, want %v", addr, network, address, want)
		}
	}
}
