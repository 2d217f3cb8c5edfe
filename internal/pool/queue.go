package pool

// waiter is a caller that stands in line for a connection.
type waiter struct {
	next, prev *waiter
	// done is closed when conn or err is set; the pool's lock guards both until then.
	done chan struct{}
	conn *link
	err  error
}

// queue is a line of callers, first come first served. The pool's lock guards it.
type queue struct {
	first, last *waiter
	n           int
}

func (q *queue) push(w *waiter) {
	w.prev = q.last
	if q.last == nil {
		q.first = w
	} else {
		q.last.next = w
	}
	q.last = w
	q.n++
}

// remove takes w, which is in the line, out of it.
func (q *queue) remove(w *waiter) {
	if w.prev == nil {
		q.first = w.next
	} else {
		w.prev.next = w.next
	}
	if w.next == nil {
		q.last = w.prev
	} else {
		w.next.prev = w.prev
	}
	w.next, w.prev = nil, nil
	q.n--
}

// serve ends the wait of the first in the line.
func (q *queue) serve(c *link, err error) {
	w := q.first
	q.remove(w)
	w.conn, w.err = c, err
	close(w.done)
}
