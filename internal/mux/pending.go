package mux

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/onrampmesh/onramp/codec"
)

// pending is one place in the table of calls that wait for a reply. It belongs
// to its connection: it holds a channel. Its ID is its place and a generation,
// so that a late reply cannot meet the place's next call.
type pending struct {
	// state is id<<3 | one of the states below: one compare-and-swap decides who
	// ends the call.
	state atomic.Uint64
	// deadline is when the call ends, or when an abandoned place may be used
	// again, in nanoseconds since the connection's epoch; began is when it began.
	deadline atomic.Int64
	began    int64
	offset   uint64 // of the request's frame in the stream of written bytes

	// done wakes the caller to look at state: somebody else ended the call, or it
	// takes long. A token may be left from an earlier call.
	done  chan struct{}
	seen  uint64 // the sweeper's: the call it saw waiting, id<<1 | whether it was told so
	reply *Buffer
	err   error

	frame codec.Frame
	out   *out // while the frame is built and handed to the writer
	slot  uint32
	gen   uint32
	next  atomic.Uint32 // of the free list, slot+1
}

// out is where a request's frame is built. It goes back to the pool as soon as
// the writer has it: callers that wait hold none.
type out struct {
	b    []byte
	beat bool // a heartbeat or the like, and no call
}

// outs hold plain bytes only, as pools do.
var outs = sync.Pool{New: func() any { return new(out) }} //nolint:gochecknoglobals // see above

// release gives p's buffer back, unless one huge frame would stay in memory.
func (p *pending) release() {
	if p.out != nil && cap(p.out.b) <= keepBuffer {
		outs.Put(p.out)
	}
	p.out = nil
}

// States of a place.
const (
	free      uint64 = iota // nobody's
	waiting                 // a caller waits
	filling                 // a reply is being stored
	answered                // reply or err is set
	abandoned               // the caller left; the ID stays taken until the reply or twice the deadline
)

const stateBits = 3

// table holds the pendings of a connection. Taking and giving back a place is
// lock-free; only growing locks.
type table struct {
	limit int
	bits  uint
	// slots is replaced when it grows; the pendings stay where they are.
	slots atomic.Pointer[[]*pending]
	// head is the free list: tag<<32 | slot+1. The tag keeps a slow pop from
	// putting an old successor in place.
	head atomic.Uint64
	mu   sync.Mutex
}

func newTable(limit int) *table {
	t := &table{limit: limit}
	for 1<<t.bits < limit {
		t.bits++
	}
	t.slots.Store(&[]*pending{})
	return t
}

// take returns a free place with its next ID, or nil when all are taken.
func (t *table) take() *pending {
	for {
		h := t.head.Load()
		if uint32(h) == 0 {
			if p := t.grow(); p != nil {
				return p
			}
			if uint32(t.head.Load()) == 0 {
				return nil
			}
			continue
		}
		p := (*t.slots.Load())[uint32(h)-1]
		if t.head.CompareAndSwap(h, (h>>32+1)<<32|uint64(p.next.Load())) {
			p.gen++
			return p
		}
	}
}

// grow makes one more place.
func (t *table) grow() *pending {
	t.mu.Lock()
	defer t.mu.Unlock()
	slots := *t.slots.Load()
	if len(slots) == t.limit {
		return nil
	}
	p := &pending{slot: uint32(len(slots)), gen: 1, done: make(chan struct{}, 1)}
	slots = append(slots, p) // readers never look beyond the length they loaded
	t.slots.Store(&slots)
	return p
}

// give puts a place that is in no other hands back.
func (t *table) give(p *pending) {
	p.release()
	if cap(p.frame.Scratch()) > keepScratch {
		p.frame = codec.Frame{}
	}
	p.state.Store(p.state.Load() &^ (1<<stateBits - 1)) // free; the ID stays, to tell a second reply
	for {
		h := t.head.Load()
		p.next.Store(uint32(h))
		if t.head.CompareAndSwap(h, (h>>32+1)<<32|uint64(p.slot+1)) {
			return
		}
	}
}

// id returns the ID of p's present call: 32 bits, for every protocol.
func (t *table) id(p *pending) uint64 { return uint64(p.gen<<t.bits | p.slot) }

// find returns the place that id points at, or nil.
func (t *table) find(id uint64) *pending {
	slots := *t.slots.Load()
	if i := id & (1<<t.bits - 1); id>>32 == 0 && i < uint64(len(slots)) {
		return slots[i]
	}
	return nil
}

// each calls f for every place.
func (t *table) each(f func(*pending)) {
	for _, p := range *t.slots.Load() {
		f(p)
	}
}

// arm makes p wait for the reply to id.
func (p *pending) arm(id uint64, deadline int64) {
	p.deadline.Store(deadline)
	p.state.Store(id<<stateBits | waiting)
}

// claim makes p the claimer's to fill, when it is the call id in state from.
func (p *pending) claim(id, from uint64) bool {
	return p.state.CompareAndSwap(id<<stateBits|from, id<<stateBits|filling)
}

// end stores the outcome of a call that waits, and wakes the caller unless it is
// the one who ends it.
func (p *pending) end(id uint64, reply *Buffer, err error, self bool) bool {
	if !p.claim(id, waiting) {
		return false
	}
	p.settle(id, reply, err, self)
	return true
}

// settle is the second half of end, for who moved p to filling.
func (p *pending) settle(id uint64, reply *Buffer, err error, self bool) {
	p.reply, p.err = reply, err
	p.state.Store(id<<stateBits | answered)
	if !self {
		p.wake()
	}
}

// wake makes the caller look. A token that is there already will do.
func (p *pending) wake() {
	select {
	case p.done <- struct{}{}:
	default:
	}
}

// wait returns when the call id, which is the caller's, has ended.
func (p *pending) wait(id uint64) {
	for !p.over(id) {
		<-p.done
	}
}

// over reports whether the call id has its outcome.
func (p *pending) over(id uint64) bool { return p.state.Load() == id<<stateBits|answered }

// epoch measures time for deadlines without the wall clock.
type epoch struct{ start time.Time }

func (e epoch) at(t time.Time) int64 {
	if t.IsZero() {
		return int64(1<<63 - 1)
	}
	return int64(t.Sub(e.start))
}

func (e epoch) time(n int64) time.Time { return e.start.Add(time.Duration(n)) }
