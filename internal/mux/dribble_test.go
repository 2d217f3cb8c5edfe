package mux

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// dribble writes b to nc, a byte a second, until nc is closed.
func dribble(nc net.Conn, b []byte) {
	for i := range b {
		if _, err := nc.Write(b[i : i+1]); err != nil {
			return
		}
		time.Sleep(time.Second)
	}
}

func TestAServerThatDribblesItsReplyIsLeftInTime(t *testing.T) {
	for name, tc := range map[string]struct {
		whole   int // bytes of the reply that come at once
		timeout time.Duration
		ends    time.Duration // of the connection
	}{
		"a head, and the caller waits":      {0, time.Minute, 5 * time.Second},
		"a body, and the caller waits":      {plainHead, time.Minute, 10 * time.Second},
		"a head, when the caller has left":  {0, time.Second, 5 * time.Second},
		"a body, when the caller has left":  {plainHead, time.Second, 10 * time.Second},
		"behind a reply, when nobody waits": {-1, time.Minute, 5 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			c, peer := rawPeer(t, testConfig(correlated{}))
			start := time.Now()
			var sender sync.WaitGroup
			sender.Go(func() {
				kind, id, _ := receive(t, peer)
				if kind != codec.Request {
					t.Errorf("%s: kind %v came", name, kind)
				}
				reply := frameOf(codec.Response, id, string(make([]byte, 1000)))
				if tc.whole < 0 {
					_, _ = peer.Write(reply)
				} else {
					_, _ = peer.Write(reply[:tc.whole])
				}
				dribble(peer, reply[max(0, tc.whole):])
			})
			_, err := call(context.Background(), c, "x", tc.timeout)
			switch e := onramp.AsError(err); {
			case tc.whole < 0:
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
			case tc.timeout < tc.ends:
				if !errors.Is(err, onramp.DeadlineExceeded) {
					t.Errorf("%s: got %v, want deadline exceeded", name, err)
				}
			case e == nil || e.Code != onramp.Unavailable || e.Origin != onramp.Wire || !strings.Contains(e.Error(), "arrive"):
				t.Errorf("%s: got %v, want unavailable of origin wire", name, err)
			}
			<-c.closing
			if took := time.Since(start); took < tc.ends || took > tc.ends+100*time.Millisecond {
				t.Errorf("%s: the connection ended after %v, want %v", name, took, tc.ends)
			}
			c.Close()
			peer.Close()
			sender.Wait()
		})
	}
}

func TestALargeReplyOverASlowLinkArrives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, peer := rawPeer(t, testConfig(correlated{}))
		defer peer.Close()
		defer c.Close()
		var sender sync.WaitGroup
		defer sender.Wait()
		sender.Go(func() {
			_, id, _ := receive(t, peer)
			for reply := frameOf(codec.Response, id, string(make([]byte, 960<<10))); len(reply) > 0; {
				n := min(50<<10, len(reply))
				if _, err := peer.Write(reply[:n]); err != nil {
					t.Error(err)
					return
				}
				reply = reply[n:]
				time.Sleep(time.Second)
			}
		})
		if got, err := call(context.Background(), c, "x", time.Minute); err != nil || len(got) != 960<<10 {
			t.Errorf("%d bytes, %v", len(got), err)
		}
	})
}

func TestOnewayCallsAloneKeepTheirConnection(t *testing.T) {
	for _, every := range []time.Duration{time.Millisecond, 100 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			b := newBed(t, testConfig(correlated{}), echo)
			defer b.close()
			for start := time.Now(); time.Since(start) < 16*time.Second; time.Sleep(every) {
				req := &onramp.Request{Kind: onramp.Oneway, Service: "s", Method: "m", Deadline: time.Now().Add(time.Second)}
				if _, err := b.c.RoundTrip(context.Background(), req); err != nil {
					t.Fatalf("one call each %v: after %v: %v", every, time.Since(start), err)
				}
			}
			b.net.Cut(serverAddr)
			time.Sleep(10 * time.Millisecond)
			if _, s := b.c.Load(); s != codec.Closed {
				t.Errorf("one call each %v: the connection was cut and is %v", every, s)
			}
		})
	}
}
