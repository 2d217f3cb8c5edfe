package mux

import (
	"fmt"
	"net"

	"github.com/onrampmesh/onramp/codec"
)

// reader cuts the bytes of a connection into frames. One goroutine at a time
// uses it.
type reader struct {
	nc     net.Conn
	framer codec.Framer
	buf    *Buffer // nil while idle
	start  int     // unread bytes are buf.B[start:end]
	end    int
	size   int        // of the next buffer
	idle   [1024]byte // where an idle connection reads
}

// A read asks for the small size until one fills it: then more is waiting.
const (
	smallRead = 32 << 10
	largeRead = 128 << 10
)

// fill reads once. quiet says that nothing is expected, so that the wait needs
// no large buffer.
func (r *reader) fill(quiet bool) error {
	if quiet && r.start == r.end {
		return r.fillIdle()
	}
	r.makeRoom()
	n, err := r.nc.Read(r.buf.B[r.end:])
	r.end += n
	if n == 0 {
		return err
	}
	if r.end == len(r.buf.B) {
		r.size = largeRead
	}
	return nil
}

func (r *reader) fillIdle() error {
	r.release()
	n, err := r.nc.Read(r.idle[:])
	if n == 0 {
		return err
	}
	r.buf = NewBuffer(smallRead)
	r.start, r.end = 0, copy(r.buf.B, r.idle[:n])
	return nil
}

// makeRoom sees that there is room behind end. A partial frame moves to the
// front; the buffer grows with the bytes that have arrived and never by what a
// frame claims.
func (r *reader) makeRoom() {
	if r.start == r.end {
		if r.buf != nil && len(r.buf.B) < r.size {
			r.release()
		}
		if r.buf == nil {
			r.size = max(r.size, smallRead)
			r.buf = NewBuffer(r.size)
		}
		r.start, r.end = 0, 0
		return
	}
	have := r.end - r.start
	switch free := len(r.buf.B) - r.end; {
	case free >= len(r.buf.B)/2:
	case r.start > 0:
		copy(r.buf.B, r.buf.B[r.start:r.end])
		r.start, r.end = 0, have
	case free == 0:
		b := NewBuffer(2 * len(r.buf.B))
		copy(b.B, r.buf.B)
		r.buf.Release()
		r.buf = b
	}
}

// next returns the next whole frame that was read, or nil. It is valid until
// the next fill.
func (r *reader) next() ([]byte, error) {
	if r.start == r.end {
		return nil, nil
	}
	src := r.buf.B[r.start:r.end]
	n, err := r.framer.Size(src)
	if err != nil {
		return nil, fmt.Errorf("bad frame: %w", err)
	}
	if n <= 0 || n > len(src) {
		return nil, nil
	}
	r.start += n
	return src[:n:n], nil
}

// partial reports whether a frame has begun to arrive.
func (r *reader) partial() bool { return r.start != r.end }

// release gives the buffer back.
func (r *reader) release() {
	if r.buf != nil {
		r.buf.Release()
		r.buf, r.start, r.end = nil, 0, 0
	}
}
