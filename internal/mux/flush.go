package mux

import (
	"io"
	"runtime"
)

// unlockAndFlush is called with mu held and something in buf.
func (w *writer) unlockAndFlush(alone bool) {
	if w.flushing || w.held && len(w.buf) <= heldLimit {
		w.mu.Unlock()
		return
	}
	w.flushing = true
	if alone && w.unheard.Load()+int64(len(w.buf)) <= inlineLimit {
		b := w.take()
		w.mu.Unlock()
		w.put(b)
		return
	}
	w.flushers.Add(1)
	w.mu.Unlock()
	go w.flush()
}

// hold makes frames wait for release, for who is about to write several.
func (w *writer) hold() {
	w.mu.Lock()
	w.held = true
	w.mu.Unlock()
}

// release writes what was held.
func (w *writer) release() {
	w.mu.Lock()
	w.held = false
	if w.closed || len(w.buf) == 0 {
		w.mu.Unlock()
		return
	}
	w.unlockAndFlush(true)
}

// flush runs until the batch is empty.
func (w *writer) flush() {
	defer w.flushers.Done()
	for {
		runtime.Gosched()
		w.mu.Lock()
		if len(w.buf) == 0 || w.closed {
			w.rest()
			w.mu.Unlock()
			return
		}
		b := w.take()
		w.mu.Unlock()
		if !w.send(b) {
			return
		}
	}
}

// put writes one batch inline and leaves the rest, if any, to a flusher.
func (w *writer) put(b []byte) {
	if !w.send(b) {
		return
	}
	w.mu.Lock()
	if len(w.buf) == 0 || w.closed {
		w.rest()
		w.mu.Unlock()
		return
	}
	w.flushers.Add(1)
	w.mu.Unlock()
	go w.flush()
}

// rest ends the flushing, with mu held.
func (w *writer) rest() {
	w.flushing = false
	if w.empty != nil {
		close(w.empty)
		w.empty = nil
	}
}

// flushed returns what is closed when everything is written, or the writer is
// closed; nil when that is so already.
func (w *writer) flushed() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed || !w.flushing && len(w.buf) == 0 {
		return nil
	}
	if w.empty == nil {
		w.empty = make(chan struct{})
	}
	return w.empty
}

// take swaps the batch out, with mu held.
func (w *writer) take() []byte {
	b := w.buf
	w.buf, w.spare = w.spare[:0], nil
	w.offered += uint64(len(b))
	w.tight.Store(false)
	w.makeRoom()
	return b
}

// send writes a batch that take returned.
func (w *writer) send(b []byte) bool {
	w.unheard.Add(int64(len(b)))
	var err error
	sent := 0
	for sent < len(b) && err == nil {
		chunk := b[sent:min(sent+maxWrite, len(b))]
		var n int
		if n, err = w.nc.Write(chunk); err == nil && n != len(chunk) {
			err = io.ErrShortWrite
		}
		sent += n
		w.writes.Add(1)
	}
	w.mu.Lock()
	if cap(b) <= 2*w.limit { // else one huge frame would stay in memory
		w.spare = b
	}
	if err != nil { // such as a reset that nobody read: the network took no byte of what follows
		w.rest()
		w.offered -= uint64(len(b) - sent)
	}
	w.mu.Unlock()
	if err != nil {
		w.failed(err)
		return false
	}
	return true
}
