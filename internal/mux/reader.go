package mux

import (
	"fmt"
	"io"
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
	need   int        // length of the frame that has begun to arrive, 0 while unknown
	empty  int        // reads in a row that returned nothing
	frames uint64     // that were cut
	idle   [1024]byte // where an idle connection reads
}

const (
	// A read asks for the small size until one fills it: then more is waiting, and
	// the next asks for four times as much.
	smallRead = 8 << 10
	largeRead = 128 << 10
	// keepRead is the largest buffer that a busy connection keeps for its next frames.
	keepRead = 2 << 20
	// undecided is the most bytes from which a framer may not tell a frame's length.
	undecided = 1 << 20
	// maxEmpty is how many reads in a row may return nothing.
	maxEmpty = 100
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
		return r.nothing(err)
	}
	r.empty = 0
	if r.end == len(r.buf.B) {
		r.size = min(4*len(r.buf.B), largeRead)
	}
	return nil
}

// fillIdle waits without a buffer, and takes one for what came: a large one only
// when more is waiting, because what came may be the beginning of a frame whose
// rest never comes.
func (r *reader) fillIdle() error {
	r.release()
	n, err := r.nc.Read(r.idle[:])
	if n == 0 {
		return r.nothing(err)
	}
	r.empty = 0
	size := smallRead
	if n < len(r.idle) {
		size = 2 * len(r.idle)
	}
	r.buf = NewBuffer(size)
	r.start, r.end = 0, copy(r.buf.B, r.idle[:n])
	return nil
}

// nothing returns why a read returned no bytes.
func (r *reader) nothing(err error) error {
	if r.empty++; err == nil && r.empty >= maxEmpty {
		return io.ErrNoProgress
	}
	return err
}

// makeRoom sees that there is room behind end. A partial frame moves to the
// front; the buffer grows with the bytes that have arrived and never by what a
// frame claims.
func (r *reader) makeRoom() {
	if r.start == r.end {
		if r.buf != nil && (len(r.buf.B) < r.size || len(r.buf.B) > keepRead) {
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
		r.grow()
	}
}

// grow takes a buffer of twice the size, or of the frame's size when that is less.
func (r *reader) grow() {
	size := max(2*len(r.buf.B), smallRead)
	if r.need > len(r.buf.B) {
		size = min(size, max(r.need, smallRead))
	}
	b := NewBuffer(size)
	b.B = b.B[:cap(b.B)]
	copy(b.B, r.buf.B)
	r.buf.Release()
	r.buf = b
}

// next returns the next whole frame that was read, or nil. It is valid until
// the next fill.
func (r *reader) next() ([]byte, error) {
	if r.start == r.end {
		return nil, nil
	}
	src := r.buf.B[r.start:r.end]
	n, err := r.framer.Size(src)
	switch {
	case err != nil:
		return nil, fmt.Errorf("bad frame: %w", err)
	case n < 0:
		return nil, fmt.Errorf("bad frame: the framer says that its size is %d", n)
	case n == 0 && len(src) >= undecided:
		return nil, fmt.Errorf("bad frame: the framer cannot tell its size from %d bytes", len(src))
	case n == 0 || n > len(src):
		r.need = n
		return nil, nil
	}
	r.need = 0
	r.frames++
	r.start += n
	return src[:n:n], nil
}

// partial reports whether a frame has begun to arrive.
func (r *reader) partial() bool { return r.start != r.end }

// release gives the buffer back.
func (r *reader) release() {
	if r.buf != nil {
		r.buf.Release()
		r.buf, r.start, r.end, r.need = nil, 0, 0, 0
	}
}
