package mux

import (
	"context"
	"errors"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// oneway ends a call whose frame the writer took.
func (c *Conn) oneway(p *pending, id uint64, req *onramp.Request) (*onramp.Response, error) {
	if p.claim(id, waiting) {
		c.drop(p)
		return req.Reply(), nil
	}
	p.wait(id)
	err := p.err
	c.put(p)
	if err != nil && !errors.Is(err, errNoReply) { // the connection was lost meanwhile
		return nil, err
	}
	return req.Reply(), nil
}

// errUp ends the wait for room in the write buffer.
var errUp = errors.New("the deadline passed while the call waited for room in the write buffer")

// send hands the frame to the writer, and waits while the write buffer is full.
func (c *Conn) send(ctx context.Context, p *pending) error {
	woken := false
	for {
		room, err := c.trySend(p)
		if room == nil {
			if woken { // it is not said twice that the call is slow
				p.wake()
			}
			return err
		}
		select {
		case <-room:
		case <-p.done:
			if p.state.Load()&(1<<stateBits-1) != waiting {
				return errUp
			}
			woken = true
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// trySend keeps the order of writes for protocols that pair replies by it.
func (c *Conn) trySend(p *pending) (room <-chan struct{}, err error) {
	alone := c.inflight.Load() == 1
	if c.model == codec.Multiplexed {
		return c.w.write(p.out, alone, &p.offset)
	}
	c.order.mu.Lock()
	defer c.order.mu.Unlock()
	room, err = c.w.write(p.out, alone, &p.offset)
	if err == nil && p.frame.Kind != codec.Oneway {
		c.order.push(p)
	}
	return room, err
}

// unsent ends a call whose frame the writer did not take.
func (c *Conn) unsent(p *pending, id uint64, err error) error {
	if p.claim(id, waiting) {
		c.completed()
	} else {
		p.wait(id) // the deadline passed, or the connection failed, at the same time
		if !errors.Is(p.err, errNoReply) {
			err = errWriterClosed
		}
	}
	c.put(p)
	return c.refused(err)
}

// refused is the error of a call that the writer did not take.
func (c *Conn) refused(err error) error {
	if errors.Is(err, errWriterClosed) {
		return c.lost(true)
	}
	code := onramp.DeadlineExceeded
	if !errors.Is(err, errUp) {
		code = onramp.Classify(err).Code
	}
	return &onramp.Error{Code: code, Origin: onramp.Local, Err: err}
}
