package onramptest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"
)

// Proxy stands between clients and one server, passes the bytes of their
// connections on, and does to them what its Toxics say. It knows no protocol.
// Clients dial Addr in place of the server.
//
// It works over TCP, and in memory inside a testing/synctest bubble, where its
// times are exact and pass at once. A connection is accepted before the server
// is dialled; when that fails, the client's end is reset. Half-close and reset of
// one end arrive at the other.
//
// Many goroutines may use a Proxy at once. Close ends its goroutines.
type Proxy struct {
	cfg    ProxyConfig
	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	done   sync.WaitGroup

	mu       sync.Mutex
	toxics   [2]Toxics  // of new connections: to the server, to the client
	next     [2]*Toxics // of the next one, in their place
	conns    []*ProxyConn
	accepted int
	closed   bool
}

// ProxyConfig says between whom a Proxy stands and what it begins with. Only
// Target is needed.
type ProxyConfig struct {
	// Target is the server's address.
	Target string
	// Network is a network in memory to stand on. Without one it is TCP on
	// 127.0.0.1.
	Network *Network
	// Listener takes the place of the proxy's own, which has a free port. The
	// proxy closes it.
	Listener net.Listener
	// Dial takes the place of how Target is dialled. It gets the network of the
	// Listener's address.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// ToServer and ToClient are the first toxics of each direction.
	ToServer, ToClient Toxics
	// Buffer is how many bytes one direction of a connection holds back, 1 to
	// 1 GiB; the default is 1 MiB. When it is full the sender waits, as behind a
	// slow network: a latency of L lets at most Buffer/L bytes a second through.
	Buffer int
	// Seed makes the jitter repeatable: the n-th connection of two proxies with
	// one seed draws the same.
	Seed uint64
}

// NewProxy starts a proxy. A wrong configuration is an error that names the field.
func NewProxy(cfg ProxyConfig) (*Proxy, error) {
	if err := cfg.fill(); err != nil {
		return nil, fmt.Errorf("onramptest.NewProxy: %w", err)
	}
	p := &Proxy{cfg: cfg, toxics: [2]Toxics{cfg.ToServer, cfg.ToClient}}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.done.Go(p.accept)
	return p, nil
}

// fill checks the fields and sets what was left out. It listens last, so that an
// error leaves nothing open.
func (c *ProxyConfig) fill() (err error) {
	switch {
	case c.Target == "":
		return errors.New("ProxyConfig.Target: empty: want the server's address")
	case c.Buffer < 0 || c.Buffer > 1<<30:
		return fmt.Errorf("ProxyConfig.Buffer: %d: want 1 to %d bytes, or 0 for 1 MiB", c.Buffer, 1<<30)
	case c.Network != nil && (c.Listener != nil || c.Dial != nil):
		return errors.New("ProxyConfig.Network: given beside Listener or Dial, which take its place: leave it out")
	}
	err = errors.Join(c.ToServer.check("ProxyConfig.ToServer"), c.ToClient.check("ProxyConfig.ToClient"))
	if err != nil {
		return err
	}
	if c.Buffer == 0 {
		c.Buffer = 1 << 20
	}
	listen := net.Listen
	if c.Network != nil {
		c.Dial = c.Network.Dial
		listen = func(_, addr string) (net.Listener, error) { return c.Network.Listen(addr) }
	}
	if c.Dial == nil {
		c.Dial = new(net.Dialer).DialContext
	}
	if c.Listener == nil {
		c.Listener, err = listen("tcp", "127.0.0.1:0")
	}
	return err
}

// Addr returns the address that clients dial.
func (p *Proxy) Addr() string { return p.cfg.Listener.Addr().String() }

// Set gives direction d of every connection, those of today and later ones, the
// toxics t and takes away what it had. The zero Toxics lets everything pass. A
// wrong value is an error, and changes nothing.
func (p *Proxy) Set(d Direction, t Toxics) error {
	if err := t.checkFor("onramptest.Proxy.Set", d); err != nil {
		return err
	}
	p.mu.Lock()
	for i := range p.toxics {
		if d&(1<<i) != 0 {
			p.toxics[i] = t
		}
	}
	conns := slices.Clone(p.conns)
	p.mu.Unlock()
	for _, c := range conns {
		c.set(d, t)
	}
	return nil
}

// Next gives direction d of the next connection alone the toxics t.
func (p *Proxy) Next(d Direction, t Toxics) error {
	if err := t.checkFor("onramptest.Proxy.Next", d); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.next {
		if d&(1<<i) != 0 {
			p.next[i] = &t
		}
	}
	return nil
}

// Conns returns the open connections in the order they were accepted.
func (p *Proxy) Conns() []*ProxyConn {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.conns)
}

// Accepted returns how many connections there have been.
func (p *Proxy) Accepted() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.accepted
}

// Reset resets every open connection.
func (p *Proxy) Reset() {
	for _, c := range p.Conns() {
		c.Reset()
	}
}

// Close resets every connection, refuses further ones, and returns when all
// goroutines of the proxy are gone. It may be called more than once.
func (p *Proxy) Close() error {
	p.mu.Lock()
	again := p.closed
	p.closed = true
	p.mu.Unlock()
	if !again {
		p.cancel()
		_ = p.cfg.Listener.Close()
		p.Reset()
	}
	p.done.Wait()
	return nil
}

// accept runs until the listener is closed. A listener that fails, for want of
// file descriptors perhaps, is asked again.
func (p *Proxy) accept() {
	for rest := time.Duration(0); ; {
		nc, err := p.cfg.Listener.Accept()
		if err == nil {
			rest = 0
			p.admit(nc)
			continue
		}
		rest = min(max(2*rest, 5*time.Millisecond), time.Second)
		if errors.Is(err, net.ErrClosed) || pause(p.ctx, rest) != nil {
			return
		}
	}
}

// admit starts the connection of which nc is the client's end.
func (p *Proxy) admit(nc net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		abort(nc)
		return
	}
	toxics := p.toxics
	for i, t := range p.next {
		if t != nil {
			toxics[i], p.next[i] = *t, nil
		}
	}
	c := newProxyConn(p, nc, p.accepted, toxics)
	p.accepted++
	p.conns = append(p.conns, c)
	p.done.Go(c.run)
}

// forget drops a connection that has ended.
func (p *Proxy) forget(c *ProxyConn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns = slices.DeleteFunc(p.conns, func(o *ProxyConn) bool { return o == c })
}
