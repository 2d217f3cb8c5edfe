package onramptest_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
)

func TestCodecRejectsCallsThatDoNotEndInTime(t *testing.T) {
	rejects(t, broken{
		name: "does not know of deadlines",
		run: trips(func(ctx context.Context, c *patchedConn, req *onramp.Request) (*onramp.Response, error) {
			req.Deadline = time.Time{}
			return c.Conn.RoundTrip(ctx, req)
		}),
		fails: []string{
			"a call ends at its deadline", "a call that has no time left is not sent",
			"the peer is told how long the caller waits", "a late reply is delivered to nobody",
		},
		says: "has not ended: something waits and does not end",
	}, broken{
		name:  "keeps the deadline to itself",
		run:   requests(func(req *onramp.Request) { req.Deadline = time.Time{} }),
		fails: []string{"the peer is told how long the caller waits"},
		says:  "the caller waits for 2s",
	}, broken{
		name: "sends a call whose context has ended",
		run: trips(func(ctx context.Context, c *patchedConn, req *onramp.Request) (*onramp.Response, error) {
			if ctx.Err() != nil && !req.Kind.Streaming() {
				ctx = context.WithoutCancel(ctx)
			}
			return c.Conn.RoundTrip(ctx, req)
		}),
		fails: []string{"a call that has no time left is not sent"},
		says:  "the call succeeded; want canceled",
	}, broken{
		name: "gives the next call a late reply",
		run:  trips(lateToNext),
		fails: []string{
			"a late reply is delivered to nobody", "a call that is given up leaves a usable connection, or says why not",
			"the places of calls that were given up come back",
		},
		says: "got the reply",
	}, broken{
		name: "lets handlers run when their caller is gone", slow: true,
		run: serves(func(_ net.Conn, h onramp.Handler) onramp.Handler {
			return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
				if req.Stream == nil {
					limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), 40*time.Second)
					defer cancel()
					ctx = limit
				}
				return h(ctx, req)
			}
		}),
		fails: []string{
			"the contexts of handlers end when their caller is gone", "closing the connection is the hard stop of Serve",
			"Close ends the calls under way, each once, with origin Wire", "the codec works over TCP",
		},
		says: "the contexts of 20 handlers have not ended",
	})
}

// lateToNext lets a call that is given up run on, and answers the next one with
// its reply.
func lateToNext(ctx context.Context, c *patchedConn, req *onramp.Request) (*onramp.Response, error) {
	if ctx.Err() != nil || req.Kind != onramp.Unary || req.Method != "slow" {
		if late, ok := c.kept.Load().(chan *onramp.Response); ok {
			select {
			case p := <-late:
				return p, nil
			default:
			}
		}
		return c.Conn.RoundTrip(ctx, req)
	}
	reply, failed := make(chan *onramp.Response, 1), make(chan error, 1)
	long := req.Clone()
	long.Deadline = time.Now().Add(time.Minute)
	go func() {
		p, err := c.Conn.RoundTrip(context.WithoutCancel(ctx), long)
		if err != nil {
			failed <- err
			return
		}
		reply <- p
	}()
	timer := time.NewTimer(time.Until(req.Deadline))
	defer timer.Stop()
	select {
	case p := <-reply:
		return p, nil
	case err := <-failed:
		return nil, err
	case <-ctx.Done():
	case <-timer.C:
	}
	c.kept.Store(reply)
	return nil, onramp.NewError(onramp.DeadlineExceeded, onramp.Wire, "no reply")
}
