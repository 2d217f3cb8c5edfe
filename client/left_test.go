package client_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/onramptest"
)

// left answers how much time the caller's deadline leaves, as the frame told it.
func left(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
	resp := req.Reply()
	resp.Body.Value = &HelloReply{fmt.Sprint(time.Until(req.Deadline))}
	return resp, nil
}

func TestThePeerIsToldWhatIsLeftOfTheDeadline(t *testing.T) {
	pause := func(d time.Duration) onramp.Interceptor {
		return func(next onramp.Handler) onramp.Handler {
			return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
				time.Sleep(d)
				return next(ctx, req)
			}
		}
	}
	for want, opts := range map[string][]client.Option{
		"1s":    nil,
		"700ms": {client.WithInterceptor(pause(300 * time.Millisecond))},
		"600ms": {client.WithAttemptInterceptor(pause(400 * time.Millisecond))},
	} {
		synctest.Test(t, func(t *testing.T) {
			n, source := onramptest.NewNetwork(), onramptest.NewSource()
			b := onramptest.NewBackend(t, n, "srv:1", bolt.New(), left)
			c := boltClient(t, n, append(opts, client.WithDiscovery(source))...)
			defer c.Close()
			source.Push(b.Endpoint())
			for range 2 {
				if out, err := client.Call[HelloReply](t.Context(), c, "S/m", &HelloRequest{}); err != nil || out.Text != want {
					t.Errorf("%v, %v, want %s", out, err, want)
				}
			}
		})
	}
	synctest.Test(t, func(t *testing.T) { // the wait for an endpoint
		n, source := onramptest.NewNetwork(), onramptest.NewSource()
		b := onramptest.NewBackend(t, n, "srv:1", bolt.New(), left)
		c := boltClient(t, n, client.WithDiscovery(source))
		defer c.Close()
		time.AfterFunc(800*time.Millisecond, func() { source.Push(b.Endpoint()) })
		if out, err := client.Call[HelloReply](t.Context(), c, "S/m", &HelloRequest{}); err != nil || out.Text != "200ms" {
			t.Errorf("%v, %v", out, err)
		}
		if eps := c.Status("S")[0].Endpoints; len(eps) != 1 || eps[0].Latency > 100*time.Millisecond {
			t.Errorf("the wait counts as the endpoint's latency: %+v", eps)
		}
	})
}

func TestTheErrorOfACallThatFoundNobodySaysWhatDiscoveryLastSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, source, down := onramptest.NewNetwork(), onramptest.NewSource(), errors.New("registry: 503")
		c := boltClient(t, n, client.WithDiscovery(source))
		defer c.Close()
		call := func(what string, code onramp.Code, failing bool) {
			t.Helper()
			_, err := client.Call[HelloReply](t.Context(), c, "S/m", &HelloRequest{})
			if !errors.Is(err, code) || errors.Is(err, down) != failing || onramp.AsError(err).Origin != onramp.Local {
				t.Errorf("%s: %v", what, err)
			}
		}
		call("nothing known", onramp.DeadlineExceeded, false)
		source.Fail(down)
		call("failed", onramp.DeadlineExceeded, true)
		source.PushAddrs("dead:1")
		call("nobody there", onramp.Unavailable, false)
		source.Fail(down)
		call("nobody there and failed", onramp.Unavailable, true)
		time.Sleep(time.Minute)
		if st := c.Status("S")[0]; !st.Listed || st.Age < time.Minute || !errors.Is(st.Err, down) {
			t.Errorf("%+v", st)
		}
		source.Gone()
		time.Sleep(2 * time.Minute)
		call("gone", onramp.DeadlineExceeded, false)
	})
}
