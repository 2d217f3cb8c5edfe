package mux

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/onramptest"
)

func TestHeartbeatsOfAPeerThatDoesNotReadHoldNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, peer := rawPeer(t, testConfig(correlated{}))
		defer peer.Close()
		defer c.Close()
		stop := make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() { // sends heartbeats and never reads
			for {
				select {
				case <-stop:
					return
				default:
				}
				for range 20 {
					if _, err := peer.Write(frameOf(codec.Heartbeat, 1, "")); err != nil {
						return
					}
				}
				time.Sleep(time.Millisecond)
			}
		})
		start := time.Now()
		_, err := call(context.Background(), c, "x", 3*time.Second) // it reads by itself
		if took := time.Since(start); err == nil || took > 3010*time.Millisecond {
			t.Errorf("the call ended after %v: %v", took, err)
		}
		close(stop)
		wg.Wait()
	})
}

func TestAPeersHeartbeatsAreAnsweredAFewTimesASecond(t *testing.T) {
	for _, heartbeat := range []time.Duration{0, 10 * time.Second} { // our own are another matter
		synctest.Test(t, func(t *testing.T) {
			cfg := testConfig(correlated{})
			cfg.Heartbeat = heartbeat
			c, peer := rawPeer(t, cfg)
			defer peer.Close()
			defer c.Close()
			answers := 0
			go func() {
				for head := make([]byte, plainHead); ; answers++ {
					if _, err := io.ReadFull(peer, head); err != nil {
						return
					}
				}
			}()
			for range 100 {
				if _, err := peer.Write(frameOf(codec.Heartbeat, 1, "")); err != nil {
					t.Fatal(err)
				}
			}
			time.Sleep(1100 * time.Millisecond)
			_, _ = peer.Write(frameOf(codec.Heartbeat, 1, ""))
			synctest.Wait()
			if answers != beatsAnswered+1 {
				t.Errorf("101 heartbeats in a second had %d answers, want %d", answers, beatsAnswered+1)
			}
		})
	}
}

func TestAStalledWriteIsFoundWhateverTheHeartbeat(t *testing.T) {
	for _, heartbeat := range []time.Duration{0, time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			cfg := testConfig(correlated{})
			cfg.Heartbeat = heartbeat
			b := newBed(t, cfg, echo)
			b.net.Freeze(serverAddr, onramptest.ToServer)
			start := time.Now()
			_, err := b.call(string(make([]byte, 500<<10)), time.Minute)
			if took := time.Since(start); !errors.Is(err, onramp.Unavailable) || took > 20*time.Second {
				t.Errorf("heartbeat %v: %v after %v", heartbeat, err, took)
			}
			b.net.Thaw(serverAddr)
			b.close()
		})
	}
}

func TestALargeFrameOverASlowLinkIsNoStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := testConfig(correlated{})
		n := onramptest.NewNetwork(onramptest.Buffer(16 << 10))
		l, err := n.Listen(serverAddr)
		if err != nil {
			t.Fatal(err)
		}
		nc, err := n.Dial(context.Background(), "tcp", serverAddr)
		if err != nil {
			t.Fatal(err)
		}
		peer, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		l.Close()
		c := Dial(nc, cfg)
		var wg sync.WaitGroup
		wg.Go(func() { // 32 KiB a second, and heartbeats, so that it is not taken for gone
			buf := make([]byte, 16<<10)
			for total := 0; total < 1000<<10+plainHead; {
				n, err := peer.Read(buf)
				if err != nil {
					t.Error(fmt.Errorf("after %d bytes: %w", total, err))
					return
				}
				total += n
				_, _ = peer.Write(frameOf(codec.HeartbeatAck, 1, ""))
				time.Sleep(500 * time.Millisecond)
			}
			_, _ = peer.Write(frameOf(codec.Response, 1<<10, "done"))
		})
		if got, err := call(context.Background(), c, string(make([]byte, 1000<<10)), time.Minute); got != "done" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
		wg.Wait()
		c.Close()
		peer.Close()
	})
}
