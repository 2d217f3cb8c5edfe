package mux

import (
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/onrampmesh/onramp/codec"
)

// probe looks whether the peer has closed a connection before a call is written
// to it. The reader learns of a close by itself, but nobody reads for a few
// milliseconds after a call, and on a busy machine the connection's goroutine may
// be late. So a call that finds that nobody has looked for a while asks the
// socket, without waiting. Connections that are no socket have their reader alone.
type probe struct {
	raw    syscall.RawConn // nil without a socket
	looked atomic.Int64    // when, since the connection's epoch
	looks  atomic.Uint32   // how often
}

// probeEvery is how long a look is good for: it costs less than a microsecond
// that often, and nothing else.
const probeEvery = 5 * time.Millisecond

// probeTries bounds the looks of one call while something that was sent before
// the close, such as a go-away, is still to be read.
const probeTries = 16

func (p *probe) init(nc net.Conn) {
	if s, ok := nc.(syscall.Conn); ok {
		p.raw, _ = s.SyscallConn()
	}
}

// sight is what a look at a socket saw.
type sight uint8

const (
	open   sight = iota // nothing is there to be read
	unread              // something is, and the end may be behind it
	ended
)

// look closes the connection when its peer has. It is called before a call begins,
// and reports whether the peer is to be asked whether it is there.
func (c *Conn) look(now time.Time) (ask bool) {
	if c.proof.proving.Load() > 0 {
		return true
	}
	at := c.epoch.at(now)
	if at-c.probe.looked.Load() < int64(probeEvery) {
		return false
	}
	if c.probe.raw != nil {
		c.peek()
	}
	c.proof.track(c, at)
	c.probe.looked.Store(at) // behind the look: who comes meanwhile looks, too
	return c.proof.stale(c, at)
}

// peek asks the socket.
func (c *Conn) peek() {
	for range probeTries {
		c.probe.looks.Add(1)
		seen := peek(c.probe.raw)
		if seen == ended {
			c.endSeen()
			return
		}
		// Where other calls are under way, somebody reads.
		if seen == open || c.inflight.Load() > 0 || !c.readAhead() {
			return
		}
	}
}

// endSeen is called when the peer has closed. Calls under way may have replies that
// were read and not handed out yet: then the end is left to who reads.
func (c *Conn) endSeen() {
	if c.inflight.Load() > 0 {
		c.goAway()
		return
	}
	c.readFailed(io.EOF)
}

// readAhead has what arrived read before a call that is alone is written: by the
// call itself, or by the goroutine, which is late. It reports whether to look again.
func (c *Conn) readAhead() bool {
	if codec.ConnState(c.state.Load()) == codec.Closed {
		return false
	}
	if !c.role.CompareAndSwap(nobody, caller) {
		_ = c.nc.SetReadDeadline(time.Unix(1, 0)) // wakes it, if it waits
		runtime.Gosched()
		return true
	}
	defer c.leave()
	if peek(c.probe.raw) != unread { // somebody has read it meanwhile
		return true
	}
	c.readBy = time.Time{}
	_ = c.nc.SetReadDeadline(time.Now().Add(leadSlice))
	err := c.fill(false)
	if err == nil {
		_, _, err = c.dispatch(nil)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) { // of another caller, who meant the goroutine
		return true
	}
	if err != nil {
		c.readFailed(err)
	}
	return err == nil
}
