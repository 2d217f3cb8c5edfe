package onramptest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"time"
)

// ProxyConn is one connection through a Proxy: its two ends and what happens
// between them.
type ProxyConn struct {
	proxy  *Proxy
	client net.Conn
	lanes  [2]*proxyLane // to the server, to the client
	ctx    context.Context
	cancel context.CancelFunc

	mu     sync.Mutex
	server net.Conn // nil until it is dialled
	ended  bool
}

func newProxyConn(p *Proxy, client net.Conn, number int, toxics [2]Toxics) *ProxyConn {
	c := &ProxyConn{proxy: p, client: client}
	c.ctx, c.cancel = context.WithCancel(p.ctx)
	for i, t := range toxics {
		dice := rand.New(rand.NewPCG(p.cfg.Seed, uint64(2*number+i)))
		c.lanes[i] = newProxyLane(p.cfg.Buffer, dice, t)
	}
	return c
}

// Set is Proxy.Set for this connection alone.
func (c *ProxyConn) Set(d Direction, t Toxics) error {
	if err := t.checkFor("onramptest.ProxyConn.Set", d); err != nil {
		return err
	}
	c.set(d, t)
	return nil
}

func (c *ProxyConn) set(d Direction, t Toxics) {
	for i, l := range c.lanes {
		if d&(1<<i) != 0 {
			l.set(t)
		}
	}
}

// Passed returns how many bytes of direction d the proxy has passed on.
func (c *ProxyConn) Passed(d Direction) int64 {
	var n int64
	for i, l := range c.lanes {
		if d&(1<<i) != 0 {
			n += l.count()
		}
	}
	return n
}

// ClientAddr returns the address that the client dialled from.
func (c *ProxyConn) ClientAddr() net.Addr { return c.client.RemoteAddr() }

// String returns who is connected with whom.
func (c *ProxyConn) String() string {
	return fmt.Sprintf("%v -> %v -> %s", c.client.RemoteAddr(), c.client.LocalAddr(), c.proxy.cfg.Target)
}

// Reset resets both ends; what the proxy held back is lost.
func (c *ProxyConn) Reset() {
	if server, first := c.end(laneClosed); first {
		abort(c.client)
		if server != nil {
			abort(server)
		}
	}
}

// hangUpTime is how long the ends of a connection that the proxy has closed may
// go on sending. A connection with unread bytes cannot be closed without a reset.
const hangUpTime = time.Second

// hangUp lets both ends read an orderly end, and drops what they still send.
func (c *ProxyConn) hangUp() {
	server, first := c.end(laneDropping)
	if !first {
		return
	}
	for _, nc := range []net.Conn{c.client, server} {
		_ = nc.SetDeadline(time.Now().Add(hangUpTime))
		closeWrite(nc)
	}
}

// end stops both lanes, once, and returns the server's end.
func (c *ProxyConn) end(s laneState) (server net.Conn, first bool) {
	c.mu.Lock()
	server, first, c.ended = c.server, !c.ended, true
	c.mu.Unlock()
	if first {
		c.cancel()
		for _, l := range c.lanes {
			l.stop(s)
		}
	}
	return server, first
}

// run dials the server, passes bytes until both directions have ended, and closes.
func (c *ProxyConn) run() {
	defer c.proxy.forget(c)
	defer c.cancel()
	cfg := &c.proxy.cfg
	nc, err := cfg.Dial(c.ctx, cfg.Listener.Addr().Network(), cfg.Target)
	if err != nil {
		c.Reset()
		return
	}
	if !c.join(nc) {
		abort(nc)
		return
	}
	var done sync.WaitGroup
	for i, l := range c.lanes {
		from, to := c.client, nc
		if i == 1 {
			from, to = to, from
		}
		done.Go(func() { l.receive(from) })
		done.Go(func() { c.deliver(l, to) })
	}
	done.Wait()
	c.end(laneClosed)
	_ = c.client.Close()
	_ = nc.Close()
}

// join sets the server's end. It reports false when the connection has ended meanwhile.
func (c *ProxyConn) join(nc net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.ended {
		c.server = nc
	}
	return !c.ended
}

// deliver writes what comes out of a lane until its end.
func (c *ProxyConn) deliver(l *proxyLane, to net.Conn) {
	for {
		piece, end := l.next()
		switch end {
		case endNone:
			begin := time.Now()
			if _, err := to.Write(piece); err != nil {
				c.Reset()
				return
			}
			l.delivered(len(piece), begin)
		case endFin:
			closeWrite(to)
			return
		case endClose:
			c.hangUp()
			return
		default:
			c.Reset()
			return
		}
	}
}

// abort closes nc so that the peer reads ECONNRESET.
func abort(nc net.Conn) {
	if l, ok := nc.(interface{ SetLinger(sec int) error }); ok {
		_ = l.SetLinger(0)
	}
	_ = nc.Close()
}

// closeWrite ends the sending direction of nc, or both where it has no half-close.
func closeWrite(nc net.Conn) {
	if h, ok := nc.(interface{ CloseWrite() error }); ok {
		_ = h.CloseWrite()
		return
	}
	_ = nc.Close()
}
