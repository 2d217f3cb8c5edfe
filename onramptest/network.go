package onramptest

import (
	"context"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Network is a network in memory. Its connections are byte streams with a
// bounded buffer in each direction, deadlines and half-close, as TCP has them,
// and without a goroutine. Faults are switched on by address (see Cut, Delay,
// Freeze, ShortReads, CutAfter, DropDials) or for one connection, by its Link.
//
// Addresses are any text. A host:port with port 0 gets a port of its own. Many
// goroutines may use a Network at once.
type Network struct {
	buffer int

	mu        sync.Mutex
	listeners map[string]*listener
	profiles  map[string]*profile
	links     []*Link
	dials     map[string]int
	port      int
	changed   chan struct{} // closed when a fault on dials changes
}

// NetworkOption changes a default of a Network.
type NetworkOption func(*Network)

// Buffer sets how many bytes one direction of a connection holds between Write
// and Read; the default is 256 KiB.
func Buffer(bytes int) NetworkOption { return func(n *Network) { n.buffer = max(1, bytes) } }

// NewNetwork returns a network with nothing on it.
func NewNetwork(opts ...NetworkOption) *Network {
	n := &Network{
		buffer:    256 << 10,
		listeners: make(map[string]*listener),
		profiles:  make(map[string]*profile),
		dials:     make(map[string]int),
		port:      40000,
	}
	for _, o := range opts {
		o(n)
	}
	return n
}

// Listen takes addr until the listener is closed. It fails like a taken port
// (EADDRINUSE) when somebody has it.
func (n *Network) Listen(addr string) (net.Listener, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if host, ok := strings.CutSuffix(addr, ":0"); ok {
		n.port++
		addr = host + ":" + strconv.Itoa(n.port)
	}
	if n.listeners[addr] != nil {
		return nil, &net.OpError{Op: "listen", Net: "tcp", Addr: address{"tcp", addr}, Err: os.NewSyscallError("bind", syscall.EADDRINUSE)}
	}
	l := &listener{network: n, addr: addr, ready: make(chan struct{}, 1), done: make(chan struct{})}
	n.listeners[addr] = l
	return l, nil
}

// Dial connects to a listener. It has the signature of net.Dialer.DialContext.
// Without a listener it fails with ECONNREFUSED. It returns as soon as the
// connection waits to be accepted, which takes twice the address's Delay; while
// dials to addr are dropped it waits for ctx.
func (n *Network) Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	n.mu.Lock()
	n.dials[addr]++
	n.mu.Unlock()
	c, err := n.dial(ctx, network, addr)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Addr: address{network, addr}, Err: err}
	}
	return c, nil
}

func (n *Network) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := n.reach(ctx, addr); err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	l := n.listeners[addr]
	if l == nil {
		return nil, os.NewSyscallError("connect", syscall.ECONNREFUSED)
	}
	n.port++
	k := newLink(n, network, addr, fmt.Sprintf("127.0.0.1:%d", n.port), n.profile(addr))
	if !l.push(k.server) {
		return nil, os.NewSyscallError("connect", syscall.ECONNREFUSED)
	}
	n.links = append(n.links, k)
	return k.client, nil
}

// reach waits as long as a dial's first packets would be under way.
func (n *Network) reach(ctx context.Context, addr string) error {
	for {
		n.mu.Lock()
		if n.changed == nil {
			n.changed = make(chan struct{})
		}
		p, changed := *n.profile(addr), n.changed
		n.mu.Unlock()
		if !p.drop {
			return pause(ctx, 2*p.delay)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}

// profile returns the faults of addr. n.mu is held.
func (n *Network) profile(addr string) *profile {
	p := n.profiles[addr]
	if p == nil {
		p = &profile{cutAfter: [2]int64{-1, -1}}
		n.profiles[addr] = p
	}
	return p
}

// Dials returns how often addr was dialled, refused dials included.
func (n *Network) Dials(addr string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.dials[addr]
}

// Links returns the open connections to addr in the order they were dialled.
func (n *Network) Links(addr string) []*Link {
	n.mu.Lock()
	defer n.mu.Unlock()
	var out []*Link
	for _, k := range n.links {
		if k.addr == addr {
			out = append(out, k)
		}
	}
	return out
}

// forget drops a connection that both ends have closed.
func (n *Network) forget(k *Link) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.links = slices.DeleteFunc(n.links, func(o *Link) bool { return o == k })
}

// pause waits for d, or for the end of ctx.
func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// address is a net.Addr.
type address struct{ network, text string }

func (a address) Network() string { return a.network }
func (a address) String() string  { return a.text }
