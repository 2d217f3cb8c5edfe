package pool

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/onrampmesh/onramp/internal/pool/pooltest"
)

func TestRestGrowsBy60PercentUpToTheMaximum(t *testing.T) {
	cfg, err := Config{}.Resolve(false)
	if err != nil {
		t.Fatal(err)
	}
	want := []time.Duration{100, 160, 256, 409, 655, 1048, 1677, 2684, 4294, 6871, 10000, 10000}
	for i, w := range want {
		if got := cfg.ceiling(i + 1).Truncate(time.Millisecond); got != w*time.Millisecond {
			t.Errorf("after %d failures: %v, want %v", i+1, got, w*time.Millisecond)
		}
	}
	if got := cfg.ceiling(1 << 30); got != 10*time.Second {
		t.Errorf("after very many failures: %v", got)
	}
}

func TestRestIsWithinItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg, err := Config{
			Seed:        rapid.Uint64().Draw(t, "seed"),
			BackoffBase: time.Duration(rapid.Int64Range(int64(time.Millisecond), int64(time.Second)).Draw(t, "base")),
		}.Resolve(false)
		if err != nil {
			t.Fatal(err)
		}
		p := New(Backend{Codec: &pooltest.Codec{}}, cfg)
		now := time.Now()
		for n := range rapid.IntRange(1, 40).Draw(t, "failures") {
			p.rest(now, fmt.Errorf("refused"), false)
			if d := p.notBefore.Sub(now); d < 0 || d > cfg.ceiling(n+1) {
				t.Fatalf("failure %d rests %v, want 0..%v", n+1, d, cfg.ceiling(n+1))
			}
		}
	})
}

func TestGoodConnectionMakesThePoolForgetFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, server := open(t, Config{}, &pooltest.Codec{})
		server.Set(pooltest.Refusing)
		for range 8 {
			p.Get()
			time.Sleep(10 * time.Second)
		}
		server.Set(pooltest.Up)
		all(t, calls(t.Context(), p, 1, time.Second), 1)
		time.Sleep(2 * time.Second)
		server.Kill()
		time.Sleep(time.Second)
		_ = call(t.Context(), p, time.Second)
		if s := p.Status(); s.Err == nil || s.RetryIn > 100*time.Millisecond {
			t.Errorf("after one failure the pool rests %v: %v", s.RetryIn, s.Err)
		}
	})
}

// reconnect lets 500 pools lose their server at once, while calls come all the
// time, and returns when they dialed in the window after.
func reconnect(t *testing.T, down, from, to time.Duration) (buckets [10]int, total int) {
	n := &pooltest.Net{}
	server := n.Server("a")
	pools := make([]*Pool, 500)
	for i := range pools {
		pools[i] = openAt(t, n, "a", Config{Seed: uint64(i + 1)}, &pooltest.Codec{}, nil)
		pools[i].Get()
	}
	time.Sleep(2 * time.Second)
	lost := time.Now()
	server.Break()
	if down > 0 {
		server.Set(pooltest.Refusing)
	}
	for time.Since(lost) < to {
		if down > 0 && time.Since(lost) >= down {
			server.Set(pooltest.Up)
		}
		for _, p := range pools {
			if c, s := p.Get(); s == Ready {
				c.Done()
			}
		}
		time.Sleep(time.Millisecond)
	}
	at, most := server.Dials()
	if most > len(pools) {
		t.Errorf("%d dials at once from %d pools", most, len(pools))
	}
	for _, d := range at {
		if d := d.Sub(lost); d >= from && d < to {
			buckets[int(d-from)*len(buckets)/int(to-from)]++
			total++
		}
	}
	return buckets, total
}

func spreadEvenly(t *testing.T, buckets [10]int, total int) {
	t.Helper()
	for i, n := range buckets {
		if n*len(buckets) > 2*total {
			t.Errorf("bucket %d has %d of %d dials, more than twice the mean: %v", i, n, total, buckets)
		}
	}
}

func TestClientsOfABrokenServerComeBackSpreadOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		buckets, total := reconnect(t, 0, 0, 100*time.Millisecond)
		if total != 500 {
			t.Errorf("%d dials of 500 pools", total)
		}
		spreadEvenly(t, buckets, total)
	})
}

func TestClientsOfAServerThatWasDownComeBackSpreadOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		buckets, total := reconnect(t, 2*time.Second, 2*time.Second, 3*time.Second)
		if total < 250 {
			t.Errorf("only %d of 500 pools dialed within a second", total)
		}
		spreadEvenly(t, buckets, total)
	})
}

func TestServerThatAcceptsAndHangsUpIsNotDialedInALoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, server := open(t, Config{Seed: 3}, &pooltest.Codec{})
		for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
			if c, s := p.Get(); s == Ready {
				c.Done()
				server.Break()
			}
		}
		if at, _ := server.Dials(); len(at) < 5 || len(at) > 40 {
			t.Fatalf("%d dials in 10 s", len(at))
		}
		time.Sleep(10 * time.Second)
		p.Get()
		time.Sleep(2 * time.Second) // stable: the pool forgets
		server.Break()
		synctest.Wait()
		start := time.Now()
		if err := call(t.Context(), p, time.Second); err != nil || time.Since(start) > 100*time.Millisecond {
			t.Fatalf("after a stable connection: %v in %v", err, time.Since(start))
		}
	})
}

func TestAYoungConnectionThatAnsweredIsDialedAgainSoonHoweverOftenItIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, server := open(t, Config{}, &pooltest.Codec{})
		for i := range 20 {
			start := time.Now()
			all(t, calls(t.Context(), p, 3, time.Second), 3)
			if d := time.Since(start); d > 100*time.Millisecond {
				t.Errorf("loss %d: served after %v", i, d)
			}
			server.Break()
			synctest.Wait()
		}
	})
}
