package mux

import (
	"errors"
	"net"
	"sync"
	"sync/atomic"
)

// writer gathers frames of many goroutines into few writes. There is one batch
// and one flusher: a lone caller writes its frame itself; under load a flusher
// goroutine lets everything runnable add its frame, then writes all at once.
type writer struct {
	sender
	limit int
	// failed is told the first write error, outside mu.
	failed func(error)

	mu       sync.Mutex
	next     batch
	spare    batch    // the latest one that was written, for its buffers
	spares   [][]byte // of large frames that were written, for the next ones
	kept     int      // bytes in spares
	flushing bool
	kick     chan struct{} // wakes the flusher; nil when there is none
	resting  bool          // no call was written since the connection was found idle
	held     bool          // small batches wait for release
	parting  bool          // and for the end of a farewell
	tight    atomic.Bool   // more than half of what may wait does
	closed   bool
	room     chan struct{} // made when somebody waits; closed when the batch is taken
	empty    chan struct{} // made when somebody waits; closed when all is written
	total    uint64        // bytes ever appended
	offered  uint64        // bytes ever handed to nc.Write, without those it refused
	writes   atomic.Uint64

	// unheard is how many bytes were written since the peer was last heard. A
	// frozen peer's kernel takes some; an inline write stays below what fits.
	unheard  atomic.Int64
	flushers sync.WaitGroup
}

const (
	// inlineLimit is the most unheard bytes under which a caller may write by
	// itself: less than any socket's buffers, so that the write cannot block.
	inlineLimit = 32 << 10
	// heldLimit is the largest batch that is held.
	heldLimit = 64 << 10
	// keepBuffer is the largest buffer that a place or a job keeps for its next call.
	keepBuffer = 64 << 10
	// keepScratch is the same for a header block that is being built.
	keepScratch = 4 << 10
	// maxWrite is the most bytes of one nc.Write. Whether a write makes progress is
	// seen between two of them.
	maxWrite = 128 << 10
)

var (
	errWriterClosed = errors.New("the connection is closed")
	errWriterFull   = errors.New("the connection's write buffer is full")
)

func newWriter(nc net.Conn, limit int, failed func(error)) *writer {
	w := &writer{sender: sender{nc: nc}, limit: limit, failed: failed, resting: true}
	if f, ok := nc.(fronted); ok {
		nc = f.BehindReadAhead()
	}
	w.sock = writeSocket(nc)
	return w
}

// write appends frame to the batch and sees that it is flushed. alone says that
// no other call is under way. at, which may be nil, is set to the frame's offset
// in the stream of bytes. On an error nothing of the frame was taken; with
// errWriterFull room is closed when there may be some.
func (w *writer) write(f *out, alone bool, at *uint64) (room <-chan struct{}, err error) {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return nil, errWriterClosed
	}
	if w.next.size > 0 && w.next.size+len(f.b) > w.limit {
		room = w.whenRoom()
		if w.held { // by the one who waits now
			w.held = false
			w.unlockAndFlush(false)
			return room, errWriterFull
		}
		w.mu.Unlock()
		return room, errWriterFull
	}
	if at != nil {
		*at = w.total
	}
	w.resting = w.resting && f.beat
	w.append(f)
	w.unlockAndFlush(alone)
	return nil, nil
}

// tryWrite is write for frames that may be lost. It never blocks.
func (w *writer) tryWrite(frame []byte) { _, _ = w.write(&out{frame, true}, false, nil) }

// writeWait is write for a server's worker, which waits for room.
func (w *writer) writeWait(f *out, alone bool) error {
	for {
		room, err := w.write(f, alone, nil)
		if room == nil {
			return err
		}
		<-room
	}
}

// pause waits while the peer takes its replies too slowly, so that a server reads
// no more requests than it can answer.
func (w *writer) pause() {
	for {
		w.mu.Lock()
		if w.closed || w.next.size <= w.limit/2 {
			w.mu.Unlock()
			return
		}
		room := w.whenRoom()
		if w.held { // by the one who waits now
			w.held = false
			w.unlockAndFlush(false)
		} else {
			w.mu.Unlock()
		}
		<-room
	}
}

// crowded reports whether pause would wait.
func (w *writer) crowded() bool { return w.tight.Load() }

// whenRoom returns what is closed when the batch is taken, with mu held.
func (w *writer) whenRoom() <-chan struct{} {
	if w.room == nil {
		w.room = make(chan struct{})
	}
	return w.room
}

// makeRoom tells those who wait, with mu held.
func (w *writer) makeRoom() {
	if w.room != nil {
		close(w.room)
		w.room = nil
	}
}

// append adds a frame to the batch. The bytes of a large one become the batch's,
// and f gets others in exchange, with mu held.
func (w *writer) append(f *out) {
	w.total += uint64(len(f.b))
	if w.next.size+len(f.b) > w.limit/2 {
		w.tight.Store(true)
	}
	if len(f.b) < largeFrame {
		w.next.add(f.b)
		return
	}
	w.next.take(f.b)
	f.b = nil
	if n := len(w.spares); n > 0 {
		f.b, w.spares[n-1] = w.spares[n-1], nil
		w.spares = w.spares[:n-1]
		w.kept -= cap(f.b)
	}
}

// reuse keeps the buffers of a batch that was written, with mu held.
func (w *writer) reuse(b batch) {
	for _, p := range b.parts {
		if c := cap(p.large); c <= keepBuffer && w.kept+c <= w.limit {
			w.spares = append(w.spares, p.large[:0])
			w.kept += c
		}
	}
	b.empty()
	if cap(b.buf) <= 2*w.limit { // else one huge batch would stay in memory
		w.spare = b
	}
}

// close makes every further write fail and returns how many bytes of the stream
// were handed to the connection: a frame whose offset is not below that never
// left this process.
func (w *writer) close() (offered uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	w.endFlusher()
	w.giveBack()
	w.tight.Store(false)
	w.makeRoom()
	return w.offered
}

// waiting returns how many bytes wait to be written, and whether a write is under way.
func (w *writer) waiting() (bytes int, flushing bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.next.size, w.flushing
}

// trim gives the buffers of an idle connection back.
func (w *writer) trim() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.resting = true
	if !w.flushing && w.next.size == 0 {
		w.endFlusher()
		w.giveBack()
	}
}

// giveBack leaves all buffers to the collector, with mu held.
func (w *writer) giveBack() {
	w.next, w.spare, w.spares, w.kept = batch{}, batch{}, nil, 0
	if !w.flushing {
		w.all, w.some = nil, nil
	}
}
