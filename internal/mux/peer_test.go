package mux

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/onramptest"
)

// rawPeer returns a client connection, and the other end for a test to play the
// server by hand.
func rawPeer(t *testing.T, cfg *Config) (*Conn, net.Conn) {
	t.Helper()
	n := onramptest.NewNetwork()
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
	return Dial(nc, cfg), peer
}

// frameOf returns an encoded frame of the protocol plain.
func frameOf(kind codec.FrameKind, id uint64, text string) []byte {
	f := codec.Frame{Kind: kind, ID: id, Content: []byte(text)}
	out, _ := plain{}.Append(nil, &f)
	_ = plain{}.Seal(out, &f)
	return out
}

// receive reads one frame of the protocol plain.
func receive(t *testing.T, nc net.Conn) (kind codec.FrameKind, id uint64, text string) {
	t.Helper()
	head := make([]byte, plainHead)
	if _, err := io.ReadFull(nc, head); err != nil {
		t.Error(err)
		return 0, 0, ""
	}
	body := make([]byte, binary.BigEndian.Uint32(head))
	if _, err := io.ReadFull(nc, body); err != nil {
		t.Error(err)
	}
	return codec.FrameKind(head[4]), uint64(binary.BigEndian.Uint32(head[6:])), string(body)
}

// garbage is the head of a frame that plain refuses.
var garbage = []byte{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0}

func TestAReplyWithGarbageBehindItIsDeliveredAndTheRestFails(t *testing.T) {
	for _, f := range []codec.Framer{plain{}, correlated{}} {
		synctest.Test(t, func(t *testing.T) {
			c, peer := rawPeer(t, testConfig(f))
			var wg sync.WaitGroup
			wg.Go(func() {
				if got, err := call(context.Background(), c, "x", time.Second); got != "x" || err != nil {
					t.Errorf("got %q, %v", got, err)
				}
			})
			_, id, text := receive(t, peer)
			if _, err := peer.Write(append(frameOf(codec.Response, id, text), garbage...)); err != nil {
				t.Error(err)
			}
			wg.Wait()
			if _, s := c.Load(); s != codec.Closed {
				t.Errorf("the connection is %v after garbage", s)
			}
			c.Close()
			peer.Close()
		})
	}
}

func TestAReplyThatCameBeforeItsCallerWaitsIsTakenAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, peer := rawPeer(t, testConfig(correlated{}))
		defer peer.Close()
		defer c.Close()
		req := &onramp.Request{Deadline: time.Now().Add(time.Second), Body: onramp.Body{Raw: []byte("x")}}
		ctx := context.Background()
		p, err := c.begin(ctx, req, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		id := c.table.id(p)
		if err := c.encode(p, id, req, time.Now()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(idleAfter + time.Millisecond) // the goroutine reads
		p.arm(id, c.epoch.at(req.Deadline))
		if _, err := peer.Write(frameOf(codec.Response, id, "x")); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		start := time.Now()
		c.await(ctx, p, id, start)
		if took := time.Since(start); took != 0 {
			t.Errorf("the caller looked after %v at a reply that was there", took)
		}
		if resp, err := c.finish(p, id, req); err != nil || string(resp.Body.Raw) != "x" {
			t.Errorf("got %v", err)
		}
	})
}

func TestAConnectionThatIsLostEndsCallsThatWaitForRoomAsUnavailable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, peer := rawPeer(t, testConfig(correlated{}))
		defer peer.Close()
		req := &onramp.Request{Deadline: time.Now().Add(time.Second), Body: onramp.Body{Raw: []byte("x")}}
		p, err := c.begin(context.Background(), req, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		id := c.table.id(p)
		p.arm(id, c.epoch.at(req.Deadline))
		c.Close()
		// The caller saw that its call had ended before it saw the writer's end.
		err = c.unsent(p, id, errUp)
		if e := onramp.AsError(err); e.Code != onramp.Unavailable || e.Origin != onramp.Local {
			t.Errorf("got %v, want unavailable of origin local", err)
		}
	})
}
