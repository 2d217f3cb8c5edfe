package mux

import (
	"context"
	"errors"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// goAway stops new calls: the peer said that it goes away, or Drain was called.
func (c *Conn) goAway() {
	c.mu.Lock()
	if c.state.CompareAndSwap(uint32(codec.Ready), uint32(codec.Draining)) {
		c.notify()
		if c.inflight.Load() == 0 {
			c.closeQuiet()
		}
	}
	c.mu.Unlock()
}

// completed counts a call that got its reply or its error. It returns how many
// are left.
func (c *Conn) completed() int32 {
	left := c.inflight.Add(-1)
	if left == 0 && codec.ConnState(c.state.Load()) != codec.Ready {
		c.mu.Lock()
		if c.inflight.Load() == 0 {
			c.closeQuiet()
		}
		c.mu.Unlock()
	}
	return left
}

func (c *Conn) closeQuiet() {
	select {
	case <-c.quiet:
	default:
		close(c.quiet)
	}
}

// Drain implements codec.Conn.
func (c *Conn) Drain(ctx context.Context) error {
	c.goAway()
	var err error
	select {
	case <-c.quiet:
		err = c.flush(ctx)
	case <-c.closing:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if cerr := c.Close(); err == nil {
		err = cerr
	}
	return err
}

// flush waits until what the calls have sent, oneway ones too, is written.
func (c *Conn) flush(ctx context.Context) error {
	flushed := c.w.flushed()
	if flushed == nil {
		return nil
	}
	select {
	case <-flushed:
	case <-c.closing:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// Close implements codec.Conn.
func (c *Conn) Close() error {
	c.fail(onramp.NewError(onramp.Unavailable, onramp.Wire, "the connection was closed by this process"))
	<-c.cut // by whoever was first
	c.done.Wait()
	c.w.flushers.Wait()
	c.sweep.stop()
	c.heartbeat.stop()
	return nil
}

// fail closes the connection once and ends every call: those whose bytes were
// handed to the network with origin Wire, the others Local.
func (c *Conn) fail(cause error) {
	c.mu.Lock()
	if codec.ConnState(c.state.Load()) == codec.Closed {
		c.mu.Unlock()
		return
	}
	c.state.Store(uint32(codec.Closed))
	c.err = cause
	close(c.closing)
	c.notify()
	c.mu.Unlock()
	defer close(c.cut)
	defer c.nc.Close() // last, because that of TLS may wait for a peer
	offered := c.w.close()
	c.table.each(func(p *pending) {
		if s := p.state.Load(); s&(1<<stateBits-1) == waiting {
			if p.end(s>>stateBits, nil, c.lost(p.offset >= offered), false) {
				c.completed()
			}
		}
	})
}

// lost is the error of one call on a connection that is closed. One that was sent
// and lost because this side gave another call up is Aborted, which does not speak
// against the peer.
func (c *Conn) lost(unsent bool) error {
	e := &onramp.Error{Code: onramp.Unavailable, Origin: onramp.Wire, Err: c.cause()}
	switch {
	case unsent:
		e.Origin = onramp.Local
	case c.Abandoned():
		e.Code = onramp.Aborted
	}
	return e
}

// errAbandoned is why a connection of a protocol that answers in order is closed
// when a call is given up.
var errAbandoned = errors.New("a call was given up, and this protocol has no other way to drop its reply")

// Abandoned implements codec.Abandoner.
func (c *Conn) Abandoned() bool { return errors.Is(c.cause(), errAbandoned) }

var _ codec.Abandoner = (*Conn)(nil)

// cause returns why the connection is closed.
func (c *Conn) cause() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.err.(*onramp.Error); ok {
		return e.Err
	}
	return c.err
}

func (c *Conn) writeFailed(err error) { c.fail(err) }
