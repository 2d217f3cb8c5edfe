package mux

import "sync"

// fifo is the calls of a protocol that answers in the order of requests.
type fifo struct {
	mu    sync.Mutex
	calls []*pending
}

// push is called with mu held, together with the write.
func (q *fifo) push(p *pending) { q.calls = append(q.calls, p) }

// pop returns the call that the next reply belongs to, or nil.
func (q *fifo) pop() *pending {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.calls) == 0 {
		return nil
	}
	p := q.calls[0]
	n := copy(q.calls, q.calls[1:])
	q.calls[n] = nil
	q.calls = q.calls[:n]
	return p
}
