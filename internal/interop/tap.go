package main

import (
	"context"
	"fmt"
	"net"
	"slices"
	"sync"
)

// tap notes the connections of one cell and the frames on them, from this side.
type tap struct {
	wire   wire
	mu     sync.Mutex
	conns  int
	frames []frame
	err    error
	change chan struct{} // closed at the next one
}

func newTap(w wire) *tap { return &tap{wire: w, change: make(chan struct{})} }

// dial is a client.Dialer.
func (t *tap) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	nc, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return t.attach(nc, true), nil
}

// listener is a server's.
type listener struct {
	net.Listener
	tap *tap
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	nc, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return l.tap.attach(nc, false), nil
}

// tapped is a connection that is noted. Its client side writes up.
type tapped struct {
	net.Conn
	tap      *tap
	up, down *strand
}

// strand is one direction of a connection.
type strand struct {
	mu   sync.Mutex
	conn int
	up   bool
	rest []byte
}

func (t *tap) attach(nc net.Conn, client bool) net.Conn {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.conns++
	t.changed()
	return &tapped{Conn: nc, tap: t, up: &strand{conn: t.conns, up: client}, down: &strand{conn: t.conns, up: !client}}
}

// Read implements net.Conn.
func (c *tapped) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.tap.pass(c.down, p[:n])
	return n, err
}

// Write implements net.Conn. What is written is noted before the peer can answer.
func (c *tapped) Write(p []byte) (int, error) {
	c.tap.pass(c.up, p)
	return c.Conn.Write(p)
}

// CloseWrite ends one direction, as the connection itself would.
func (c *tapped) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return c.Close()
}

// pass notes the frames that b ends.
func (t *tap) pass(s *strand, b []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rest = append(s.rest, b...)
	for {
		f, n, err := t.wire.readFrame(s.rest)
		if err != nil {
			t.fail(err)
			s.rest = nil
			return
		}
		if n == 0 {
			return
		}
		f.conn, f.up = s.conn, s.up
		s.rest = s.rest[n:]
		t.add(f)
	}
}

func (t *tap) add(f frame) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.frames = append(t.frames, f)
	t.changed()
}

func (t *tap) fail(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err == nil {
		t.err = err
	}
	t.changed()
}

func (t *tap) changed() {
	close(t.change)
	t.change = make(chan struct{})
}

// count counts the frames of a kind in a direction.
func (t *tap) count(up bool, kind string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 0
	for i := range t.frames {
		if t.frames[i].up == up && t.frames[i].kind == kind {
			n++
		}
	}
	return n
}

// connections is how many were made.
func (t *tap) connections() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.conns
}

// all returns the frames so far.
func (t *tap) all() []frame {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.frames)
}

// await waits until n frames of a kind have passed.
func (t *tap) await(ctx context.Context, up bool, kind string, n int) error {
	if err := t.until(ctx, func() bool { return t.count(up, kind) >= n }); err != nil {
		return fmt.Errorf("%d frames of kind %s came, want %d: %w", t.count(up, kind), kind, n, err)
	}
	return nil
}

// awaitAnswer waits until something came back over the connection of the n-th request.
func (t *tap) awaitAnswer(ctx context.Context, n int) error {
	if err := t.until(ctx, func() bool { return t.answered(n) }); err != nil {
		return fmt.Errorf("the connection of request %d is silent: %w", n, err)
	}
	return nil
}

func (t *tap) answered(n int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	conn := 0
	for i := range t.frames {
		switch f := &t.frames[i]; {
		case f.up && f.kind == "request":
			if n--; n == 0 {
				conn = f.conn
			}
		case conn > 0 && !f.up && f.conn == conn:
			return true
		}
	}
	return false
}

// until waits until done says so, which it is asked after each change.
func (t *tap) until(ctx context.Context, done func() bool) error {
	for {
		t.mu.Lock()
		next := t.change
		t.mu.Unlock()
		if done() {
			return nil
		}
		select {
		case <-next:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
