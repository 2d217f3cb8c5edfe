package streams

import (
	"bufio"
	"context"
	"errors"
	"net"
	"sync"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// Conn is a client connection; it implements codec.Conn. Its reading goroutine
// tells observers of calls that the connection's loss ended, so an Observer must
// not call Close.
type Conn struct {
	cfg  *Config
	nc   net.Conn
	w    *writer
	done sync.WaitGroup // goroutines, and streams that may start one

	mu      sync.Mutex
	calls   map[uint32]*call // until they have finished
	last    uint32           // the newest call
	active  int              // calls that have not ended
	state   codec.ConnState
	changed chan struct{}
	quiet   chan struct{} // closed when no call is left and none may come
	err     error         // why it is closed
}

var (
	errFull     = errors.New("the connection is full")
	errDraining = errors.New("the connection goes away")
	errClosed   = errors.New("the connection was closed by this process")
	errGone     = errors.New("the peer closed the connection")
)

func newConn(cfg *Config, nc net.Conn) *Conn {
	c := &Conn{
		cfg: cfg, nc: nc, w: newWriter(nc), calls: make(map[uint32]*call),
		changed: make(chan struct{}), quiet: make(chan struct{}),
	}
	_ = c.w.put([]byte(preface))
	c.done.Go(c.read)
	c.done.Go(func() { c.w.run(c.fail) })
	return c
}

// Load implements codec.Conn.
func (c *Conn) Load() (int, codec.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state != codec.Ready {
		return 0, c.state
	}
	return c.cfg.MaxCalls - c.active, c.state
}

// Changed implements codec.Conn.
func (c *Conn) Changed() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.changed
}

// Drain implements codec.Conn.
func (c *Conn) Drain(ctx context.Context) error {
	c.mu.Lock()
	c.leave(codec.Draining)
	c.mu.Unlock()
	var err error
	select {
	case <-c.quiet:
	case <-ctx.Done():
		err = ctx.Err()
	}
	_ = c.Close()
	return err
}

// Close implements codec.Conn.
func (c *Conn) Close() error {
	c.fail(errClosed)
	for _, k := range c.all() {
		k.end(k.lost(), true)  // another goroutine may be on its way to it
		_ = k.finish(k.status) // what the peer ended, and nobody asked for
	}
	c.done.Wait()
	return nil
}

// leave moves to a later state. c.mu is held.
func (c *Conn) leave(s codec.ConnState) {
	if s <= c.state {
		return
	}
	c.state = s
	close(c.changed)
	c.changed = make(chan struct{})
	if s == codec.Closed {
		close(c.changed) // nothing changes any more
	}
	c.settleQuiet()
}

// settleQuiet closes quiet when it is time. c.mu is held.
func (c *Conn) settleQuiet() {
	if c.state == codec.Ready || c.active > 0 && c.state != codec.Closed {
		return
	}
	select {
	case <-c.quiet:
	default:
		close(c.quiet)
	}
}

// release gives back a call's place. c.mu is held.
func (c *Conn) release() {
	full := c.active == c.cfg.MaxCalls
	c.active--
	if full && c.state == codec.Ready {
		close(c.changed)
		c.changed = make(chan struct{})
	}
	c.settleQuiet()
}

// all returns the calls that have not finished.
func (c *Conn) all() []*call {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]*call, 0, len(c.calls))
	for _, k := range c.calls {
		out = append(out, k)
	}
	return out
}

// fail closes the connection once and ends the calls under way with origin Wire.
func (c *Conn) fail(err error) {
	c.mu.Lock()
	if c.state == codec.Closed {
		c.mu.Unlock()
		return
	}
	c.err = err
	c.leave(codec.Closed)
	c.mu.Unlock()
	c.w.fail(err)
	_ = c.nc.Close()
	for _, k := range c.all() {
		if lost := k.lost(); k.end(lost, true) {
			_ = k.finish(lost)
		}
	}
}

// lost is how a call ends with its connection, which is closed.
func (k *call) lost() *onramp.Error {
	k.c.mu.Lock()
	defer k.c.mu.Unlock()
	return &onramp.Error{Code: onramp.Unavailable, Origin: onramp.Wire, Target: k.target, Err: k.c.err}
}

// read is the connection's reading goroutine.
func (c *Conn) read() {
	r := bufio.NewReader(c.nc)
	for {
		f, err := readFrame(r, c.cfg.MaxMessage)
		if err == nil {
			err = c.take(f)
		}
		if err != nil {
			if !errors.Is(err, errProtocol) {
				err = errGone
			}
			c.fail(err)
			return
		}
	}
}

// take handles one frame.
func (c *Conn) take(f frame) error {
	if f.kind == frameGoAway {
		c.goAway(f.id)
		return nil
	}
	c.mu.Lock()
	k, known := c.calls[f.id], f.id <= c.last
	c.mu.Unlock()
	switch {
	case !known:
		return violation("a frame of call %d, which was never made", f.id)
	case k == nil:
		return nil // given up
	}
	return k.take(f)
}

// goAway refuses the calls that the peer did not take.
func (c *Conn) goAway(last uint32) {
	c.mu.Lock()
	c.leave(codec.Draining)
	c.mu.Unlock()
	for _, k := range c.all() {
		if k.id > last {
			k.end(&onramp.Error{Code: onramp.Unavailable, Origin: onramp.Refused, Target: k.target, Err: errDraining}, false)
		}
	}
}
