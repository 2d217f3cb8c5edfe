package mux

import (
	"net"
	"sync"
	"sync/atomic"
	"time"

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
	probe     probe
	proof     proof
	strays    strays
	arrival   arrival

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
	c := newConn(nc, cfg)
	c.done.Add(1)
	go c.loop()
	return c
}

// newConn is a connection of which callers alone read.
func newConn(nc net.Conn, cfg *Config) *Conn {
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
	c.r = newReader(nc, c.framer, &c.sweep.brisk)
	c.probe.init(nc)
	c.sweep.init(c)
	c.heartbeat.init(c)
	return c
}

// Load implements codec.Conn.
func (c *Conn) Load() (int, codec.ConnState) {
	s := codec.ConnState(c.state.Load())
	if s != codec.Ready {
		return 0, s
	}
	return min(max(0, c.table.limit-int(c.inflight.Load()+c.stale.Load())), c.table.limit), s
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
