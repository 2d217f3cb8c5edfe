package mux

import "time"

// farewell ends a draining connection whose peer knows no go-away and goes on sending
// requests, though each is refused: a client of Bolt for Java sends to a server as long
// as it is connected, and loses the calls that are on their way when that closes. So
// the refusals are kept back for a moment. Callers who wait for theirs send nothing, and
// when nothing more comes, the refusals go out together with the end of the connection:
// the calls are sent again elsewhere. It belongs to the tick.
type farewell struct {
	refused int // intervals in which requests were refused
	waited  int // intervals since refusals are kept back
	begun   bool
}

const (
	// refusedTicks is how many intervals a peer has to leave by itself.
	refusedTicks = 2
	// farewellTick is how long a peer must be quiet, and farewellTicks how often that is
	// waited for.
	farewellTick  = 100 * time.Millisecond
	farewellTicks = 10
)

// part is called once in an interval, and reports whether the peer sends on: then it
// is not idle.
func (t *serverTick) part() bool {
	s, f := t.s, &t.farewell
	if s.late || t.half || !s.draining.Load() || !s.workers.quiet() {
		return f.begun
	}
	n := s.requests.Load()
	quiet := n == t.requests
	t.requests = n
	switch {
	case f.begun:
		if f.waited++; quiet || f.waited == farewellTicks {
			t.half = true
			s.w.part(false)
			t.closeWrite()
		}
		return true
	case quiet:
		f.refused = 0
		return false
	}
	if f.refused++; f.refused == refusedTicks {
		f.begun = true
		t.every = min(t.every, farewellTick)
		s.w.part(true)
	}
	return true
}

// part keeps small batches back, or writes them.
func (w *writer) part(keep bool) {
	w.mu.Lock()
	if w.parting = keep; keep || w.closed || w.next.size == 0 {
		w.mu.Unlock()
		return
	}
	w.unlockAndFlush(true)
}
