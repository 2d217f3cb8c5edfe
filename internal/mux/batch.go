package mux

import (
	"io"
	"net"
)

// batch is frames that go out together. Small ones are copied into one buffer;
// large ones stay where they were encoded, and are written from there.
type batch struct {
	buf   []byte
	parts []part
	size  int // bytes in all
}

// part is the end of what stands in buf before a large frame, and that frame.
type part struct {
	end   int
	large []byte
}

// largeFrame is the smallest frame that is not copied.
const largeFrame = 4 << 10

// add appends a copy of frame.
func (b *batch) add(frame []byte) {
	b.buf = append(b.buf, frame...)
	b.size += len(frame)
}

// take appends frame itself.
func (b *batch) take(frame []byte) {
	b.parts = append(b.parts, part{len(b.buf), frame})
	b.size += len(frame)
}

// empty forgets the frames and keeps the buffers.
func (b *batch) empty() {
	clear(b.parts)
	b.buf, b.parts, b.size = b.buf[:0], b.parts[:0], 0
}

// slices appends the bytes of b, none longer than maxWrite, to v.
func (b *batch) slices(v net.Buffers) net.Buffers {
	at := 0
	for _, p := range b.parts {
		v = pieces(pieces(v, b.buf[at:p.end]), p.large)
		at = p.end
	}
	return pieces(v, b.buf[at:])
}

func pieces(v net.Buffers, b []byte) net.Buffers {
	for len(b) > maxWrite {
		v, b = append(v, b[:maxWrite]), b[maxWrite:]
	}
	if len(b) > 0 {
		v = append(v, b)
	}
	return v
}

// group returns how many of v's first slices go out in one write, and their bytes.
func group(v net.Buffers) (n, size int) {
	for n < len(v) && (n == 0 || size+len(v[n]) <= maxWrite) {
		size += len(v[n])
		n++
	}
	return n, size
}

// sender writes batches to a connection. One goroutine at a time uses it.
type sender struct {
	nc   net.Conn
	sock *socket     // nil when nc is none
	all  net.Buffers // of the batch
	some net.Buffers // of one write
}

// send writes once, the beginning of what is left of the batch.
func (s *sender) send(left net.Buffers) (rest net.Buffers, sent int, err error) {
	n, size := group(left)
	switch {
	case s.sock != nil && n == 1:
		sent, err = s.sock.Write(left[0])
	case s.sock != nil:
		sent, err = s.sock.writeAll(left[:n:n])
	case n == 1:
		sent, err = s.nc.Write(left[0])
	default:
		var wrote int64
		s.some = left[:n:n]
		wrote, err = s.some.WriteTo(s.nc)
		sent = int(wrote)
	}
	if err == nil && sent != size {
		err = io.ErrShortWrite
	}
	return left[n:], sent, err
}
