package mux

import (
	"math/bits"
	"sync"
)

// Buffer is a received frame with an owner. Release gives it back; whoever holds
// a view of it must not use it afterwards.
type Buffer struct {
	B     []byte
	class int
	free  bool   // was given back
	from  *chunk // that it is lent from, if it is
}

// Buffers come in classes of 512 B x 4^n up to 2 MiB. Larger ones are left to
// the collector, so that one huge frame does not stay in memory.
const (
	minShift   = 9
	classShift = 2
	classes    = 7
)

// pools hold plain bytes only: no channel, timer or cond, so that bubbles of
// testing/synctest may share them.
var pools [classes]sync.Pool //nolint:gochecknoglobals // see above

// NewBuffer returns a buffer of length n.
func NewBuffer(n int) *Buffer {
	c := 0
	if n > 1<<minShift {
		c = (bits.Len(uint(n-1)) - minShift + classShift - 1) / classShift
	}
	if c >= classes {
		return &Buffer{B: make([]byte, n), class: -1}
	}
	if b, ok := pools[c].Get().(*Buffer); ok {
		b.B, b.free = b.B[:n], false
		return b
	}
	return &Buffer{B: make([]byte, n, 1<<(minShift+c*classShift)), class: c}
}

// Release gives the buffer back. A second Release, by a copy of its owner, does
// nothing as long as nobody else has the buffer by then.
func (b *Buffer) Release() {
	if b.from != nil {
		if !b.free {
			b.free = true
			b.from.drop(1)
		}
		return
	}
	if b.class >= 0 && !b.free {
		b.free = true
		pools[b.class].Put(b)
	}
}

// footprint is how many bytes of memory the buffer holds: a chunk that is larger
// than most grew for one frame.
func (b *Buffer) footprint() int {
	if b.from != nil && len(b.from.b.B) > largeRead {
		return len(b.from.b.B)
	}
	return cap(b.B)
}
