package mux

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// Conn is a client connection; it implements codec.Conn.
type Conn struct {
	nc     net.Conn
	cfg    *Config
	framer codec.Framer
	body   codec.Body
	corr   codec.Correlator // nil when the framer is none
	model  codec.Model
	epoch  epoch

	table    *table
	order    fifo // of the pipelined and ping-pong models
	w        *writer
	r        *reader
	scratch  codec.Frame // of the role's holder, without a correlator
	inflight atomic.Int32
	stale    atomic.Int32 // abandoned places
	calls    atomic.Uint32
	heard    atomic.Uint32

	role   atomic.Uint32
	kick   chan struct{}
	readBy time.Time // the read deadline that is set; of the role's holder
	left   int32     // calls that the latest reply left under way; of the role's holder
	// holding: the goroutine reads into a large buffer.
	holding atomic.Bool

	sweep     sweeper
	heartbeat heartbeat
	strays    strays

	mu      sync.Mutex
	state   atomic.Uint32 // codec.ConnState
	err     error         // why it is closed
	changed chan struct{}
	full    atomic.Bool // somebody found no place and may wait for Changed
	quiet   chan struct{}
	closing chan struct{}
	cut     chan struct{} // closed when fail has done its work
	done    sync.WaitGroup
}

// Dial makes a client connection of nc.
func Dial(nc net.Conn, cfg *Config) *Conn {
	c := &Conn{
		nc: nc, cfg: cfg, framer: pin(cfg.Framer, true), body: cfg.Body, model: model(cfg.Framer),
		epoch: epoch{time.Now()}, kick: make(chan struct{}, 1),
		quiet: make(chan struct{}), closing: make(chan struct{}), cut: make(chan struct{}),
	}
	c.corr, _ = c.framer.(codec.Correlator)
	limit := cfg.MaxInFlight
	if c.model == codec.PingPong {
		limit = 1
	}
	c.table = newTable(limit)
	c.w = newWriter(nc, cfg.WriteBuffer, c.writeFailed)
	c.r = &reader{nc: nc, framer: c.framer}
	c.sweep.init(c)
	c.heartbeat.init(c)
	c.done.Add(1)
	go c.loop()
	return c
}

// Load implements codec.Conn.
func (c *Conn) Load() (int, codec.ConnState) {
	s := codec.ConnState(c.state.Load())
	if s != codec.Ready {
		return 0, s
	}
	return max(0, c.table.limit-int(c.inflight.Load()+c.stale.Load())), s
}

// Changed implements codec.Conn.
func (c *Conn) Changed() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changed == nil {
		c.changed = make(chan struct{})
		if codec.ConnState(c.state.Load()) == codec.Closed {
			close(c.changed)
		}
	}
	if int(c.inflight.Load()+c.stale.Load()) >= c.table.limit {
		c.full.Store(true)
	}
	return c.changed
}

// notify closes the channel of Changed, with mu held.
func (c *Conn) notify() {
	if c.changed != nil {
		close(c.changed)
		c.changed = nil
	}
}

// roomAgain tells who waits for a place on a full connection.
func (c *Conn) roomAgain() {
	if c.full.Load() && c.full.CompareAndSwap(true, false) {
		c.mu.Lock()
		if codec.ConnState(c.state.Load()) == codec.Ready {
			c.notify()
		}
		c.mu.Unlock()
	}
}

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
	_ = c.nc.Close()
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
