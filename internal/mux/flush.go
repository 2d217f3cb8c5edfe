package mux

import "runtime"

// unlockAndFlush is called with mu held and something in buf.
func (w *writer) unlockAndFlush(alone bool) {
	if w.flushing || (w.held || w.parting) && w.next.size <= heldLimit {
		w.mu.Unlock()
		return
	}
	w.flushing = true
	if alone && w.unheard.Load()+int64(w.next.size) <= inlineLimit {
		b := w.take()
		w.mu.Unlock()
		w.put(b)
		return
	}
	w.wakeFlusher()
	w.mu.Unlock()
}

// wakeFlusher has the flusher write, with mu held. It is a goroutine that stays
// until the connection is idle or closed, because a new one for each batch costs more.
func (w *writer) wakeFlusher() {
	if w.kick != nil {
		w.kick <- struct{}{} // it waits, or will as soon as it has mu: who flushes is told once
		return
	}
	w.kick = make(chan struct{}, 1)
	w.flushers.Add(1)
	go w.run(w.kick)
}

// run is the flusher.
func (w *writer) run(kick chan struct{}) {
	defer w.flushers.Done()
	for ok := true; ok; _, ok = <-kick {
		w.flush()
		if w.rests(kick) {
			return
		}
	}
}

// rests reports whether the flusher, which kick wakes, is to end because it wrote
// nothing but heartbeats.
func (w *writer) rests(kick chan struct{}) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.resting || w.flushing || w.kick != kick {
		return false
	}
	w.kick = nil
	return true
}

// endFlusher lets the flusher end, with mu held.
func (w *writer) endFlusher() {
	if w.kick != nil {
		close(w.kick)
		w.kick = nil
	}
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
	if w.closed || w.next.size == 0 {
		w.mu.Unlock()
		return
	}
	w.unlockAndFlush(true)
}

// flush runs until the batch is empty.
func (w *writer) flush() {
	for {
		runtime.Gosched()
		w.mu.Lock()
		if w.next.size == 0 || w.closed {
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
func (w *writer) put(b batch) {
	if !w.send(b) {
		return
	}
	w.mu.Lock()
	if w.next.size == 0 || w.closed {
		w.rest()
		w.mu.Unlock()
		return
	}
	w.wakeFlusher()
	w.mu.Unlock()
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
	if w.closed || !w.flushing && w.next.size == 0 {
		return nil
	}
	if w.empty == nil {
		w.empty = make(chan struct{})
	}
	return w.empty
}

// take swaps the batch out, with mu held.
func (w *writer) take() batch {
	b := w.next
	w.next, w.spare = w.spare, batch{}
	w.offered += uint64(b.size)
	w.tight.Store(false)
	w.makeRoom()
	return b
}

// send writes a batch that take returned.
func (w *writer) send(b batch) bool {
	w.unheard.Add(int64(b.size))
	sent, err := w.sendAll(b)
	w.mu.Lock()
	if !w.closed {
		w.reuse(b)
	}
	if err != nil { // such as a reset that nobody read: the network took no byte of what follows
		w.rest()
		w.offered -= uint64(b.size - sent)
		w.closed = true // nothing is offered behind a gap
		w.makeRoom()
	}
	w.mu.Unlock()
	if err != nil {
		w.failed(err)
		return false
	}
	return true
}

// sendAll writes b in pieces, so that progress can be seen.
func (w *writer) sendAll(b batch) (sent int, err error) {
	w.all = b.slices(w.all[:0])
	for left := w.all; len(left) > 0 && err == nil; {
		var n int
		left, n, err = w.sender.send(left)
		sent += n
		w.writes.Add(1)
	}
	clear(w.all)
	return sent, err
}
