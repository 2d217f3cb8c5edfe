package onramptest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/onrampmesh/onramp/onramptest"
)

// proxied is a proxy, and both ends of one connection through it.
type proxied struct {
	*onramptest.Proxy
	client, server net.Conn
}

// proxies are the two worlds that a proxy works in.
var proxies = map[string]func(t *testing.T, f func(t *testing.T, p proxied), cfg onramptest.ProxyConfig){
	"TCP":       overTCP,
	"in memory": inMemory,
}

func overTCP(t *testing.T, f func(t *testing.T, p proxied), cfg onramptest.ProxyConfig) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	cfg.Target = ln.Addr().String()
	through(t, ln, new(net.Dialer).DialContext, f, cfg)
}

func inMemory(t *testing.T, f func(t *testing.T, p proxied), cfg onramptest.ProxyConfig) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := onramptest.NewNetwork()
		ln, err := n.Listen("greeter:1")
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		cfg.Target, cfg.Network = "greeter:1", n
		through(t, ln, n.Dial, f, cfg)
	})
}

func through(t *testing.T, ln net.Listener, dial func(context.Context, string, string) (net.Conn, error), f func(t *testing.T, p proxied), cfg onramptest.ProxyConfig) {
	t.Helper()
	p, err := onramptest.NewProxy(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	client, err := dial(t.Context(), "tcp", p.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	server, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	f(t, proxied{p, client, server})
}

// set is Proxy.Set without a mistake.
func (p proxied) set(t *testing.T, d onramptest.Direction, x onramptest.Toxics) {
	t.Helper()
	if err := p.Set(d, x); err != nil {
		t.Fatal(err)
	}
}

func noise(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	return b
}

// feed writes b in pieces of random sizes and ends the direction.
func feed(nc net.Conn, b []byte, most int) {
	for len(b) > 0 {
		k := min(len(b), 1+rand.IntN(most))
		if _, err := nc.Write(b[:k]); err != nil {
			return
		}
		b = b[k:]
	}
	nc.(interface{ CloseWrite() error }).CloseWrite()
}

func TestBytesPassAProxyUnchangedInBothDirectionsHoweverTheyAreCut(t *testing.T) {
	for name, run := range proxies {
		for most, cfg := range map[int]onramptest.ProxyConfig{
			70_000: {},
			9:      {Buffer: 7},
			3_000:  {ToServer: onramptest.Toxics{Slice: 3}, ToClient: onramptest.Toxics{Slice: 1000}},
		} {
			t.Run(name, func(t *testing.T) {
				run(t, func(t *testing.T, p proxied) {
					up, down := noise(50_000), noise(60_000)
					go feed(p.client, up, most)
					go feed(p.server, down, most)
					var wg sync.WaitGroup
					wg.Go(func() {
						if got, err := io.ReadAll(p.server); !bytes.Equal(got, up) || err != nil {
							t.Errorf("to the server: %d bytes of %d, %v", len(got), len(up), err)
						}
					})
					if got, err := io.ReadAll(p.client); !bytes.Equal(got, down) || err != nil {
						t.Errorf("to the client: %d bytes of %d, %v", len(got), len(down), err)
					}
					wg.Wait()
				}, cfg)
			})
		}
	}
}

// Whatever toxics are set, and changed while bytes pass, the bytes are the same
// and in order.
func TestToxicsDelayBytesAndNeverChangeOrReorderThem(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		toxics := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) onramptest.Toxics {
			return onramptest.Toxics{
				Latency: time.Duration(rapid.IntRange(0, 3).Draw(rt, "latency")) * 7 * time.Millisecond,
				Jitter:  time.Duration(rapid.IntRange(0, 50).Draw(rt, "jitter")) * time.Millisecond,
				Rate:    rapid.SampledFrom([]int{0, 0, 10_000, 77_777, 1 << 20}).Draw(rt, "rate"),
				Slice:   rapid.SampledFrom([]int{0, 1, 13}).Draw(rt, "slice"),
			}
		}), 1, 5).Draw(rt, "toxics")
		most := rapid.IntRange(1, 300).Draw(rt, "most")
		buffer := rapid.SampledFrom([]int{1, 50, 3_000}).Draw(rt, "buffer")
		var problem string
		inMemory(t, func(t *testing.T, p proxied) {
			sent := noise(1_000)
			go feed(p.client, sent, most)
			var changes sync.WaitGroup
			changes.Go(func() {
				for _, x := range toxics[1:] {
					time.Sleep(5 * time.Millisecond)
					p.Set(onramptest.Both, x)
				}
			})
			defer changes.Wait()
			if got, err := io.ReadAll(p.server); !bytes.Equal(got, sent) || err != nil {
				problem = fmt.Sprintf("%d bytes of %d came, not the same or not in order, %v", len(got), len(sent), err)
			}
		}, onramptest.ProxyConfig{ToServer: toxics[0], Buffer: buffer})
		if problem != "" {
			rt.Fatal(problem)
		}
	})
}

func TestNextToxicsAreForOneConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := onramptest.NewNetwork()
		ln, _ := n.Listen("greeter:1")
		defer ln.Close()
		p, err := onramptest.NewProxy(onramptest.ProxyConfig{Target: "greeter:1", Network: n})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		if err := p.Next(onramptest.Both, onramptest.Toxics{End: onramptest.ResetAfter(1)}); err != nil {
			t.Fatal(err)
		}
		for i, want := range []int{1, 4, 4} {
			c, err := n.Dial(t.Context(), "tcp", p.Addr())
			if err != nil {
				t.Fatal(err)
			}
			s, err := ln.Accept()
			if err != nil {
				t.Fatal(err)
			}
			feed(c, []byte("four"), 9)
			if got, _ := io.ReadAll(s); len(got) != want {
				t.Errorf("connection %d passed %q, want %d bytes", i, got, want)
			}
			c.Close()
			s.Close()
			synctest.Wait()
		}
		if p.Accepted() != 3 || len(p.Conns()) != 0 {
			t.Errorf("%d accepted, %v open; want 3 and none", p.Accepted(), p.Conns())
		}
	})
}

func TestAConnectionOfAProxyCanBeHarmedAlone(t *testing.T) {
	for name, run := range proxies {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, p proxied) {
				c := p.Conns()[0]
				if c.ClientAddr().String() != p.client.LocalAddr().String() || !strings.Contains(c.String(), p.client.LocalAddr().String()) {
					t.Errorf("%v is not the connection of %v", c, p.client.LocalAddr())
				}
				if err := c.Set(onramptest.ToClient, onramptest.Toxics{End: onramptest.ResetAfter(2)}); err != nil {
					t.Fatal(err)
				}
				io.WriteString(p.server, "hello")
				if got, err := io.ReadAll(p.client); string(got) != "he" || !errors.Is(err, syscall.ECONNRESET) {
					t.Errorf("%q, %v", got, err)
				}
				if n := c.Passed(onramptest.Both); n != 2 {
					t.Errorf("%d bytes passed, want 2", n)
				}
			}, onramptest.ProxyConfig{})
		})
	}
}

func TestAProxyMayBeUsedByManyGoroutines(t *testing.T) {
	for name, run := range proxies {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, p proxied) {
				var wg sync.WaitGroup
				for i := range 50 {
					x := onramptest.Toxics{Latency: time.Duration(i) * time.Microsecond, Rate: i % 2 << 20, Slice: i % 3, Stall: i%5 == 1}
					wg.Go(func() { p.Set(onramptest.Both, x) })
					wg.Go(func() { p.Next(onramptest.ToServer, x) })
					wg.Go(func() { p.client.Write(noise(200)) })
					wg.Go(func() { p.Conns()[0].Passed(onramptest.Both) })
				}
				wg.Wait()
				p.set(t, onramptest.Both, onramptest.Toxics{})
				if n, err := io.ReadFull(p.server, make([]byte, 50*200)); err != nil {
					t.Errorf("%d bytes, %v", n, err)
				}
			}, onramptest.ProxyConfig{})
		})
	}
}

func TestWrongValuesOfAProxyNameTheirField(t *testing.T) {
	n := onramptest.NewNetwork()
	for want, cfg := range map[string]onramptest.ProxyConfig{
		"ProxyConfig.Target: empty":                 {},
		"ProxyConfig.Buffer: -1: want 1 to":         {Target: "a:1", Buffer: -1},
		"ProxyConfig.Network: given beside":         {Target: "a:1", Network: n, Dial: n.Dial},
		"ProxyConfig.ToServer.Latency: -1s: want 0": {Target: "a:1", ToServer: onramptest.Toxics{Latency: -time.Second}},
		"ProxyConfig.ToClient.Jitter: 25h0m0s":      {Target: "a:1", ToClient: onramptest.Toxics{Jitter: 25 * time.Hour}},
		"ProxyConfig.ToClient.Rate: -5: want 1 to":  {Target: "a:1", ToClient: onramptest.Toxics{Rate: -5}},
		"ProxyConfig.ToClient.Slice: -1: want 1":    {Target: "a:1", ToClient: onramptest.Toxics{Slice: -1}},
		"ProxyConfig.ToServer.End: -7: want 0":      {Target: "a:1", ToServer: onramptest.Toxics{End: onramptest.ResetAfter(-7)}},
	} {
		p, err := onramptest.NewProxy(cfg)
		if err == nil || !strings.Contains(err.Error(), want) || p != nil {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	inMemory(t, func(t *testing.T, p proxied) {
		for want, err := range map[string]error{
			"Proxy.Set: direction 0: want ToServer":  p.Set(0, onramptest.Toxics{}),
			"Proxy.Next: direction 8: want ToServer": p.Next(8, onramptest.Toxics{}),
			"Proxy.Set: Toxics.Rate: -1":             p.Set(onramptest.Both, onramptest.Toxics{Rate: -1}),
			"ProxyConn.Set: Toxics.Slice: -1":        p.Conns()[0].Set(onramptest.Both, onramptest.Toxics{Slice: -1}),
		} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %q", err, want)
			}
		}
	}, onramptest.ProxyConfig{})
}
