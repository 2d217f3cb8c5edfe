package onramptest_test

import (
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp/onramptest"
)

func TestAConnectionEndsAfterExactlyTheChosenByte(t *testing.T) {
	for name, run := range proxies {
		for _, n := range []int64{0, 1, 3, 5, 6} {
			for kind, c := range map[string]struct {
				end  onramptest.End
				want error
			}{
				"reset": {onramptest.ResetAfter(n), syscall.ECONNRESET},
				"close": {onramptest.CloseAfter(n), nil},
			} {
				t.Run(name+" "+kind, func(t *testing.T) {
					run(t, func(t *testing.T, p proxied) {
						p.set(t, onramptest.ToServer, onramptest.Toxics{End: c.end})
						_, told := io.WriteString(p.client, "hello!") // a kernel tells of a reset once
						got, err := io.ReadAll(p.server)
						if string(got) != "hello!"[:n] || !errors.Is(err, c.want) {
							t.Errorf("the server reads %q, %v; want %q, %v", got, err, "hello!"[:n], c.want)
						}
						if got, err := io.ReadAll(p.client); len(got) != 0 || told == nil && !errors.Is(err, c.want) {
							t.Errorf("the client reads %q, %v; want %v", got, err, c.want)
						}
					}, onramptest.ProxyConfig{})
				})
			}
		}
	}
}

func TestAnOrderlyCloseIsOverWithinASecondThoughTheEndsStay(t *testing.T) {
	inMemory(t, func(t *testing.T, p proxied) {
		p.set(t, onramptest.ToServer, onramptest.Toxics{End: onramptest.CloseAfter(1)})
		io.WriteString(p.client, "hello")
		time.Sleep(900 * time.Millisecond)
		if _, err := p.server.Write(noise(100)); err != nil || len(p.Conns()) != 1 {
			t.Errorf("%d connections, and what an end still sends is not taken: %v", len(p.Conns()), err)
		}
		time.Sleep(200 * time.Millisecond)
		if len(p.Conns()) != 0 {
			t.Error("the connection of two ends that do not close stands")
		}
	}, onramptest.ProxyConfig{})
}

func TestAStalledConnectionPassesNothingUntilItIsSetOtherwise(t *testing.T) {
	for name, run := range proxies {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, p proxied) {
				p.set(t, onramptest.ToServer, onramptest.Toxics{End: onramptest.StallAfter(2)})
				io.WriteString(p.client, "hello")
				p.client.(interface{ CloseWrite() error }).CloseWrite()
				b := make([]byte, 9)
				io.ReadFull(p.server, b[:2])
				p.server.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
				if n, err := p.server.Read(b[2:]); err == nil || string(b[:2]) != "he" {
					t.Errorf("%q got past the stall, %v", b[:2+n], err)
				}
				io.WriteString(p.server, "back")
				if _, err := io.ReadFull(p.client, b[5:]); err != nil || string(b[5:]) != "back" {
					t.Errorf("the way back: %q, %v", b[5:], err)
				}
				p.set(t, onramptest.ToServer, onramptest.Toxics{})
				p.server.SetReadDeadline(time.Time{})
				if rest, err := io.ReadAll(p.server); string(rest) != "llo" || err != nil {
					t.Errorf("after the stall: %q, %v", rest, err)
				}
			}, onramptest.ProxyConfig{})
		})
	}
}

func TestAStallHoldsABoundedNumberOfBytes(t *testing.T) {
	inMemory(t, func(t *testing.T, p proxied) {
		p.set(t, onramptest.ToServer, onramptest.Toxics{Stall: true})
		p.client.SetWriteDeadline(time.Now().Add(time.Second))
		n, err := p.client.Write(make([]byte, 1<<20))
		if network := 256 << 10; n != 1000+network || err == nil {
			t.Errorf("a stalled proxy took %d bytes, %v; want 1000, and the network's %d", n, err, network)
		}
	}, onramptest.ProxyConfig{Buffer: 1000})
}

func TestEndsOfAConnectionArriveAtTheOtherSide(t *testing.T) {
	for name, run := range proxies {
		t.Run(name+" half-close", func(t *testing.T) {
			run(t, func(t *testing.T, p proxied) {
				go func() {
					q, _ := io.ReadAll(p.server)
					p.server.Write(append(q, '!'))
					p.server.Close()
				}()
				feed(p.client, []byte("hello"), 9)
				if got, err := io.ReadAll(p.client); string(got) != "hello!" || err != nil {
					t.Errorf("%q, %v", got, err)
				}
			}, onramptest.ProxyConfig{})
		})
		t.Run(name+" reset", func(t *testing.T) {
			run(t, func(t *testing.T, p proxied) {
				p.server.(interface{ SetLinger(int) error }).SetLinger(0)
				p.server.Close()
				if _, err := p.client.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
					t.Error(err)
				}
			}, onramptest.ProxyConfig{})
		})
		t.Run(name+" reset by the proxy", func(t *testing.T) {
			run(t, func(t *testing.T, p proxied) {
				io.WriteString(p.client, "x")
				io.ReadFull(p.server, make([]byte, 1)) // so it has dialled
				p.Reset()
				for _, nc := range []net.Conn{p.client, p.server} {
					if _, err := nc.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
						t.Error(err)
					}
				}
			}, onramptest.ProxyConfig{})
		})
	}
}

func TestAClientIsResetWhenTheServerCannotBeDialled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := onramptest.NewNetwork()
		p, err := onramptest.NewProxy(onramptest.ProxyConfig{Target: "nobody:1", Network: n})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		nc, err := n.Dial(t.Context(), "tcp", p.Addr())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := nc.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Error(err)
		}
		nc.Close()
	})
}

func TestAClosedProxyLeavesNothingBehind(t *testing.T) {
	for name, run := range proxies {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, p proxied) {
				io.WriteString(p.client, "held back for an hour")
				for range 2 {
					if err := p.Close(); err != nil {
						t.Error(err)
					}
				}
				if len(p.Conns()) != 0 {
					t.Errorf("open after Close: %v", p.Conns())
				}
				if _, err := p.client.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
					t.Error(err)
				}
			}, onramptest.ProxyConfig{ToServer: onramptest.Toxics{Latency: time.Hour}, ToClient: onramptest.Toxics{Stall: true}})
		})
	}
}
