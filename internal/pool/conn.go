package pool

import (
	"context"
	"sync/atomic"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// Conn is a connection that was lent to one call by Get or Wait.
type Conn struct {
	conn codec.Conn
	pool *Pool
	// capacity is the most room that was ever seen.
	capacity atomic.Int32
	// pending counts those who stood in line, were given this connection and did
	// not come back yet to use it: their room is not free.
	pending atomic.Int32
	// busy: lent, when the codec carries one call at a time.
	busy atomic.Bool
	// used is set by each loan and cleared by the idle timer.
	used atomic.Bool
	// replaced is closed when a younger connection takes over.
	replaced chan struct{}
	// expired: past its age, waits for the younger one. The pool's lock guards it.
	expired bool
}

// RoundTrip sends the call, see codec.Conn.
func (c *Conn) RoundTrip(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
	return c.conn.RoundTrip(ctx, req)
}

// Done gives the connection back when its call, or stream, has ended.
func (c *Conn) Done() {
	p := c.pool
	if p.exclude {
		c.release()
	}
	if p.list.Load().waiting {
		p.dispatch()
	}
}

// room returns how many calls the connection takes now; ok is false when it
// takes no more calls ever.
func (c *Conn) room() (n int, ok bool) {
	n, s := c.conn.Load()
	return n - int(c.pending.Load()), s == codec.Ready
}

// touch notes that the connection is in use. It writes only once between two
// looks of the idle timer, so that callers do not fight for the cache line.
func (c *Conn) touch() {
	if !c.used.Load() {
		c.used.Store(true)
	}
}

// take reserves a connection that carries one call at a time.
func (c *Conn) take() bool {
	if c.busy.Load() || !c.busy.CompareAndSwap(false, true) {
		return false
	}
	c.pool.inUse.Add(1)
	return true
}

func (c *Conn) release() {
	c.busy.Store(false)
	c.pool.inUse.Add(-1)
}

// lend gives the connection to somebody who stood in line, if it has room. The
// pool's lock is held.
func (c *Conn) lend() bool {
	n, ok := c.room()
	if !ok || n <= 0 || c.pool.exclude && !c.take() {
		return false
	}
	c.pending.Add(1)
	c.touch()
	return true
}

// measure notes the connection's size, which a protocol may announce late.
func (c *Conn) measure() {
	if n, _ := c.conn.Load(); n > int(c.capacity.Load()) {
		c.capacity.Store(int32(min(n, 1<<30)))
	}
}

// idle reports whether the connection carries no call and carried none since the
// previous look.
func (c *Conn) idle() bool {
	n, _ := c.conn.Load()
	return !c.used.Swap(false) && n >= int(c.capacity.Load())
}
