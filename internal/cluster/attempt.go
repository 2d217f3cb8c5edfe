package cluster

import (
	"context"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/balancer"
	"github.com/onrampmesh/onramp/breaker"
	"github.com/onrampmesh/onramp/internal/pool"
)

// attempt is one sending of a call on its way to a connection.
type attempt struct {
	c *Cluster
	// base is how many endpoints earlier attempts tried.
	base int

	node   *balancer.Node
	member *member
	ticket breaker.Ticket
	held   bool // ticket is to be given back
	forced bool // gates refuse nobody
	again  bool // another round may help
	round  int
	conn   pool.Loan
	// began is when the attempt got its connection, if it may have waited before.
	began time.Time
}

// RoundTrip makes one attempt: it picks an endpoint, sends the call there and
// returns its answer. It waits for an endpoint, and for a connection, until
// req.Deadline or ctx ends.
//
// It appends the endpoint's key to req.Attempt.Tried (an attempt that nobody
// took leaves all it asked) and sets req.Attempt.Outcome. Every error is an
// *onramp.Error with Target set, and with Endpoint when one was chosen; a
// Response may accompany it.
func (c *Cluster) RoundTrip(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
	a := attempt{c: c, base: len(req.Attempt.Tried)}
	var first *obstacle
	if v := c.view.Load(); v.picker != nil {
		if a.probe(v) {
			first = nil
		} else {
			first = a.reach(ctx, req, v, v.picker)
		}
		if first == nil {
			resp, err := a.send(ctx, req)
			if err == nil || !bounced(err) {
				return resp, err
			}
		}
	}
	return a.insist(ctx, req, first)
}

// reach picks an endpoint and takes a connection. It returns nil, or what stands
// in the way; the endpoint then is among those tried.
func (a *attempt) reach(ctx context.Context, req *onramp.Request, v *view, p balancer.Picker) *obstacle {
	node, err := p.Pick(ctx, req)
	if err != nil {
		a.node, a.member = nil, nil
		return &obstacle{kind: noPick, err: err}
	}
	a.node, a.member = node, node.Handle.(*member)
	if err := a.admit(v); err != nil {
		return a.refuse(req, &obstacle{kind: gateShut, err: err})
	}
	conn, s := a.member.pool.Get()
	if s != pool.Ready {
		a.yield()
		return a.refuse(req, a.lacking(s))
	}
	a.conn = conn
	return nil
}

// probe takes the first attempt of a call to an endpoint that waits for a probe,
// if it has a connection and its gate admits one. Left to the picker a probe
// could take long: an endpoint that failed looks costly.
func (a *attempt) probe(v *view) bool {
	if len(v.probing) == 0 || a.base > 0 {
		return false
	}
	for _, n := range v.probing {
		m := n.Handle.(*member)
		conn, s := m.pool.Get() // it sees to a connection, when there is none
		if s != pool.Ready {
			continue
		}
		if t, err := m.gate.Allow(); err == nil {
			a.node, a.member, a.conn, a.ticket, a.held = n, m, conn, t, true
			return true
		}
		conn.Done()
	}
	return false
}

// admit asks the endpoint's gate. Under panic, and when so many refused that
// panic is near, its refusal does not count.
func (a *attempt) admit(v *view) error {
	a.held = false
	t, err := a.member.gate.Allow()
	if err != nil && !v.panicking && !a.forced {
		return err
	}
	a.ticket, a.held = t, err == nil
	return nil
}

// yield gives the gate's ticket back unused.
func (a *attempt) yield() {
	if a.held {
		a.member.gate.Done(a.ticket, onramp.Outcome{Code: onramp.Unavailable, Origin: onramp.Local})
		a.held = false
	}
}

// send sends the call on the connection that was taken, and tells everybody how
// it ended.
func (a *attempt) send(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
	req.Attempt.Tried = append(req.Attempt.Tried[:a.base], a.member.name)
	a.node.Begin()
	if req.Kind.Streaming() {
		return a.open(ctx, req)
	}
	returned := false
	defer func() {
		if !returned {
			o := panicked()
			a.settle(req, &o)
		}
	}()
	resp, err := a.exchange(ctx, req)
	returned = true
	a.settle(req, a.ended(req, err))
	if err != nil {
		err = a.describe(req, err)
	}
	return resp, err
}

// exchange sends the call. What is left of its deadline, which the peer is told,
// counts from when the waiting was over.
func (a *attempt) exchange(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
	if a.began.IsZero() {
		return a.conn.RoundTrip(ctx, req)
	}
	start := req.Attempt.Start
	req.Attempt.Start = a.began
	resp, err := a.conn.RoundTrip(ctx, req)
	req.Attempt.Start = start
	return resp, err
}

// settle tells connection, gate and statistics that the attempt has ended.
func (a *attempt) settle(req *onramp.Request, o *onramp.Outcome) {
	a.conn.Done()
	if a.held {
		a.member.gate.Done(a.ticket, *o)
	}
	if req.Kind == onramp.Unary && a.began.IsZero() {
		a.node.Done(*o)
		return
	}
	a.node.Done(a.sample(req, *o))
}

// panicked is the outcome of an attempt that ended by a panic of the caller's own
// code, such as a serializer: it says nothing about the endpoint.
func panicked() onramp.Outcome {
	return onramp.Outcome{Code: onramp.Internal, Origin: onramp.Local, At: time.Now()}
}

// ended classifies how the attempt ended, in the request's own Outcome.
func (a *attempt) ended(req *onramp.Request, err error) *onramp.Outcome {
	o := &req.Attempt.Outcome
	o.Code, o.Origin, o.Business, o.Latency = onramp.OK, onramp.Remote, false, 0
	if err != nil {
		*o = onramp.Classify(err)
	}
	o.At = time.Now()
	if !req.Attempt.Start.IsZero() {
		o.Latency = o.At.Sub(req.Attempt.Start)
	}
	return o
}

// sample is the outcome as the node's statistics want it: without the time that
// the attempt waited for discovery or a connection, and without a latency when
// there is no answer to time.
func (a *attempt) sample(req *onramp.Request, o onramp.Outcome) onramp.Outcome {
	if req.Kind == onramp.Unary {
		o.Latency = o.At.Sub(a.began)
	} else {
		o.Latency = 0
	}
	return o
}

// describe completes an error with what was called and where. It copies it: the
// connection may have given the same error to others.
func (a *attempt) describe(req *onramp.Request, err error) error {
	e := *onramp.AsError(err)
	if e.Target == "" {
		e.Target = req.Target()
	}
	if e.Endpoint == "" && a.member != nil {
		e.Endpoint = a.member.addr
	}
	return &e
}

// bounced reports whether the connection did not take the call: it filled up,
// broke or began to drain since it was taken. Nothing was sent.
func bounced(err error) bool {
	e, ok := err.(*onramp.Error)
	return ok && e.Origin == onramp.Local && (e.Code == onramp.Unavailable || e.Code == onramp.ResourceExhausted)
}
