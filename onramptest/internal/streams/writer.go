package streams

import (
	"net"
	"sync"
)

// writer writes a connection from one goroutine, run. The others append to a
// batch and go on.
type writer struct {
	nc   net.Conn
	wake chan struct{} // holds one token while there is something to do
	done chan struct{} // closed when nothing is written any more

	mu        sync.Mutex
	buf       []byte
	written   chan struct{} // closed when buf was written
	writing   chan struct{} // the same for the batch under way, or nil
	finishing bool
	err       error
}

func newWriter(nc net.Conn) *writer {
	return &writer{nc: nc, wake: make(chan struct{}, 1), done: make(chan struct{}), written: make(chan struct{})}
}

// put appends b to the batch, whatever it holds already.
func (w *writer) put(b []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return w.err
	}
	w.buf = append(w.buf, b...)
	w.kick()
	return nil
}

// send is put after room, which is waited for until stop is closed.
func (w *writer) send(b []byte, stop <-chan struct{}) error {
	if !w.room(stop) {
		return net.ErrClosed
	}
	return w.put(b)
}

// room waits until the batch is not full. It returns false when stop or done is
// closed before.
func (w *writer) room(stop <-chan struct{}) bool {
	for {
		w.mu.Lock()
		n, written := len(w.buf), w.written
		w.mu.Unlock()
		if n < writeBuffer {
			return true
		}
		select {
		case <-written:
		case <-stop:
			return false
		case <-w.done:
			return false
		}
	}
}

// flush waits until what was appended is written. It returns false when stop or
// done is closed before.
func (w *writer) flush(stop <-chan struct{}) bool {
	w.mu.Lock()
	c := w.written
	if len(w.buf) == 0 {
		c = w.writing
	}
	w.mu.Unlock()
	if c == nil {
		return true
	}
	select {
	case <-c:
		return true
	case <-stop:
	case <-w.done:
	}
	return false
}

// finish writes what is left, then ends the sending direction.
func (w *writer) finish() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.finishing = true
	w.kick()
}

// fail ends run; the owner closes the connection, which unblocks its write.
func (w *writer) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.err = err
		close(w.done)
	}
}

func (w *writer) kick() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// run writes batches until fail or finish; failed is told of the first error.
func (w *writer) run(failed func(error)) {
	for {
		select {
		case <-w.wake:
		case <-w.done:
			return
		}
		batch, end := w.take()
		if len(batch) > 0 {
			if _, err := w.nc.Write(batch); err != nil {
				failed(err)
				return
			}
		}
		if w.wrote(); end {
			closeWrite(w.nc)
			w.fail(net.ErrClosed)
			return
		}
	}
}

func (w *writer) take() (batch []byte, end bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	batch, w.buf = w.buf, nil
	w.writing, w.written = w.written, make(chan struct{})
	return batch, w.finishing
}

func (w *writer) wrote() {
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.writing)
	w.writing = nil
}

// closeWrite ends the sending direction; what has none is closed.
func closeWrite(nc net.Conn) {
	if h, ok := nc.(interface{ CloseWrite() error }); ok {
		_ = h.CloseWrite()
		return
	}
	_ = nc.Close()
}
