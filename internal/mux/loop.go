package mux

import (
	"errors"
	"os"
	"time"
)

// loop is the connection's goroutine.
func (c *Conn) loop() {
	defer c.done.Done()
	idle := time.NewTimer(idleLook)
	defer idle.Stop()
	seen := c.heard.Load()
	var quiet bool
	for {
		select {
		case <-c.closing:
			return
		case <-c.kick:
			quiet = false
		case <-idle.C:
			quiet = true
			if n := c.heard.Load(); n != seen { // a caller reads; oneway calls do not
				seen = n
				idle.Reset(idleLook)
				continue
			}
		}
		if c.role.CompareAndSwap(nobody, goroutine) {
			if err := c.readOn(quiet); err != nil {
				c.readFailed(err)
				return
			}
			c.leave()
		}
		seen = c.heard.Load()
		idle.Reset(idleLook)
	}
}

// readOn reads until one caller alone has come back again and again: it can
// read for itself then. While several call, a moment without calls is no reason
// to hand the role over. quiet says that nothing is expected.
func (c *Conn) readOn(quiet bool) error {
	c.readForever()
	for lone := 0; lone < loneStreak; {
		c.holding.Store(!quiet)
		if err := c.fill(quiet); errors.Is(err, os.ErrDeadlineExceeded) {
			c.readForever() // the heartbeat asks to wait without a large buffer
			quiet = c.inflight.Load() == 0
			continue
		} else if err != nil {
			return err
		}
		_, n, err := c.dispatch(nil)
		if err != nil {
			return err
		}
		quiet = quiet && n == 0 // heartbeats wake nobody
		if lone++; n != 1 || c.left > 0 || c.r.partial() {
			lone = 0
		}
	}
	return nil
}

// readForever takes the read deadline away.
func (c *Conn) readForever() {
	c.readBy = time.Time{}
	_ = c.nc.SetReadDeadline(time.Time{})
}
