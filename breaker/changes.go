package breaker

import "sync"

// changes tells a listener of state changes, in order and outside the circuit's
// lock: they are queued under that lock and delivered by one goroutine at a time.
type changes struct {
	listener func(from, to State) // nil is nobody

	mu         sync.Mutex
	queue      []change
	delivering bool
}

type change struct{ from, to State }

// add queues a change. The circuit's lock is held, which gives the order.
func (c *changes) add(from, to State) {
	if c.listener == nil || from == to {
		return
	}
	c.mu.Lock()
	c.queue = append(c.queue, change{from, to})
	c.mu.Unlock()
}

// deliver calls the listener until the queue is empty, unless somebody does so
// already: another goroutine, or the listener's own call further up the stack.
func (c *changes) deliver() {
	if c.listener == nil {
		return
	}
	for next, ok := c.begin(); ok; next, ok = c.begin() {
		c.call(next)
	}
}

// begin takes the first change for delivery.
func (c *changes) begin() (next change, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.delivering || len(c.queue) == 0 {
		return change{}, false
	}
	next, c.queue = c.queue[0], c.queue[1:]
	c.delivering = true
	return next, true
}

func (c *changes) call(next change) {
	defer func() { // a panic of the listener must not end all deliveries
		c.mu.Lock()
		c.delivering = false
		c.mu.Unlock()
	}()
	c.listener(next.from, next.to)
}
