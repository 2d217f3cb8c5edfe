package onramptest_test

import (
	"io"
	"slices"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/onramptest"
)

// arrivals reads until want bytes are there and returns when each read ended.
func arrivals(t *testing.T, r io.Reader, want int) []time.Duration {
	t.Helper()
	var out []time.Duration
	start, b := time.Now(), make([]byte, 64<<10)
	for got := 0; got < want; {
		n, err := r.Read(b)
		if err != nil {
			t.Fatalf("after %d bytes of %d: %v", got, want, err)
		}
		got += n
		out = append(out, time.Since(start))
	}
	return out
}

func TestLatencyIsAPipelineAndNotAQueue(t *testing.T) {
	inMemory(t, func(t *testing.T, p proxied) {
		go func() {
			for range 100 {
				io.WriteString(p.client, "x")
				time.Sleep(time.Millisecond)
			}
		}()
		at := arrivals(t, p.server, 100)
		if len(at) != 100 || at[0] != 50*time.Millisecond || at[99] != 149*time.Millisecond {
			t.Errorf("%d reads, the first after %v, the last after %v; want 100, 50ms and 149ms", len(at), at[0], at[len(at)-1])
		}
	}, onramptest.ProxyConfig{ToServer: onramptest.Toxics{Latency: 50 * time.Millisecond}})
}

func TestOverTCPNothingArrivesTooEarly(t *testing.T) {
	overTCP(t, func(t *testing.T, p proxied) {
		start := time.Now()
		p.client.Write(make([]byte, 3_000))
		at := arrivals(t, p.server, 3_000)
		if at[0] < 20*time.Millisecond || time.Since(start) < 50*time.Millisecond {
			t.Errorf("3000 bytes, 20ms late and at 100 kB/s, arrived from %v to %v; want from 20ms to 50ms or later", at[0], time.Since(start))
		}
	}, onramptest.ProxyConfig{ToServer: onramptest.Toxics{Latency: 20 * time.Millisecond, Rate: 100_000}})
}

func TestARateIsExact(t *testing.T) {
	const rate, n = 3000, 100_000
	inMemory(t, func(t *testing.T, p proxied) {
		go feed(p.client, noise(n), 5000)
		at := arrivals(t, p.server, n)
		if want := 20*time.Millisecond + n*time.Second/rate; at[len(at)-1] != want {
			t.Errorf("%d bytes took %v, want %v", n, at[len(at)-1], want)
		}
		for i := 1; i < len(at); i++ {
			if gap := at[i] - at[i-1]; gap > 10*time.Millisecond+1 {
				t.Fatalf("%v between two pieces", gap)
			}
		}
	}, onramptest.ProxyConfig{ToServer: onramptest.Toxics{Latency: 20 * time.Millisecond, Rate: rate}})
}

func TestAnIdleOrStalledLineSavesNoRateUp(t *testing.T) {
	inMemory(t, func(t *testing.T, p proxied) {
		slow := onramptest.Toxics{Rate: 10}
		for _, pause := range []func(){
			func() { time.Sleep(time.Minute) },
			func() {
				p.set(t, onramptest.ToServer, onramptest.Toxics{Rate: 10, Stall: true})
				time.AfterFunc(time.Minute, func() { p.set(t, onramptest.ToServer, slow) })
			},
		} {
			pause()
			begin := time.Now()
			io.WriteString(p.client, "0123456789")
			at := arrivals(t, p.server, 10)
			if first := begin.Add(at[0]); time.Since(first) != 900*time.Millisecond || len(at) != 10 {
				t.Errorf("9 bytes after the first in %v, in %d reads; want 900ms and one a read", time.Since(first), len(at))
			}
		}
	}, onramptest.ProxyConfig{ToServer: onramptest.Toxics{Rate: 10}})
}

func TestARateCanBeChangedWhileBytesPass(t *testing.T) {
	inMemory(t, func(t *testing.T, p proxied) {
		time.AfterFunc(995*time.Millisecond, func() { p.set(t, onramptest.ToServer, onramptest.Toxics{Rate: 1000}) })
		start := time.Now()
		p.client.Write(make([]byte, 1100))
		arrivals(t, p.server, 1100)
		if took := time.Since(start); took != 1996*time.Millisecond {
			t.Errorf("99 bytes at 100 a second, and 1001 at 1000, took %v, want 1.996s", took)
		}
	}, onramptest.ProxyConfig{ToServer: onramptest.Toxics{Rate: 100}})
}

func TestAReceiverThatTookNothingGetsNoBurst(t *testing.T) {
	inMemory(t, func(t *testing.T, p proxied) {
		const network = 256 << 10 // bytes that wait at the receiver
		go p.client.Write(make([]byte, 3*network))
		time.Sleep(time.Minute)
		start := time.Now()
		arrivals(t, p.server, 3*network)
		if took := time.Since(start); took < 1900*time.Millisecond {
			t.Errorf("two seconds' worth of bytes came within %v", took)
		}
	}, onramptest.ProxyConfig{ToServer: onramptest.Toxics{Rate: 256 << 10}})
}

func TestJitterIsBoundedAndRepeatable(t *testing.T) {
	run := func(seed uint64) (at []time.Duration) {
		inMemory(t, func(t *testing.T, p proxied) {
			for range 20 {
				start := time.Now()
				io.WriteString(p.client, "x")
				io.ReadFull(p.server, make([]byte, 1))
				at = append(at, time.Since(start))
			}
		}, onramptest.ProxyConfig{Seed: seed, ToServer: onramptest.Toxics{Latency: 10 * time.Millisecond, Jitter: 5 * time.Millisecond}})
		return at
	}
	a, b, c := run(1), run(1), run(2)
	if !slices.Equal(a, b) || slices.Equal(a, c) {
		t.Errorf("seed 1: %v, again: %v, seed 2: %v", a, b, c)
	}
	if slices.Min(a) < 10*time.Millisecond || slices.Max(a) > 15*time.Millisecond || slices.Min(a) == slices.Max(a) {
		t.Errorf("10ms and up to 5ms came out as %v", a)
	}
}

func TestSlicesArriveAsTinyReads(t *testing.T) {
	inMemory(t, func(t *testing.T, p proxied) {
		io.WriteString(p.client, "0123456789")
		if at := arrivals(t, p.server, 10); len(at) != 4 {
			t.Errorf("10 bytes in slices of 3 came in %d reads, want 4", len(at))
		}
	}, onramptest.ProxyConfig{ToServer: onramptest.Toxics{Slice: 3, Rate: 1000}})
}
