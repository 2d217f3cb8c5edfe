package mux

import (
	"errors"
	"fmt"
	"io"

	"github.com/onrampmesh/onramp/codec"
)

// dispatch hands out every whole frame that was read, n of them replies. own says
// that self was among them.
func (c *Conn) dispatch(self *pending) (own bool, n int, err error) {
	defer c.guard(nil, &err)
	for {
		frame, err := c.r.next()
		if frame == nil || err != nil {
			return own, n, err
		}
		var kind codec.FrameKind
		var id uint64
		if c.corr != nil {
			kind, id = c.corr.Correlate(frame)
		} else {
			c.scratch.Reset()
			if err := c.framer.Decode(frame, &c.scratch); err != nil {
				return own, n, fmt.Errorf("bad frame: %w", err)
			}
			kind, id = c.scratch.Kind, c.scratch.ID
		}
		switch kind {
		case codec.Response:
			var mine bool
			if mine, err = c.deliver(frame, id, self); err != nil {
				return own, n, err
			}
			own, n = own || mine, n+1
		case codec.Heartbeat:
			if err = c.heartbeat.answer(frame); err != nil {
				return own, n, err
			}
		case codec.HeartbeatAck, codec.GoAway:
			if kind == codec.GoAway {
				c.goAway()
			}
			if err = c.heartbeat.count(); err != nil {
				return own, n, err
			}
		}
	}
}

// deliver stores a reply with the call it belongs to.
func (c *Conn) deliver(frame []byte, id uint64, self *pending) (own bool, err error) {
	p, id, err := c.match(id)
	if p == nil || err != nil {
		return false, err
	}
	if p.claim(id, waiting) {
		b := c.r.keep(frame)
		c.left = c.completed() // before the caller can begin its next call
		p.settle(id, b, nil, p == self)
		return p == self, nil
	}
	if c.forget(p, id) {
		c.strays.late()
		c.cfg.Stats.Late.Add(1)
		return false, nil
	}
	return false, c.stray(p.state.Load()>>stateBits == id)
}

// stray counts a reply that no call waits for. known says that its ID was the
// last one of its place.
func (c *Conn) stray(known bool) error {
	switch {
	case c.strays.late():
		c.cfg.Stats.Late.Add(1)
		return nil
	case known:
		c.cfg.Stats.Duplicate.Add(1)
	default:
		c.cfg.Stats.Unknown.Add(1)
	}
	return c.strays.add()
}

// match returns the call that a reply belongs to, and its ID.
func (c *Conn) match(id uint64) (*pending, uint64, error) {
	if c.model == codec.Multiplexed {
		p := c.table.find(id)
		if p == nil {
			return nil, id, c.stray(false)
		}
		return p, id, nil
	}
	p := c.order.pop()
	if p == nil {
		return nil, 0, errors.New("a reply came that no request waits for")
	}
	want := p.state.Load() >> stateBits
	if id != 0 && id != want {
		return nil, 0, fmt.Errorf("reply %d came when %d was due: replies must come in the order of requests", id, want)
	}
	return p, want, nil
}

// readFailed closes the connection because of a read.
func (c *Conn) readFailed(err error) {
	if errors.Is(err, io.EOF) {
		err = errors.New("the peer closed the connection")
	}
	c.fail(err)
}
