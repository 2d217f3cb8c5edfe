package pool

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/onrampmesh/onramp/codec"
)

// dial starts a connection when one may be made: one at a time, within MaxConns,
// and not while the pool rests. The lock is held.
func (p *Pool) dial(now time.Time) {
	if p.gone || p.dialing {
		return
	}
	p.sweep(now)
	wait := p.notBefore.Sub(now)
	switch {
	case len(p.conns) >= p.cfg.MaxConns && !slices.ContainsFunc(p.conns, isExpired):
		return
	case wait > 0 && p.lastErr != nil, p.leaves(now):
		return
	}
	p.start(wait)
}

// insist starts the dial that follows a rest, for a caller who has nowhere else
// to go. The lock is held.
func (p *Pool) insist(now time.Time) {
	p.sweep(now)
	if (p.patient || p.leaves(now)) && !p.dialing && !p.connected() {
		p.start(p.notBefore.Sub(now))
	}
}

// start makes a connection after a wait. The lock is held.
func (p *Pool) start(wait time.Duration) {
	p.dialing = true
	p.publish()
	p.routines.Add(1)
	go p.live(wait)
}

func isExpired(c *link) bool { return c.expired }

// live is the life of one connection: it is made, joins the others, is watched,
// leaves them, and ends.
func (p *Pool) live(wait time.Duration) {
	defer p.routines.Done()
	conn, err := p.connect(wait)
	if p.at.OnDial != nil && p.active.Err() == nil {
		p.at.OnDial(err)
	}
	if err != nil {
		p.failed(err)
		return
	}
	c := &link{conn: conn, pool: p, replaced: make(chan struct{})}
	c.capacity.Store(1)
	c.measure()
	if p.join(c) {
		p.watch(c)
		p.part(c)
	}
	p.end(conn)
}

// connect makes a connection after a wait.
func (p *Pool) connect(wait time.Duration) (codec.Conn, error) {
	if wait > 0 {
		t := time.NewTimer(wait)
		defer t.Stop()
		select {
		case <-t.C:
		case <-p.active.Done():
			return nil, ErrGone
		}
	}
	ctx, cancel := context.WithTimeout(p.active, p.cfg.ConnectTimeout)
	defer cancel()
	nc, err := p.at.Dial(ctx, p.network, p.address)
	if err != nil {
		return nil, p.explain(ctx, "dial", err)
	}
	conn, err := p.at.Codec.Dial(ctx, nc)
	if err != nil {
		return nil, p.explain(ctx, p.at.Codec.Name()+" set-up", err)
	}
	return conn, nil
}

func (p *Pool) explain(ctx context.Context, what string, err error) error {
	var op *net.OpError
	if what == "dial" && ctx.Err() == nil && errors.As(err, &op) && op.Op == what && op.Addr != nil && op.Addr.String() == p.address {
		return err // it says all that: dial tcp ADDRESS
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("%s %s: no answer within %v: %w", what, p.at.Addr, p.cfg.ConnectTimeout, err)
	}
	return fmt.Errorf("%s %s: %w", what, p.at.Addr, err)
}

// failed ends a dial that made nothing. Those in line fail with its cause, so
// that they may go elsewhere, unless there are other connections to wait for.
func (p *Pool) failed(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dialing = false
	if p.gone {
		return
	}
	now := time.Now()
	p.leaving = time.Time{} // it is gone now: nobody waits for it
	p.rest(now, err, false)
	p.publish()
	p.settle(now)
}

// join adds a connection, in the place of one that is past its age. It reports
// false when the pool went away meanwhile.
func (p *Pool) join(c *link) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dialing = false
	if p.gone {
		return false
	}
	conns := append(slices.Clip(p.conns), c)
	if i := slices.IndexFunc(p.conns, isExpired); i >= 0 {
		close(p.conns[i].replaced)
		conns = slices.Delete(slices.Clone(conns), i, i+1)
	}
	now := time.Now()
	p.conns, p.joined, p.lastErr, p.patient, p.notBefore, p.leaving = conns, now, nil, false, time.Time{}, time.Time{}
	p.publish()
	p.settle(now)
	return true
}

// watch returns when the connection must go: lost, drained by the peer,
// replaced, idle for too long, or the pool drains.
func (p *Pool) watch(c *link) {
	look, age := timer(p.cfg.IdleClose/4), timer(p.lifetime())
	defer look.Stop()
	defer age.Stop()
	for quiet := 0; quiet < 4; {
		changed := c.conn.Changed()
		if _, s := c.conn.Load(); s != codec.Ready {
			return
		}
		c.measure()
		if p.list.Load().waiting {
			p.dispatch()
		}
		select {
		case <-changed:
		case <-c.replaced:
			return
		case <-p.active.Done():
			return
		case <-age.C:
			if p.expire(c) {
				return
			}
			age.Reset(p.cfg.BackoffMax) // ask again: the dial may fail
		case <-look.C:
			quiet++
			if !c.idle() {
				quiet = 0
			}
			look.Reset(p.cfg.IdleClose / 4)
		}
	}
}

// timer returns a timer, one that never fires when d is not above zero.
func timer(d time.Duration) *time.Timer {
	if d <= 0 {
		t := time.NewTimer(time.Hour)
		t.Stop()
		return t
	}
	return time.NewTimer(d)
}

// lifetime is MaxAge +-10 %, so that connections of one moment do not end at one.
func (p *Pool) lifetime() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cfg.MaxAge < 0 {
		return 0
	}
	return p.cfg.MaxAge/10*9 + p.jitter(p.cfg.MaxAge/5)
}

// expire asks for a younger connection in the place of c, or reports that c can
// go at once because nobody uses it.
func (p *Pool) expire(c *link) bool {
	if c.idle() {
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	c.expired = true
	p.dial(time.Now())
	return false
}

// part takes c out of the pool and sees to it that those in line are served by others.
func (p *Pool) part(c *link) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.sweep(now)
	if i := slices.Index(p.conns, c); i >= 0 { // not swept, not replaced, and the pool lives
		p.conns = slices.Delete(slices.Clone(p.conns), i, i+1)
	}
	p.publish()
	p.settle(now)
}

// sweep drops the connections that take no more calls. Their own goroutines end
// them. The lock is held.
func (p *Pool) sweep(now time.Time) {
	broken, answered := false, false
	dead := func(c *link) bool {
		_, s := c.conn.Load()
		if s == codec.Draining { // by the peer's word: what the pool drains has left it
			p.leaving = now.Add(departure)
		}
		broken = broken || s == codec.Closed && !c.abandoned()
		answered = answered || c.answered.Load()
		return s != codec.Ready
	}
	if !slices.ContainsFunc(p.conns, dead) {
		return
	}
	p.conns = slices.DeleteFunc(slices.Clone(p.conns), dead)
	if broken && len(p.conns) == 0 {
		p.lost(now, answered)
	}
	p.publish()
}

// departure is how long an endpoint that said that it drains is left alone. A server
// that stops may accept connections until its end, and close them with the calls on
// them. Callers who have nowhere else to go have it dialed at once: a proxy that is
// replaced drains its connections and serves new ones.
const departure = 3 * time.Second

// leaves reports whether the peer said that it drains, a short while ago. The lock is
// held.
func (p *Pool) leaves(now time.Time) bool { return now.Before(p.leaving) }

// lost decides when to dial after the last connection broke. answered says that
// it was of use, however young it is. The lock is held.
func (p *Pool) lost(now time.Time, answered bool) {
	if !answered && !p.joined.IsZero() && now.Sub(p.joined) < stable {
		p.rest(now, fmt.Errorf("connection to %s was lost %v after it was made", p.at.Addr, now.Sub(p.joined).Round(time.Millisecond)), true)
		return
	}
	p.spread(now)
}

// end lets the calls under way finish and closes the connection.
func (p *Pool) end(conn codec.Conn) {
	ctx, cancel := context.WithTimeout(p.alive, p.cfg.DrainTimeout)
	defer cancel()
	// Drain fails when the time is over; Close ends what is left.
	_ = conn.Drain(ctx)
	_ = conn.Close()
}
