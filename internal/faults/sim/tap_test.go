package sim

import (
	"bytes"
	"context"
	"net"
	"sync"

	"github.com/onrampmesh/onramp/client"
)

// tap keeps what a client writes to its connections and reads from them.
type tap struct {
	mu        sync.Mutex
	sent, got bytes.Buffer
}

func dialer(d client.Dialer) client.Option { return client.WithDialer(d) }

// dialer is d with the tap on its connections.
func (t *tap) dialer(d client.Dialer) client.Option {
	return client.WithDialer(func(ctx context.Context, network, addr string) (net.Conn, error) {
		nc, err := d(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return &tapped{nc, t}, nil
	})
}

type tapped struct {
	net.Conn
	tap *tap
}

func (c *tapped) Write(b []byte) (int, error) {
	c.tap.mu.Lock()
	c.tap.sent.Write(b)
	c.tap.mu.Unlock()
	return c.Conn.Write(b)
}

func (c *tapped) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.tap.mu.Lock()
	c.tap.got.Write(b[:n])
	c.tap.mu.Unlock()
	return n, err
}
