package client

import (
	"context"
	"sync"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/policy"
)

// hop is the last stage of a pipeline: one attempt, to an endpoint of a target.
// The cluster is one.
type hop interface {
	RoundTrip(ctx context.Context, req *onramp.Request) (*onramp.Response, error)
	// Close ends the calls under way and returns when nothing of the hop is left.
	Close() error
}

// hopConfig says what a hop leads to.
type hopConfig struct {
	service string
	target  discovery.Target
	policy  *policy.Service
	// lane: the endpoints are a sidecar, whose failures say nothing about one
	// endpoint of the service.
	lane bool
}

// laneHop is the way to a sidecar. The generations that use it share it, so that
// a plan that is pushed again dials nothing.
type laneHop struct {
	hop
	key  string
	refs int // under the client's lock
	once sync.Once
}

// close may be called by the last generation and by Client.Close.
func (l *laneHop) close() { l.once.Do(func() { _ = l.Close() }) }
