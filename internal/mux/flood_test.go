package mux

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

func TestWhatAServerSendsBesideRepliesIsBounded(t *testing.T) {
	for name, kind := range map[string]codec.FrameKind{
		"heartbeats":            codec.Heartbeat,
		"answers to heartbeats": codec.HeartbeatAck,
		"go-aways":              codec.GoAway,
	} {
		for _, f := range []codec.Framer{plain{}, correlated{}} {
			synctest.Test(t, func(t *testing.T) {
				c, peer := rawPeer(t, testConfig(f))
				defer peer.Close()
				defer c.Close()
				go func() { // what it is answered
					buf := make([]byte, 4096)
					for {
						if _, err := peer.Read(buf); err != nil {
							return
						}
					}
				}()
				frame := frameOf(kind, 1, "")
				for range 3 {
					if _, err := peer.Write(bytes.Repeat(frame, beatsBorne)); err != nil {
						t.Fatalf("%s: %v", name, err)
					}
					time.Sleep(1100 * time.Millisecond)
					if _, s := c.Load(); s == codec.Closed {
						t.Fatalf("%s: closed because of %d in a second", name, beatsBorne)
					}
				}
				_, _ = peer.Write(bytes.Repeat(frame, beatsBorne+1))
				synctest.Wait()
				_, err := c.RoundTrip(context.Background(), &onramp.Request{Deadline: time.Now().Add(time.Second)})
				if _, s := c.Load(); s != codec.Closed || err == nil || !strings.Contains(c.cause().Error(), "in a second") {
					t.Errorf("%s: the connection is %v, because of %v", name, s, c.cause())
				}
			})
		}
	}
}
