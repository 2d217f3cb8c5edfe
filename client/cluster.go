package client

import (
	"github.com/onrampmesh/onramp/internal/cluster"
	"github.com/onrampmesh/onramp/policy"
)

// liveHop is a hop with endpoints of the service: a cluster.
type liveHop interface {
	hop
	Status() cluster.Status
	Reconfigure(b policy.Breaker) error
}

var _ liveHop = (*cluster.Cluster)(nil)

// newCluster returns the cluster that a hop is.
func newCluster(c *Client, h hopConfig) (hop, error) {
	cache, err := c.cache(h.target)
	if err != nil {
		return nil, err
	}
	k, err := c.codec(h.target)
	if err != nil {
		return nil, err
	}
	gates := h.policy.EndpointBreaker
	gates.Disabled = gates.Disabled || h.lane
	return cluster.New(cluster.Config{
		Service: h.service, Target: h.target, Cache: cache, Codec: k,
		Dial: c.cfg.dial, Balancer: c.cfg.balancer, EndpointBreaker: gates, Pool: c.cfg.pool, Logger: c.cfg.logger,
	})
}
