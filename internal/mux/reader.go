package mux

import (
	"fmt"
	"io"
	"math"
	"net"
	"sync/atomic"

	"github.com/onrampmesh/onramp/codec"
)

// reader cuts the bytes of a connection into frames. One goroutine at a time
// uses it.
type reader struct {
	nc     net.Conn
	sock   *socket // nil when nc is none
	brisk  *atomic.Bool
	framer codec.Framer
	buf    *chunk // nil while idle
	start  int    // unread bytes are held()[start:end]
	end    int
	cut    int          // where the frame that next returned begins
	pins   atomic.Int32 // chunks that were left, and whose frames are still out
	size   int          // of the next buffer
	slack  int          // reads in a row that used little of it
	need   int          // length of the frame that has begun to arrive, 0 while unknown
	empty  int          // reads in a row that returned nothing
	frames uint64       // that were cut
	idle   [1024]byte   // where an idle connection reads
}

const (
	// A read asks for the small size until one fills it: then more is waiting, and
	// the next asks for four times as much.
	smallRead = 8 << 10
	largeRead = 128 << 10
	// keepRead is the largest buffer that a busy connection keeps for its next frames,
	// when the latest one was large, too.
	keepRead = 2 << 20
	// slackReads is how many reads in a row must use an eighth of the buffer at most
	// until a smaller one is taken.
	slackReads = 16
	// undecided is the most bytes from which a framer may not tell a frame's length.
	undecided = 1 << 20
	// maxEmpty is how many reads in a row may return nothing.
	maxEmpty = 100
)

// newReader returns the reader of nc. brisk says that a timer of the connection is
// due in a few milliseconds, see socket.
func newReader(nc net.Conn, f codec.Framer, brisk *atomic.Bool) *reader {
	return &reader{nc: nc, framer: f, sock: readSocket(nc, brisk), brisk: brisk}
}

// fill reads once. quiet says that nothing is expected, so that the wait needs
// no large buffer.
func (r *reader) fill(quiet bool) error {
	if quiet && r.start == r.end {
		return r.fillIdle()
	}
	r.makeRoom()
	n, err := r.read(r.held()[r.end:])
	r.end += n
	if n == 0 {
		return r.nothing(err)
	}
	r.empty = 0
	if size := len(r.held()); r.end == size {
		r.size = min(4*size, largeRead)
	}
	return nil
}

// fillIdle waits without a buffer, and takes one for what came: a large one only
// when more is waiting, because what came may be the beginning of a frame whose
// rest never comes.
func (r *reader) fillIdle() error {
	r.release()
	n, err := r.read(r.idle[:])
	if n == 0 {
		return r.nothing(err)
	}
	r.empty = 0
	size := smallRead
	if n < len(r.idle) {
		size = 2 * len(r.idle)
	}
	r.buf = newChunk(size, &r.pins)
	r.start, r.end = 0, copy(r.held(), r.idle[:n])
	return nil
}

// fronted is a connection of which something was read ahead: its first Read returns
// that, and from then on the connection behind may be read.
type fronted interface{ BehindReadAhead() net.Conn }

func (r *reader) read(b []byte) (int, error) {
	if r.sock != nil {
		return r.sock.Read(b)
	}
	n, err := r.nc.Read(b)
	if f, ok := r.nc.(fronted); ok && n > 0 {
		r.sock = readSocket(f.BehindReadAhead(), r.brisk)
	}
	return n, err
}

// held is the buffer; nil while idle.
func (r *reader) held() []byte {
	if r.buf == nil {
		return nil
	}
	return r.buf.b.B
}

// nothing returns why a read returned no bytes.
func (r *reader) nothing(err error) error {
	if r.empty++; err == nil && r.empty >= maxEmpty {
		return io.ErrNoProgress
	}
	return err
}

// makeRoom sees that there is room behind end. What is unread moves to the front,
// or to another chunk when frames before it are lent. A buffer grows with the bytes
// that have arrived and never by what a frame claims.
func (r *reader) makeRoom() {
	if r.start == r.end {
		r.makeRoomForNext()
		return
	}
	size, have := len(r.held()), r.end-r.start
	switch free := size - r.end; {
	case free >= size/2:
	case !r.buf.whole():
		r.move(max(r.size, smallRead, min(2*have, r.due(have))))
	case r.start > 0:
		copy(r.held(), r.held()[r.start:r.end])
		r.start, r.end = 0, have
		r.buf.reset()
	case free == 0:
		r.move(max(smallRead, min(2*size, r.due(have))))
	}
}

// makeRoomForNext is makeRoom when everything was cut into frames.
func (r *reader) makeRoomForNext() {
	size := len(r.held())
	r.shrink(size)
	switch stays := r.stays(size); {
	case stays && r.buf.whole():
		r.buf.reset()
		r.start, r.end = 0, 0
		return
	case stays && size-r.end >= size/2:
		return // behind the frames that are out
	}
	r.release()
	r.size = max(r.size, smallRead)
	r.buf = newChunk(r.size, &r.pins)
}

// stays reports whether the buffer, of size bytes, is right for the next frames.
func (r *reader) stays(size int) bool {
	switch {
	case r.buf == nil || size < r.size:
		return false
	case size > largeRead:
		return size <= keepRead && r.start-r.cut >= size/4
	}
	return size == max(r.size, smallRead)
}

// shrink makes the next buffer smaller when this one is hardly used.
func (r *reader) shrink(size int) {
	if r.end > size/8 || r.size <= smallRead {
		r.slack = 0
		return
	}
	if r.slack++; r.slack == slackReads {
		r.size, r.slack = max(r.size/4, smallRead), 0
	}
}

// due is how long the frame will be that is arriving, or for ever while unknown.
func (r *reader) due(have int) int {
	if r.need > have {
		return r.need
	}
	return math.MaxInt
}

// move takes another chunk for what is unread.
func (r *reader) move(size int) {
	c := newChunk(size, &r.pins)
	n := copy(c.b.B, r.held()[r.start:r.end])
	r.buf.leave()
	r.buf, r.start, r.end = c, 0, n
}

// keep returns the frame that next returned as a buffer that outlives the next fill.
func (r *reader) keep(frame []byte) *Buffer {
	if len(frame) >= lendLeast && r.buf != nil && &frame[0] == &r.held()[r.cut] {
		if b := r.buf.lend(frame); b != nil {
			return b
		}
	}
	b := NewBuffer(len(frame))
	copy(b.B, frame)
	return b
}

// next returns the next whole frame that was read, or nil. It is valid until
// the next fill, unless it is kept.
func (r *reader) next() ([]byte, error) {
	if r.start == r.end {
		return nil, nil
	}
	src := r.held()[r.start:r.end]
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
	r.cut = r.start
	r.start += n
	return src[:n:n], nil
}

// partial reports whether a frame has begun to arrive.
func (r *reader) partial() bool { return r.start != r.end }

// release gives the buffer back.
func (r *reader) release() {
	if r.buf != nil {
		r.buf.leave()
		r.buf, r.start, r.end, r.need = nil, 0, 0, 0
	}
}
