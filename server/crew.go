package server

import "sync"

// crew counts goroutines and tells when there are none. Unlike a WaitGroup it
// can be waited for together with a context.
type crew struct {
	mu   sync.Mutex
	n    int
	gone chan struct{} // made when somebody waits, closed at zero
}

func (c *crew) join() {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
}

func (c *crew) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n--
	if c.n == 0 && c.gone != nil {
		close(c.gone)
		c.gone = nil
	}
}

// empty returns a channel that is closed when, now or later, nobody is left.
func (c *crew) empty() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == 0 {
		ch := make(chan struct{})
		close(ch)
		return ch
	}
	if c.gone == nil {
		c.gone = make(chan struct{})
	}
	return c.gone
}

func (c *crew) size() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}
