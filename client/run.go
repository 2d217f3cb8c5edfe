package client

import (
	"context"
	"errors"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/feature"
	"github.com/onrampmesh/onramp/internal/stripe"
)

var errNoAnswer = errors.New("a stage returned neither a response nor an error: look at the interceptors")

// do runs one call. What it decides (generation, hash, pipeline) holds until the
// call ends.
func (m *method) do(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
	slot := stripe.Of(req)
	p := m.enter(slot)
	now := time.Now()
	req.Start(now)
	a := &req.Attempt
	a.Number, a.Tried, a.Resent, a.Start, a.Outcome = 1, a.Tried[:0], false, now, onramp.Outcome{}
	if key := m.service.client.cfg.key; key != nil && req.Route.Key == "" {
		req.Route.Key = key(ctx)
	}
	req.Route.Hash = m.service.client.hashes.draw(req)
	pl := p.pick(req.Route.Hash)
	req.Attach(pl)
	if req.Kind.Streaming() {
		return m.open(ctx, req, pl, &flow{method: m, pipeline: pl, gen: p.gen, slot: slot})
	}
	defer p.gen.leave(slot)
	returned := false
	defer func() {
		if !returned {
			m.over(req, pl, panicked(now))
		}
	}()
	resp, err := pl.run(ctx, req)
	returned = true
	if err != nil || resp == nil {
		err = explain(m.target, err)
	}
	o := feature.Settle(req, err)
	o.Latency = o.At.Sub(now)
	m.over(req, pl, o)
	return resp, err
}

// over tells of the end of a call without a stream.
func (m *method) over(req *onramp.Request, pl *pipeline, o onramp.Outcome) {
	req.End(o)
	if record := m.service.client.cfg.recorder; record != nil {
		record(m.record(req, pl, o))
	}
}

// open runs a streaming call until its stream is open. From then on the stream
// ends the call; a call that did not get one ends here.
func (m *method) open(ctx context.Context, req *onramp.Request, pl *pipeline, f *flow) (*onramp.Response, error) {
	req.Observe(f)
	returned, opened := false, false
	defer func() {
		if !opened {
			f.finish()
		}
	}()
	defer func() {
		if !returned {
			req.End(panicked(req.Started()))
		}
	}()
	resp, err := pl.run(ctx, req)
	returned = true
	opened = err == nil && resp != nil && resp.Stream != nil
	if err != nil || resp == nil {
		err = explain(m.target, err)
	}
	if !opened {
		o := feature.Settle(req, err)
		o.Latency = o.At.Sub(req.Started())
		req.End(o)
	}
	return resp, err
}

// panicked is the outcome of a call that ended by a panic of code in this process:
// observers are told, because they may hold something for the call.
func panicked(began time.Time) onramp.Outcome {
	now := time.Now()
	return onramp.Outcome{Code: onramp.Internal, Origin: onramp.Local, Latency: now.Sub(began), At: now}
}

// explain gives an error what every error of a call has: the type and the
// target. What it carries of the frame it came in is copied, because the caller
// keeps it.
func explain(target string, err error) error {
	if err == nil {
		return fail(onramp.Internal, target, errNoAnswer)
	}
	e, ok := err.(*onramp.Error)
	if ok && e.Target != "" && e.Header == nil {
		return e
	}
	c := *onramp.AsError(err)
	if !ok {
		c.Err = err // what was wrapped around the error says more than the error
	}
	if c.Target == "" {
		c.Target = target
	}
	if c.Header != nil {
		h := new(onramp.Header)
		h.CopyFrom(c.Header)
		c.Header = h
	}
	return &c
}
