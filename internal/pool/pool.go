// Package pool keeps the connections of one endpoint.
//
// On the path of a call it stands between pick and codec: internal/cluster has
// chosen an endpoint, asks that endpoint's Pool for a connection, and sends the
// attempt on it. The pool calls Dial and codec.Codec.Dial to make connections.
//
// A pool is lazy: without calls it has no connection, no goroutine and no timer.
// A connection has one goroutine, which dials it, watches it and retires it.
package pool

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/onrampmesh/onramp/codec"
)

// ErrGone is in the error of a call that met a pool which drains or is closed:
// the endpoint is no longer in use, and nothing of the call was sent.
var ErrGone = errors.New("the endpoint was removed")

// State is what a pool can do for a call at this moment.
type State uint8

const (
	// Ready: there is a connection with room.
	Ready State = iota
	// Full: there are connections, and none of them has room.
	Full
	// Connecting: there is no connection, and one is being made.
	Connecting
	// Refusing: there is no connection, the latest dial failed or its connection was
	// lost at once, and the pool rests; or the peer said that it drains, and is dialed
	// for those alone who Wait. See Rest.
	Refusing
	// Gone: the pool drains or is closed.
	Gone
)

// Backend is what a pool connects to.
type Backend struct {
	// Addr is "host:port", or "unix:/path".
	Addr  string
	Codec codec.Codec
	// Dial makes the network connection. Default: NetDial.
	Dial DialFunc
	// OnDial, when set, is told of the end of each dial, nil or why it failed,
	// before the callers are. One goroutine at a time calls it; it must not block.
	OnDial func(err error)
}

// Pool is the connections of one endpoint. Its methods may run at the same time.
type Pool struct {
	list     atomic.Pointer[list]
	inUse    atomic.Int32 // lent connections of a one-call codec
	exclude  bool         // a connection carries one call at a time
	cfg      Config
	at       Backend
	network  string
	address  string
	active   context.Context // ends when the pool drains
	retire   context.CancelFunc
	alive    context.Context // ends when the pool closes
	kill     context.CancelFunc
	routines sync.WaitGroup

	mu        sync.Mutex
	conns     []*link // never changed in place
	queue     queue
	dialing   bool
	gone      bool
	failures  int       // dials that failed in a row
	lastErr   error     // why the latest dial failed; nil after a good one
	patient   bool      // lastErr is the loss of a young connection: callers may wait
	notBefore time.Time // no dial starts earlier
	leaving   time.Time // until then the peer, which said that it drains, is left alone
	joined    time.Time // the latest good dial
	random    *rand.Rand
}

// list is what Get reads. It is immutable.
type list struct {
	conns []*link
	// waiting: callers stand in line, and nobody may overtake them.
	waiting bool
	// growable: another connection may be made.
	growable bool
}

// New returns a pool without connections. cfg is a resolved one.
func New(b Backend, cfg Config) *Pool {
	p := &Pool{at: b, cfg: cfg, exclude: OnePerConn(b.Codec)}
	if b.Dial == nil {
		p.at.Dial = NetDial
	}
	p.network, p.address = split(b.Addr)
	p.alive, p.kill = context.WithCancel(context.Background())
	p.active, p.retire = context.WithCancel(p.alive)
	if cfg.Seed != 0 {
		p.random = rand.New(rand.NewPCG(cfg.Seed, cfg.Seed))
	}
	p.list.Store(&list{growable: true})
	return p
}

// OnePerConn reports whether a connection of c carries one call at a time, which
// c says by the optional interface codec.Modeler.
func OnePerConn(c codec.Codec) bool {
	m, ok := c.(codec.Modeler)
	return ok && m.Model() == codec.PingPong
}

// Get lends a connection with room and returns Ready, or says why there is none.
// It does not wait and allocates nothing; without a connection it sees to it that
// one is made. The caller sends one call and then calls Loan.Done.
func (p *Pool) Get() (Loan, State) {
	l := p.list.Load()
	if !l.waiting {
		if c, low := p.choose(l); c != nil {
			if low && l.growable {
				p.grow()
			}
			return Loan{link: c}, Ready
		}
	}
	c, s := p.lacking()
	return Loan{link: c}, s
}

// choose takes the first connection that is less than three quarters full, so
// that few connections carry large batches, else the one with the most room. low
// reports that less than a quarter of all room is free.
func (p *Pool) choose(l *list) (best *link, low bool) {
	if p.exclude {
		return p.reserve(l)
	}
	most, free, capacity, comfortable := 0, 0, 0, false
	for _, c := range l.conns {
		n, ok := c.room()
		if !ok {
			continue
		}
		most4, size := n*4, c.capacity.Load()
		free += n
		capacity += int(size)
		if n > 0 && !comfortable && n > most {
			best, most, comfortable = c, n, most4 >= int(size)
		}
	}
	if best != nil {
		best.touch()
	}
	return best, free*4 < capacity
}

// reserve takes the first connection that nobody uses, so that the last ones
// become idle and close.
func (p *Pool) reserve(l *list) (*link, bool) {
	for _, c := range l.conns {
		if n, ok := c.room(); ok && n > 0 && c.take() {
			c.touch()
			all := len(l.conns)
			return c, (all-int(p.inUse.Load()))*4 < all
		}
	}
	return nil, true
}

// grow starts another connection unless somebody is busy with the pool.
func (p *Pool) grow() {
	if p.mu.TryLock() {
		p.dial(time.Now())
		p.mu.Unlock()
	}
}

// lacking looks again, because a connection may have joined or found room since
// the list was read; else it says why there is none, and starts a dial where that
// helps.
func (p *Pool) lacking() (*link, State) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return nil, Gone
	}
	if p.queue.n == 0 {
		if c, _ := p.choose(p.list.Load()); c != nil {
			return c, Ready
		}
	}
	p.dial(time.Now())
	switch {
	case p.connected():
		return nil, Full
	case p.dialing:
		return nil, Connecting
	}
	return nil, Refusing
}

// connected reports whether a connection takes calls. The lock is held.
func (p *Pool) connected() bool {
	for _, c := range p.conns {
		if _, s := c.conn.Load(); s == codec.Ready {
			return true
		}
	}
	return false
}

// Rest says why a pool that is Refusing refuses, and until when. patient says
// that Wait may be called all the same: the peer was there, and only the last
// connection was lost as soon as it was made, or the peer said that it drains.
func (p *Pool) Rest() (patient bool, why error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.patient || p.leaves(time.Now()), p.refusal()
}

// refusal is why no connection can be made. The lock is held.
func (p *Pool) refusal() error {
	left := time.Until(p.notBefore).Round(time.Millisecond)
	switch {
	case p.leaves(time.Now()):
		return errors.New("the endpoint said that it drains")
	case p.lastErr == nil:
		return errors.New("no connection")
	case left <= 0:
		return p.lastErr
	}
	return fmt.Errorf("%w; not dialed again for %v", p.lastErr, left)
}

// publish makes the state that Get reads. The lock is held.
func (p *Pool) publish() {
	p.list.Store(&list{
		conns:    p.conns,
		waiting:  p.queue.n > 0,
		growable: !p.gone && !p.dialing && len(p.conns) < p.cfg.MaxConns,
	})
}

// Drain takes no new calls, lets those under way finish, each connection for at
// most DrainTimeout and all until ctx ends, and closes the connections. The pool
// has no goroutine and no connection left when it returns.
func (p *Pool) Drain(ctx context.Context) {
	p.leave()
	stop := context.AfterFunc(ctx, p.kill)
	p.routines.Wait()
	stop()
	p.kill()
}

// Close is Drain without waiting for the calls under way, which fail with
// origin Wire. It may be called more than once, and during Drain.
func (p *Pool) Close() {
	p.leave()
	p.kill()
	p.routines.Wait()
}

// leave makes the pool refuse calls and its connections retire.
func (p *Pool) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return
	}
	p.gone, p.conns = true, nil
	p.failAll(p.goneError())
	p.publish()
	p.retire()
}
