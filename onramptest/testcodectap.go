package onramptest

import (
	"errors"
	"net"
	"sync"
	"time"
)

// tapped is an end of a connection that keeps what is written, counts Close, and
// can change or hold back bytes.
type tapped struct {
	net.Conn

	mu      sync.Mutex
	written []byte
	closes  int
	change  func(b []byte)
	limit   int // bytes that pass before the end; 0 is no limit
	capped  bool
	lag     time.Duration // of Close, as that of TLS may wait for its peer
}

// Write implements net.Conn.
func (c *tapped) Write(b []byte) (int, error) {
	c.mu.Lock()
	at := len(c.written)
	c.written = append(c.written, b...)
	out := append([]byte(nil), b...)
	if c.change != nil {
		c.change(out)
	}
	left := len(out)
	if c.capped {
		left = min(left, max(0, c.limit-at))
	}
	c.mu.Unlock()
	n, err := c.Conn.Write(out[:left])
	if err == nil && left < len(out) {
		_ = c.CloseWrite()
		return len(b), nil
	}
	return n, err
}

// cap lets n bytes pass, and then ends the direction as a peer does that closes.
func (c *tapped) cap(n int) { c.limit, c.capped = n, true }

// CloseWrite passes on what the network's connections have.
func (c *tapped) CloseWrite() error {
	if w, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return w.CloseWrite()
	}
	return errors.ErrUnsupported
}

// Close implements net.Conn.
func (c *tapped) Close() error {
	time.Sleep(c.lag)
	c.mu.Lock()
	c.closes++
	c.mu.Unlock()
	return c.Conn.Close()
}

// closed reports whether the codec closed the connection.
func (c *tapped) closed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closes > 0
}

// sent returns what was written so far.
func (c *tapped) sent() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]byte(nil), c.written...)
}
