package mux

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/onramptest"
)

// rawClient returns a client's end of a connection that Serve serves, for a test
// to play the client by hand, and what Serve returns.
func rawClient(t *testing.T, cfg *Config, h onramp.Handler) (nc net.Conn, served chan error) {
	t.Helper()
	n := onramptest.NewNetwork()
	l, err := n.Listen(serverAddr)
	if err != nil {
		t.Fatal(err)
	}
	nc, err = n.Dial(context.Background(), "tcp", serverAddr)
	if err != nil {
		t.Fatal(err)
	}
	peer, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	served = make(chan error, 1)
	go func() { served <- serve(context.Background(), peer, h, cfg) }()
	return nc, served
}

func empty(context.Context, *onramp.Request) (*onramp.Response, error) { return nil, nil }

func TestAFrameThatDoesNotArriveInTimeEndsTheConnection(t *testing.T) {
	kib := func(n int) []byte { return frameOf(codec.Request, 1, string(make([]byte, n<<10))) }
	for name, tc := range map[string]struct {
		frame []byte
		chunk int           // bytes a second
		ends  time.Duration // 0: it arrives
	}{
		"one byte and no more":       {kib(1)[:1], 1, 5 * time.Second},
		"a head and no more":         {kib(1)[:plainHead], plainHead, 10 * time.Second},
		"a byte a second":            {kib(1), 1, 5 * time.Second},
		"a body, ten bytes a second": {kib(1), plainHead, 10 * time.Second},
		"large, a byte a second":     {kib(960), plainHead, 10 * time.Second},
		"large, at half the rate":    {kib(960), 20 << 10, 14 * time.Second},
		"large, slow, fast enough":   {kib(960), 50 << 10, 0},
		"small, slow, fast enough":   {kib(1), 128, 0},
		"many, each of them in time": {[]byte(strings.Repeat(string(frameOf(codec.Oneway, 1, "0123456789")), 20)), 3, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			nc, served := rawClient(t, testConfig(correlated{}), empty)
			start := time.Now()
			var sender sync.WaitGroup
			defer sender.Wait()
			sender.Go(func() {
				for f := tc.frame; len(f) > 0; {
					n := min(tc.chunk, len(f))
					if _, err := nc.Write(f[:n]); err != nil {
						return
					}
					f = f[n:]
					time.Sleep(time.Second)
				}
			})
			if tc.ends == 0 {
				time.Sleep(time.Duration(len(tc.frame)/tc.chunk+2) * time.Second)
				time.Sleep(time.Minute) // and an idle one has all the time
				nc.Close()
				if err := <-served; err != nil {
					t.Errorf("%s: %v", name, err)
				}
				return
			}
			err := <-served
			if took := time.Since(start); err == nil || !strings.Contains(err.Error(), "arrive") || took < tc.ends || took > tc.ends+100*time.Millisecond {
				t.Errorf("%s: %v after %v", name, err, took)
			}
			nc.Close()
		})
	}
}

func TestAFrameThatWaitsBecauseRepliesAreNotReadIsNotLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := testConfig(correlated{})
		cfg.WriteBuffer, cfg.WriteTimeout = 32<<10, time.Hour
		nc, served := rawClient(t, cfg, echo)
		frame := frameOf(codec.Request, 1, string(make([]byte, 30<<10)))
		sent := make(chan int, 1)
		go func() { // much more than the network and the buffers take
			n := 0
			for range 100 {
				k, err := nc.Write(frame)
				n += k
				if err != nil {
					break
				}
			}
			sent <- n
		}()
		time.Sleep(time.Minute)
		buf := make([]byte, len(frame))
		for range 100 {
			for n := 0; n < len(frame); {
				k, err := nc.Read(buf)
				if err != nil {
					t.Fatal(err)
				}
				n += k
			}
			time.Sleep(time.Second / 4)
		}
		if n := <-sent; n != 100*len(frame) {
			t.Errorf("%d bytes were taken", n)
		}
		nc.Close()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
}

func TestHeartbeatsAndRepliesThatNoServerWaitsForAreBounded(t *testing.T) {
	for name, tc := range map[string]struct {
		kind  codec.FrameKind
		borne int
	}{
		"heartbeats":          {codec.Heartbeat, beatsBorne},
		"heartbeats' answers": {codec.HeartbeatAck, beatsBorne},
		"go-aways":            {codec.GoAway, beatsBorne},
		"replies":             {codec.Response, straysBorne},
	} {
		for _, f := range []codec.Framer{plain{}, correlated{}} {
			synctest.Test(t, func(t *testing.T) {
				nc, served := rawClient(t, testConfig(f), echo)
				answers := make(chan int, 1)
				go func() {
					n, buf := 0, make([]byte, 4096)
					for {
						k, err := nc.Read(buf)
						if n += k; err != nil {
							answers <- n / plainHead
							return
						}
					}
				}()
				frame := frameOf(tc.kind, 1, "")
				for range 10 {
					if _, err := nc.Write([]byte(strings.Repeat(string(frame), tc.borne))); err != nil {
						t.Fatalf("%s: %v", name, err)
					}
					time.Sleep(1100 * time.Millisecond)
				}
				select {
				case err := <-served:
					t.Fatalf("%s: %v", name, err)
				default:
				}
				_, _ = nc.Write([]byte(strings.Repeat(string(frame), tc.borne+1)))
				if err := <-served; err == nil || !strings.Contains(err.Error(), "in a second") {
					t.Errorf("%s: %v", name, err)
				}
				want := 0
				if tc.kind == codec.Heartbeat {
					want = 11 * beatsAnswered
				}
				if n := <-answers; n != want {
					t.Errorf("%s: %d answers, want %d", name, n, want)
				}
				nc.Close()
			})
		}
	}
}
