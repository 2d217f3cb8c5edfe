package client

import (
	"context"
	"sync"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/onramptest"
)

// serve answers at addr until the test, or stop, ends.
func serve(t *testing.T, n *onramptest.Network, addr string, k codec.Codec, h onramp.Handler) (stop func()) {
	t.Helper()
	l, err := n.Listen(addr)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var conns sync.WaitGroup
	conns.Go(func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			conns.Go(func() { _ = k.Serve(ctx, nc, h) })
		}
	})
	stop = sync.OnceFunc(func() {
		cancel()
		_ = l.Close()
		conns.Wait()
	})
	t.Cleanup(stop)
	return stop
}
