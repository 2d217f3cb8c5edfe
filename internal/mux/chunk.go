package mux

import (
	"sync"
	"sync/atomic"
)

// chunk is a buffer that a connection reads into. Its frames are lent to the calls
// they belong to, so that no frame is copied: the reader goes on behind them, or
// in another chunk, and the bytes go back to the pool when the reader has left and
// every frame has come back.
type chunk struct {
	b    *Buffer
	lent []Buffer // one for each frame that may be lent
	used int      // of lent; of the reader
	// refs is the reader, the frames that are out and those that may still go out:
	// lending costs no atomic operation.
	refs atomic.Int32
	pins *atomic.Int32
}

const (
	// lendLeast is the smallest frame that is lent: smaller ones are copied.
	lendLeast = 512
	// lendMost is the most frames of one chunk that are lent.
	lendMost = 128
	// pinMost is how many chunks that the reader has left may wait for frames of a
	// connection. Beyond it frames are copied, so that calls that take long hold
	// their own frames and not their neighbours'.
	pinMost = 8
)

// chunkPool holds no channel, timer or cond.
var chunkPool = sync.Pool{New: func() any { return new(chunk) }} //nolint:gochecknoglobals // see above

// newChunk returns a chunk of at least size bytes, all of them usable.
func newChunk(size int, pins *atomic.Int32) *chunk {
	c := chunkPool.Get().(*chunk)
	c.b = NewBuffer(size)
	c.b.B = c.b.B[:cap(c.b.B)]
	n := min(len(c.b.B)/lendLeast, lendMost)
	if cap(c.lent) < n {
		c.lent = make([]Buffer, n)
	}
	c.lent, c.used, c.pins = c.lent[:n], 0, pins
	c.refs.Store(int32(n) + 1)
	return c
}

// whole reports whether no frame is out.
func (c *chunk) whole() bool { return int(c.refs.Load()) == len(c.lent)+1-c.used }

// reset is called when no frame is out: all may be lent again.
func (c *chunk) reset() {
	if c.used > 0 {
		c.used = 0
		c.refs.Store(int32(len(c.lent)) + 1)
	}
}

// lend makes frame, which is in c, a buffer of its own; nil when too many are out,
// and when a small frame would hold what grew for a large one.
func (c *chunk) lend(frame []byte) *Buffer {
	size := len(c.b.B)
	if c.used == len(c.lent) || size > largeRead && len(frame) < size/4 || c.pins.Load() >= pinMost {
		return nil
	}
	b := &c.lent[c.used]
	c.used++
	b.B, b.free, b.from = frame, false, c
	return b
}

// leave is called by the reader, who will not use c again.
func (c *chunk) leave() {
	c.pins.Add(1)
	c.drop(int32(1 + len(c.lent) - c.used))
}

// drop takes n references.
func (c *chunk) drop(n int32) {
	if c.refs.Add(-n) > 0 {
		return
	}
	c.pins.Add(-1)
	c.b.Release()
	for i := range c.lent[:c.used] { // free and from stay, for a second Release
		c.lent[i].B = nil
	}
	c.b, c.pins = nil, nil
	chunkPool.Put(c)
}
