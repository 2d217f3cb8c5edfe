package pool

import (
	"context"
	"fmt"
	"time"

	"github.com/onrampmesh/onramp"
)

// Wait stands in line for a connection with room, first come first served, until
// deadline (zero is none) or ctx ends. A pool that rests because its connection
// was lost as soon as it was made is waited for as well; those in line when that
// happens fail, so that they may go elsewhere. The caller sends one call on the
// connection and then calls Loan.Done.
//
// Every error is an *onramp.Error of origin Local: ResourceExhausted when too
// many wait or no room came in time, DeadlineExceeded when no connection came in
// time, Canceled, and Unavailable when the dial failed or the pool is gone
// (then ErrGone is in it).
func (p *Pool) Wait(ctx context.Context, deadline time.Time) (Loan, error) {
	w, err := p.enqueue()
	if err != nil {
		return Loan{}, err
	}
	var late <-chan time.Time
	if !deadline.IsZero() {
		t := time.NewTimer(time.Until(deadline))
		defer t.Stop()
		late = t.C
	}
	select {
	case <-w.done:
		return w.collect()
	case <-ctx.Done():
		return Loan{}, p.quit(w, ctx.Err())
	case <-late:
		return Loan{}, p.quit(w, context.DeadlineExceeded)
	}
}

// collect takes what the waiter was given.
func (w *waiter) collect() (Loan, error) { return Loan{link: w.conn, queued: true}, w.err }

// enqueue puts a caller at the end of the line.
func (p *Pool) enqueue() (*waiter, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.gone:
		return nil, p.goneError()
	case p.queue.n >= p.cfg.MaxWaiting:
		return nil, p.fault(onramp.ResourceExhausted, fmt.Errorf("no room on %d connections, and %d calls wait already: add endpoints, or raise the pool's MaxConns", len(p.conns), p.queue.n))
	}
	w := &waiter{done: make(chan struct{})}
	p.queue.push(w)
	p.publish()
	now := time.Now()
	p.insist(now)
	p.settle(now)
	return w, nil
}

// quit takes a caller out of the line whose time is over, and returns its error.
func (p *Pool) quit(w *waiter, cause error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-w.done: // served at the same moment: hand it on
		if w.conn != nil {
			w.conn.queued.Add(-1)
			if p.exclude {
				w.conn.release()
			}
			p.settle(time.Now())
		}
	default:
		p.queue.remove(w)
		if p.queue.n == 0 {
			p.publish()
		}
	}
	return p.overdue(cause)
}

// overdue is the error of a caller whose time is over. The lock is held.
func (p *Pool) overdue(cause error) error {
	switch {
	case cause == context.Canceled:
		return p.fault(onramp.Canceled, cause)
	case p.connected():
		return p.fault(onramp.ResourceExhausted, fmt.Errorf("no room on %d connections until the deadline: add endpoints, or raise the pool's MaxConns: %w", len(p.conns), cause))
	case p.lastErr != nil:
		return p.fault(onramp.DeadlineExceeded, fmt.Errorf("no connection until the deadline; the dial before failed: %w", p.lastErr))
	}
	return p.fault(onramp.DeadlineExceeded, fmt.Errorf("no connection until the deadline: %w", cause))
}

// dispatch gives free room to those in line.
func (p *Pool) dispatch() {
	p.mu.Lock()
	p.settle(time.Now())
	p.mu.Unlock()
}

// settle serves the line as far as there is room, makes a connection for the
// rest, and fails the rest when none can be made. The lock is held.
func (p *Pool) settle(now time.Time) {
	if p.queue.n == 0 || p.gone {
		return
	}
	for p.queue.n > 0 && p.lendOne() {
	}
	if p.queue.n > 0 {
		p.dial(now)
		if !p.dialing && !p.connected() {
			p.failAll(p.dialError())
		}
	}
	if p.queue.n == 0 {
		p.publish()
	}
}

// lendOne gives room to the first in line; false when there is none.
func (p *Pool) lendOne() bool {
	for _, c := range p.conns {
		if c.lend() {
			p.queue.serve(c, nil)
			return true
		}
	}
	return false
}

// failAll ends every wait with err. The lock is held.
func (p *Pool) failAll(err error) {
	for p.queue.n > 0 {
		p.queue.serve(nil, err)
	}
}

func (p *Pool) fault(code onramp.Code, cause error) *onramp.Error {
	return &onramp.Error{Code: code, Origin: onramp.Local, Endpoint: p.at.Addr, Err: cause}
}

func (p *Pool) goneError() *onramp.Error { return p.fault(onramp.Unavailable, ErrGone) }

// dialError is what calls get while no connection can be made. The lock is held.
func (p *Pool) dialError() *onramp.Error {
	return p.fault(onramp.Unavailable, p.refusal())
}
