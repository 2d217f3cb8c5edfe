package onramptest

import (
	"sync"
	"time"
)

// Direction says which way bytes flow on a connection.
type Direction uint8

const (
	// ToServer is from the one who dialled to the one who accepted.
	ToServer Direction = 1 << iota
	// ToClient is the way back.
	ToClient
	// Both is both ways.
	Both = ToServer | ToClient
)

// Link is one connection with its two ends, to do harm to.
type Link struct {
	network        *Network
	addr           string
	client, server *conn

	mu    sync.Mutex // guards both pipes
	pipes [2]pipe    // to the server, to the client
	open  int        // ends that are not closed
}

func newLink(n *Network, network, addr, local string, p *profile) *Link {
	k := &Link{network: n, addr: addr, open: 2}
	for i := range k.pipes {
		k.pipes[i].init(k, n.buffer)
		k.pipes[i].delay, k.pipes[i].short = p.delay, p.short
		k.pipes[i].frozen, k.pipes[i].cutAfter = p.frozen[i], p.cutAfter[i]
	}
	if p.cutAfter[0] == 0 || p.cutAfter[1] == 0 {
		k.resetLocked()
	}
	here, there := address{network, local}, address{network, addr}
	k.client = &conn{link: k, in: &k.pipes[1], out: &k.pipes[0], local: here, remote: there}
	k.server = &conn{link: k, in: &k.pipes[0], out: &k.pipes[1], local: there, remote: here}
	return k
}

// each calls f for the pipes of d with the lock held.
func (k *Link) each(d Direction, f func(p *pipe)) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i := range k.pipes {
		if d&(1<<i) != 0 {
			f(&k.pipes[i])
			k.pipes[i].wake()
		}
	}
}

// Cut resets the connection: what was under way is lost, and every read and
// write of both ends fails with ECONNRESET.
func (k *Link) Cut() { k.each(Both, (*pipe).reset) }

// CutAfter resets the connection when n more bytes of direction d were read.
func (k *Link) CutAfter(d Direction, n int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i := range k.pipes {
		if d&(1<<i) == 0 {
			continue
		}
		if k.pipes[i].cutAfter = n; n == 0 {
			k.resetLocked()
		}
	}
}

// resetLocked is Cut with the lock held.
func (k *Link) resetLocked() {
	for i := range k.pipes {
		k.pipes[i].reset()
		k.pipes[i].wake()
	}
}

// Delay lets what is written from now on arrive d later, in order.
func (k *Link) Delay(d time.Duration) { k.each(Both, func(p *pipe) { p.delay = d }) }

// Freeze lets nothing arrive in direction d. Writes go on until the buffer is full.
func (k *Link) Freeze(d Direction) { k.each(d, func(p *pipe) { p.frozen = true }) }

// Thaw ends Freeze in both directions.
func (k *Link) Thaw() { k.each(Both, func(p *pipe) { p.frozen = false }) }

// ShortReads lets each Read return at most n bytes; 0 lifts that.
func (k *Link) ShortReads(n int) { k.each(Both, func(p *pipe) { p.short = n }) }

// Traffic returns how many bytes were written in direction d, in how many writes.
func (k *Link) Traffic(d Direction) (bytes, writes int64) {
	k.each(d, func(p *pipe) { bytes, writes = bytes+p.bytes, writes+p.writes })
	return bytes, writes
}
