package pool

import "time"

// Status is a pool at one moment, for people.
type Status struct {
	// Conns is the number of connections that take calls.
	Conns int
	// Waiting is the number of callers in line.
	Waiting int
	// Dialing says that a connection is being made.
	Dialing bool
	// Err is why the latest dial failed, nil when it did not.
	Err error
	// RetryIn is how long no dial starts.
	RetryIn time.Duration
}

// Status returns the pool's state.
func (p *Pool) Status() Status {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := Status{Waiting: p.queue.n, Dialing: p.dialing, Err: p.lastErr}
	for _, c := range p.conns {
		if _, ok := c.room(); ok {
			s.Conns++
		}
	}
	s.RetryIn = max(0, time.Until(p.notBefore))
	return s
}
