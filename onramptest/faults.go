package onramptest

import "time"

// profile holds the faults that new connections of an address are born with.
type profile struct {
	delay    time.Duration
	short    int
	frozen   [2]bool
	cutAfter [2]int64
	drop     bool
}

// change updates the profile of addr and returns its open connections.
func (n *Network) change(addr string, f func(*profile)) []*Link {
	n.mu.Lock()
	f(n.profile(addr))
	if n.changed != nil {
		close(n.changed)
		n.changed = nil
	}
	n.mu.Unlock()
	return n.Links(addr)
}

// Cut resets every connection to addr: both ends get ECONNRESET, and what was
// under way is lost. Later dials succeed.
func (n *Network) Cut(addr string) {
	for _, k := range n.Links(addr) {
		k.Cut()
	}
}

// CutAfter resets connections to addr, those of today and later ones, when n
// more bytes of direction d were read. A negative n lifts it.
func (n *Network) CutAfter(addr string, d Direction, bytes int64) {
	links := n.change(addr, func(p *profile) {
		for i := range p.cutAfter {
			if d&(1<<i) != 0 {
				p.cutAfter[i] = bytes
			}
		}
	})
	for _, k := range links {
		k.CutAfter(d, bytes)
	}
}

// Delay sets the one-way latency of connections to addr. Order is kept. A dial
// takes twice as long.
func (n *Network) Delay(addr string, d time.Duration) {
	for _, k := range n.change(addr, func(p *profile) { p.delay = d }) {
		k.Delay(d)
	}
}

// Freeze lets nothing arrive on connections to addr in direction d, until Thaw:
// a process that was stopped, or a network that swallows packets. Dials go on to
// succeed, as the kernel of a stopped process accepts them.
func (n *Network) Freeze(addr string, d Direction) {
	links := n.change(addr, func(p *profile) {
		for i := range p.frozen {
			p.frozen[i] = p.frozen[i] || d&(1<<i) != 0
		}
	})
	for _, k := range links {
		k.Freeze(d)
	}
}

// Thaw ends Freeze: what was held back arrives.
func (n *Network) Thaw(addr string) {
	for _, k := range n.change(addr, func(p *profile) { p.frozen = [2]bool{} }) {
		k.Thaw()
	}
}

// ShortReads lets each Read on a connection to addr return at most n bytes, so
// that frames arrive in pieces; 0 lifts that.
func (n *Network) ShortReads(addr string, bytes int) {
	for _, k := range n.change(addr, func(p *profile) { p.short = bytes }) {
		k.ShortReads(bytes)
	}
}

// DropDials says whether dials to addr are swallowed: they wait for their
// context, or until DropDials(addr, false).
func (n *Network) DropDials(addr string, drop bool) {
	n.change(addr, func(p *profile) { p.drop = drop })
}
