package onramptest_test

import (
	"context"
	"net"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

func TestCodecRejectsConnectionsThatHideTheirState(t *testing.T) {
	loads := func(f func(c codec.Conn) (int, codec.ConnState)) func(*testing.T) {
		return (&patch{conn: connPatch{load: f}}).conforms()
	}
	rejects(t, broken{
		name: "has always room",
		run: loads(func(c codec.Conn) (int, codec.ConnState) {
			free, state := c.Load()
			if state == codec.Ready {
				free = 128
			}
			return free, state
		}),
		fails: []string{
			"Load counts the calls under way", "a full connection fails further calls here, and has room again",
			"a stream holds a place until it ends",
		},
		says: "with 7 calls under way Load returns 128",
	}, broken{
		name: "does not say that its peer goes away",
		run: loads(func(c codec.Conn) (int, codec.ConnState) {
			free, state := c.Load()
			if state == codec.Draining {
				state = codec.Ready
			}
			return free, state
		}),
		fails: []string{
			"a server that drains runs no new call, and its client learns it",
			"Drain finishes the calls under way and takes no new ones",
		},
		says: "the client's Load was still ready",
	}, broken{
		name: "tells of no change",
		run: (&patch{conn: connPatch{changed: func(codec.Conn) <-chan struct{} {
			return make(chan struct{})
		}}}).conforms(),
		fails: []string{
			"a full connection fails further calls here, and has room again", "Changed tells of each change of the state",
			"a server that drains runs no new call, and its client learns it",
			"Drain finishes the calls under way and takes no new ones",
		},
		says: "the channel of Changed is open",
	}, broken{
		name: "tells of changes all the time",
		run: (&patch{conn: connPatch{changed: func(codec.Conn) <-chan struct{} {
			c := make(chan struct{})
			close(c)
			return c
		}}}).conforms(),
		fails: []string{"a full connection fails further calls here, and has room again", "Changed stays open while nothing changes"},
		says:  "on a ready connection the channel of Changed is closed",
	}, broken{
		name: "says that the peer may have run what a full connection did not take",
		run: fails(func(e *onramp.Error) error {
			if e.Code == onramp.ResourceExhausted && e.Origin == onramp.Local {
				e.Origin = onramp.Wire
			}
			return e
		}),
		fails: []string{"a full connection fails further calls here, and has room again"},
		says:  "origin [local]",
	})
}

func TestCodecRejectsDrainsThatDoHarm(t *testing.T) {
	drains := func(f func(ctx context.Context, c codec.Conn) error) func(*testing.T) {
		return (&patch{conn: connPatch{drain: f}}).conforms()
	}
	rejects(t, broken{
		name:  "cuts calls off when it drains",
		run:   drains(func(_ context.Context, c codec.Conn) error { return c.Close() }),
		fails: []string{"Drain finishes the calls under way and takes no new ones", "Drain ends with its context"},
		says:  `the call that was under way ended with ["unavailable wire"]`,
	}, broken{
		name:  "drains as long as it takes",
		run:   drains(func(ctx context.Context, c codec.Conn) error { return c.Drain(context.WithoutCancel(ctx)) }),
		fails: []string{"Drain ends with its context"},
		says:  "Drain with a context of 2 s took",
	}, broken{
		name: "ends the contexts of handlers when the server drains",
		run: (&patch{serve: func(serving context.Context, c codec.Codec, nc net.Conn, h onramp.Handler) error {
			return c.Serve(serving, nc, func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
				ctx, cancel := context.WithCancel(ctx)
				defer cancel()
				defer context.AfterFunc(serving, cancel)()
				return h(ctx, req)
			})
		}}).conforms(),
		fails: []string{"a server that drains finishes what it has"},
		says:  "the context of a handler had ended: by the drain",
	}, broken{
		name: "cancels a stream's context when RoundTrip returns",
		run: trips(func(ctx context.Context, c *patchedConn, req *onramp.Request) (*onramp.Response, error) {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			return c.Conn.RoundTrip(ctx, req)
		}),
		fails: []string{
			"a client stream sends many and receives one", "a server stream sends one and receives many",
			"both sides of a stream send at once", "the error of a streaming handler is the last word of Recv",
			"a stream ends with the context that opened it", "a stream ends with its connection",
			"observers of a stream hear of its end once", "a stream holds a place until it ends",
		},
		says: "heard of its end 1 times",
	})
}
