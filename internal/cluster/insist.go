package cluster

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/balancer"
	"github.com/onrampmesh/onramp/internal/pool"
)

const (
	// repicks is how often an attempt goes on to another endpoint.
	repicks = 3
	// rounds is how often an attempt begins anew.
	rounds = 6
)

// kind says what stands in the way of an attempt.
type kind uint8

const (
	noPick     kind = iota // the picker has nobody for this call
	gateShut               // the endpoint's breaker refuses
	resting                // the endpoint cannot be dialed, and its pool rests
	pausing                // its connection was lost at once, and its pool rests
	connecting             // a connection is being made
	full                   // all connections are full
	removed                // the endpoint was removed meanwhile
)

// obstacle is why an endpoint does not take an attempt.
type obstacle struct {
	kind   kind
	err    error
	node   *balancer.Node
	member *member
}

// lacking turns what a pool lacks into an obstacle.
func (a *attempt) lacking(s pool.State) *obstacle {
	switch s {
	case pool.Full:
		return &obstacle{kind: full}
	case pool.Connecting:
		return &obstacle{kind: connecting}
	case pool.Gone:
		return &obstacle{kind: removed}
	}
	patient, err := a.member.pool.Rest()
	k := resting
	if patient {
		k = pausing
	}
	return &obstacle{kind: k, err: &onramp.Error{Code: onramp.Unavailable, Origin: onramp.Local, Endpoint: a.member.addr, Err: err}}
}

// refuse notes that the endpoint did not take the attempt, so that the next pick
// avoids it, and lets the balancer know of endpoints that have nothing to offer.
func (a *attempt) refuse(req *onramp.Request, o *obstacle) *obstacle {
	o.node, o.member = a.node, a.member
	req.Attempt.Tried = append(req.Attempt.Tried, a.member.name)
	switch o.kind {
	case resting, pausing:
		a.shun(onramp.Unavailable)
	case full:
		a.shun(onramp.ResourceExhausted)
	}
	return o
}

// shun tells the node's statistics that an attempt could not be sent to it.
func (a *attempt) shun(code onramp.Code) {
	a.node.Begin()
	a.node.Done(onramp.Outcome{Code: code, Origin: onramp.Local, At: time.Now()})
}

// insist goes on where the first pick led nowhere: to other endpoints, then into
// the line of one that was full or connects. It begins anew when that endpoint
// was removed or could not be dialed, and when the connection took no call:
// nothing was sent then. first is what stood in the way, if anything did.
func (a *attempt) insist(ctx context.Context, req *onramp.Request, first *obstacle) (*onramp.Response, error) {
	var last error
	if first != nil && first.kind == removed {
		first = nil
	}
	for a.round = range rounds {
		v, err := a.c.await(ctx, req)
		if err != nil {
			return nil, a.fail(req, err)
		}
		err = a.search(ctx, req, v, first)
		if first = nil; err == nil {
			a.began = time.Now()
			var resp *onramp.Response
			if resp, err = a.send(ctx, req); err == nil || !bounced(err) {
				return resp, err
			}
		} else if !a.again {
			return nil, a.fail(req, err)
		}
		last = err
		req.Attempt.Tried = append(req.Attempt.Tried[:a.base], a.member.name)
	}
	return nil, a.fail(req, last)
}

// search asks endpoints of the view until one has a connection, and then waits
// for the best of those that had not. best is one that was asked before, if any.
// The attempt can be sent when search returns nil; else again says whether
// another round may help.
func (a *attempt) search(ctx context.Context, req *onramp.Request, v *view, best *obstacle) error {
	a.again = false
	last, picker, fulls := best, v.picker, 0
	for asked := 0; asked <= repicks && fulls < 2; asked++ {
		if last == nil {
			if last = a.reach(ctx, req, v, picker); last == nil {
				return nil
			}
			if best != nil && last.node == best.node { // all were asked
				if last = a.revisit(ctx, req, v, picker, best); last == nil {
					return nil
				}
				best = better(best, last)
				break
			}
		}
		switch last.kind {
		case noPick:
			return last.err
		case removed:
			a.again = a.c.view.Load() != v
			return &onramp.Error{Code: onramp.Unavailable, Origin: onramp.Local, Err: pool.ErrGone}
		case gateShut:
			picker = v.steady
		case full:
			fulls++
		}
		best, last = better(best, last), nil
	}
	return a.wait(ctx, req, v, best)
}

// revisit asks an endpoint that an earlier attempt of the call tried, when the
// only one that none did cannot be dialed: what failed once may work now.
func (a *attempt) revisit(ctx context.Context, req *onramp.Request, v *view, p balancer.Picker, only *obstacle) *obstacle {
	if only.kind != resting && only.kind != pausing || a.base == 0 {
		return only
	}
	all := req.Attempt.Tried
	req.Attempt.Tried = slices.Clone(all[a.base:])
	o := a.reach(ctx, req, v, p)
	req.Attempt.Tried = all
	return o
}

// better returns the obstacle that is more likely to go away soon.
func better(a, b *obstacle) *obstacle {
	if a == nil || b.kind > a.kind {
		return b
	}
	return a
}

// wait makes the best of what was found when nobody takes the attempt at once.
func (a *attempt) wait(ctx context.Context, req *onramp.Request, v *view, best *obstacle) error {
	a.node, a.member = best.node, best.member
	switch best.kind {
	case resting:
		return best.err
	case gateShut:
		// So many gates are shut that the next view would ignore them.
		a.forced = true
	}
	until := req.Deadline
	if (best.kind == connecting || best.kind == pausing) && len(v.all) > 1 {
		until = a.patience(until)
	}
	return a.queue(ctx, req, v, until)
}

// queue takes a connection of an endpoint, and waits for it when it must: until
// the deadline, or less when another round follows.
func (a *attempt) queue(ctx context.Context, req *onramp.Request, v *view, until time.Time) error {
	if err := a.admit(v); err != nil {
		return err
	}
	if conn, s := a.member.pool.Get(); s == pool.Ready {
		a.conn = conn
		return nil
	}
	conn, err := a.member.pool.Wait(ctx, until)
	if err != nil {
		a.giveUp(err)
		a.again = a.again || until != req.Deadline && errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil
		return err
	}
	a.conn = conn
	return nil
}

// patience returns until when the attempt waits for one endpoint to be connected.
// A dial may hang while others get connected, so the first rounds are short ones.
func (a *attempt) patience(deadline time.Time) time.Time {
	if a.round >= rounds-1 {
		return deadline
	}
	t := time.Now().Add(a.c.cfg.Pool.ConnectTimeout >> (rounds - 2 - a.round))
	if !deadline.IsZero() && t.After(deadline) {
		return deadline
	}
	return t
}

// giveUp tells gate and statistics that no connection came, and whether another
// round may help: the endpoint was removed, or could not be dialed.
func (a *attempt) giveUp(err error) {
	a.yield()
	if errors.Is(err, pool.ErrGone) {
		a.again = true
	} else if bounced(err) {
		code := onramp.AsError(err).Code
		a.shun(code)
		a.again = code == onramp.Unavailable
	}
}

// fail ends an attempt that was not sent.
func (a *attempt) fail(req *onramp.Request, err error) error {
	var e *onramp.Error
	if !errors.As(err, &e) {
		e = &onramp.Error{Code: onramp.Unavailable, Origin: onramp.Local, Err: err}
	}
	a.ended(req, e)
	return a.describe(req, a.c.outdated(e))
}
