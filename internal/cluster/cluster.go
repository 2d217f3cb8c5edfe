// Package cluster holds one service's live endpoints inside the client: nodes,
// health, the picker over them, connections, and everything else that outlives a
// pipeline.
//
// On the path of a call it is the last stage of the client: the pipeline calls
// RoundTrip for each attempt. It picks an endpoint by one atomic load, asks the
// endpoint's breaker (its gate), takes a connection of the endpoint's
// internal/pool and sends the attempt on it. discovery.Cache pushes sets of
// endpoints to it.
//
// One goroutine owns the set of endpoints. Discovery and breakers only wake it;
// it builds a new view and swaps it in.
package cluster

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/policy"
)

// Cluster is one service's live endpoints. Its methods may run at the same time.
type Cluster struct {
	view atomic.Pointer[view]
	cfg  Config

	ctx      context.Context // ends with Close
	cancel   context.CancelFunc
	routines sync.WaitGroup
	wake     chan struct{} // something changed: build a view
	draining atomic.Int32  // endpoints that were removed and finish their calls

	mu      sync.Mutex
	heard   *discovery.Update // not applied yet
	breaker policy.Breaker    // of all endpoints, resolved

	set set // of the goroutine that builds views
}

// New returns a cluster that watches its target until Close. It returns before
// the first endpoints are known: calls wait for them.
func New(cfg Config) (*Cluster, error) {
	cfg, err := cfg.resolve()
	if err != nil {
		return nil, err
	}
	c := &Cluster{cfg: cfg, breaker: cfg.EndpointBreaker, wake: make(chan struct{}, 1)}
	c.view.Store(&view{changed: make(chan struct{})})
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.routines.Go(c.build)
	c.routines.Go(c.watch)
	return c, nil
}

// watch hears what discovery says until Close.
func (c *Cluster) watch() {
	// It returns the context's error, which says nothing new.
	_ = c.cfg.Cache.Watch(c.ctx, c.cfg.Target, c.answers, c.hear)
}

// hear keeps an update for the goroutine that builds views. Only whole lists
// matter: what discovery could not tell changes nothing.
func (c *Cluster) hear(u discovery.Update) {
	if u.State != discovery.Known && u.State != discovery.Gone {
		return
	}
	c.mu.Lock()
	c.heard = &u
	c.mu.Unlock()
	c.poke()
}

// poke has a view built. Many pokes before that make one view.
func (c *Cluster) poke() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// build makes views until Close: when somebody pokes, and when an endpoint that
// was taken out may be tried again.
func (c *Cluster) build() {
	again := time.NewTimer(0)
	defer again.Stop()
	for {
		select {
		case <-c.ctx.Done():
			return
		case <-c.wake:
		case <-again.C:
		}
		gone := c.update()
		next := c.publish()
		c.drain(gone)
		again.Stop()
		if next > 0 {
			again.Reset(next)
		}
	}
}

// update brings the set up to date and returns what is no longer in it.
func (c *Cluster) update() (gone []*member) {
	c.mu.Lock()
	u, b := c.heard, c.breaker
	c.heard = nil
	c.mu.Unlock()
	c.set.configure(b)
	if u != nil {
		gone = c.set.sync(c, u)
	}
	return gone
}

// Reconfigure makes b the policy of all endpoints' breakers, which keep their
// state and what they counted. A policy that is refused is returned as an error
// that names the field.
func (c *Cluster) Reconfigure(b policy.Breaker) error {
	b, err := resolve(b)
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.breaker = b
	c.mu.Unlock()
	c.poke()
	return nil
}

// drain lets the calls of endpoints that no view holds any more finish.
func (c *Cluster) drain(gone []*member) {
	for _, m := range gone {
		c.draining.Add(1)
		c.routines.Go(func() {
			defer c.draining.Add(-1)
			m.pool.Drain(c.ctx)
		})
	}
}

// Close ends the watch, fails the calls under way with origin Wire and those
// that wait with origin Local, and returns when all goroutines and connections of
// the cluster are gone. It may be called more than once.
func (c *Cluster) Close() error {
	c.cancel()
	c.routines.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	old := c.view.Load()
	if !old.closed {
		c.view.Store(&view{closed: true, changed: old.changed, parts: old.parts})
		close(old.changed)
	}
	var pools sync.WaitGroup
	for _, p := range old.parts {
		pools.Go(p.member.pool.Close)
	}
	pools.Wait()
	return nil
}
