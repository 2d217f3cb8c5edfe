package mux

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// callContext is the context of one call on the server. It is lazy: a handler
// that never asks for Done pays for no channel and no timer. It is not pooled,
// because a handler may leave it behind.
type callContext struct {
	context.Context // the connection's
	deadline        time.Time
	ended           atomic.Bool

	mu    sync.Mutex
	done  chan struct{}
	err   error
	timer *time.Timer
	stop  func() bool
	after []*func()
}

// Deadline implements context.Context.
func (c *callContext) Deadline() (time.Time, bool) {
	if c.deadline.IsZero() {
		return c.Context.Deadline()
	}
	return c.deadline, true
}

// Done implements context.Context.
func (c *callContext) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.done != nil {
		return c.done
	}
	c.done = make(chan struct{})
	if c.err == nil {
		c.err = c.peek()
	}
	if c.err != nil {
		close(c.done)
		return c.done
	}
	c.stop = context.AfterFunc(c.Context, func() { c.cancel(context.Canceled) })
	if !c.deadline.IsZero() {
		c.timer = time.AfterFunc(time.Until(c.deadline), func() { c.cancel(context.DeadlineExceeded) })
	}
	return c.done
}

// Err implements context.Context.
func (c *callContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil && c.done == nil {
		c.err = c.peek()
	}
	return c.err
}

// peek asks what a timer would have told.
func (c *callContext) peek() error {
	switch {
	case c.ended.Load() || c.Context.Err() != nil:
		return context.Canceled
	case !c.deadline.IsZero() && !time.Now().Before(c.deadline):
		return context.DeadlineExceeded
	}
	return nil
}

// AfterFunc runs f in a goroutine of its own when the call has ended. The
// context package looks for it, so that derived contexts need no goroutine.
func (c *callContext) AfterFunc(f func()) (stop func() bool) {
	c.Done()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		go f()
		return func() bool { return false }
	}
	a := &f
	c.after = append(c.after, a)
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		i := slices.Index(c.after, a)
		if i < 0 {
			return false
		}
		c.after = slices.Delete(c.after, i, i+1)
		return true
	}
}

func (c *callContext) cancel(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = err
	}
	if c.done != nil {
		select {
		case <-c.done:
		default:
			close(c.done)
		}
	}
	if c.timer != nil {
		c.timer.Stop()
	}
	if c.stop != nil {
		c.stop()
	}
	for _, f := range c.after {
		go (*f)()
	}
	c.after = nil
}

// end is called when the handler has returned.
func (c *callContext) end() {
	c.ended.Store(true)
	c.mu.Lock()
	asked := c.done != nil
	c.mu.Unlock()
	if asked {
		c.cancel(context.Canceled)
	}
}
