package retry

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/internal/stripe"
	"github.com/onrampmesh/onramp/policy"
)

const (
	// window is how far back calls earn and retries count.
	window = 10 * time.Second
	// slot is the grain of the window.
	slot = 500 * time.Millisecond
	// back is the number of whole slots in the window.
	back = int64(window / slot)
	// slots is one more, for the one that fills.
	slots = back + 1
	// drought is how long a refusal is taken to hold for attempts that begin.
	drought = 100 * time.Millisecond
)

// Budget bounds the retries of one service over all its methods: within any 10
// seconds at most BudgetPercent of the calls in them, and 10 x BudgetPerSecond.
//
// Earn, which every call runs, writes one counter of its own stripe. Spend, which
// only failed attempts run, takes a lock. Clocks are monotonic.
type Budget struct {
	epoch   time.Time
	rates   atomic.Pointer[policy.Retry]
	stripes [stripe.N]counts
	dry     atomic.Int64 // until when the budget is taken to be spent, since epoch

	mu    sync.Mutex
	spent counts
}

// NewBudget returns a budget of which nothing is spent.
func NewBudget(p policy.Retry) *Budget {
	b := &Budget{epoch: time.Now()}
	b.rates.Store(&p)
	return b
}

// Reconfigure changes the rates. What was earned and spent stays.
func (b *Budget) Reconfigure(p policy.Retry) {
	b.rates.Store(&p)
	b.dry.Store(0)
}

// Earn counts a call that began at now.
func (b *Budget) Earn(req *onramp.Request, now time.Time) {
	b.stripes[stripe.Of(req)].add(b.slotAt(now))
}

// Spend pays for one retry, or reports that the budget does not.
func (b *Budget) Spend(now time.Time) bool {
	at := b.slotAt(now)
	b.mu.Lock()
	defer b.mu.Unlock()
	if float64(b.spent.sum(at-back, at)+1) > b.earned(at) {
		b.dry.Store(int64(now.Sub(b.epoch) + drought))
		return false
	}
	b.spent.add(at)
	return true
}

// Left returns how many retries the budget would pay for at now.
func (b *Budget) Left(now time.Time) int {
	at := b.slotAt(now)
	b.mu.Lock()
	defer b.mu.Unlock()
	return max(0, int(b.earned(at))-int(b.spent.sum(at-back, at)))
}

// earned returns what the window pays for. Calls count over its whole slots, a
// little less than the window, and spendings over a little more: so that the
// promise holds for any 10 seconds and not only for those that begin with a slot.
func (b *Budget) earned(at int64) float64 {
	calls := uint64(0)
	for i := range b.stripes {
		calls += b.stripes[i].sum(at-back+1, at)
	}
	r := b.rates.Load()
	return float64(calls)*r.BudgetPercent/100 + r.BudgetPerSecond*window.Seconds()
}

// dryAt reports whether a retry was refused just before now.
func (b *Budget) dryAt(now time.Time) bool {
	d := b.dry.Load()
	return d != 0 && int64(now.Sub(b.epoch)) < d
}

func (b *Budget) slotAt(now time.Time) int64 { return int64(max(0, now.Sub(b.epoch)) / slot) }

// counts is a ring of counters by slot. Each entry holds the slot's number in
// its upper half and the count in its lower one, so that one atomic operation
// sees both. It fills cache lines of its own.
type counts struct {
	ring [slots]atomic.Uint64
	_    [256 - slots*8]byte
}

func (c *counts) add(at int64) {
	e := &c.ring[at%slots]
	for {
		old := e.Load()
		switch held := int64(old >> 32); {
		case held == at:
			e.Add(1)
			return
		case held > at: // the ring went on without this call: it is out of the window
			return
		}
		if e.CompareAndSwap(old, uint64(at)<<32|1) {
			return
		}
	}
}

// sum returns the count of the slots from..to.
func (c *counts) sum(from, to int64) uint64 {
	n := uint64(0)
	for i := range c.ring {
		e := c.ring[i].Load()
		if held := int64(e >> 32); held >= from && held <= to {
			n += e & (1<<32 - 1)
		}
	}
	return n
}
