package onramptest_test

import (
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/onramptest"
)

// What is called is not idempotent: of a call that met a connection whose other
// side is gone, nothing was sent.
func TestTheFirstCallAfterARestartSucceedsHoweverLongTheClientWasIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := onramptest.NewNetwork()
		b := onramptest.NewBackend(t, n, "backend:1", bolt.New(), echo)
		c, err := client.New(client.WithCodec(bolt.New()), client.WithDiscovery(discovery.Static("backend:1")),
			client.WithDialer(n.Dial), client.WithLogger(slog.New(slog.DiscardHandler)))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		m, in := client.MethodOf[string, string](c, "S/echo"), "x"
		if _, err := m.Call(t.Context(), &in); err != nil {
			t.Fatal(err)
		}
		for _, idle := range []time.Duration{0, time.Millisecond, 10 * time.Millisecond, time.Second, time.Hour} {
			for _, later := range []time.Duration{0, time.Millisecond, 10 * time.Millisecond, time.Second} {
				time.Sleep(idle)
				b.Kill()
				b.Restart()
				synctest.Wait()
				time.Sleep(later)
				if _, err := m.Call(t.Context(), &in); err != nil {
					t.Errorf("idle for %v, called %v after the restart: %v", idle, later, err)
				}
			}
		}
	})
}
