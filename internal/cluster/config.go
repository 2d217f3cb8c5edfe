package cluster

import (
	"context"
	"fmt"
	"log/slog"
	"net"

	"github.com/onrampmesh/onramp/balancer"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/internal/pool"
	"github.com/onrampmesh/onramp/policy"
)

// Config is what a cluster is made of.
type Config struct {
	// Service is the name that callers use, for errors and logs.
	Service string
	// Target is what Source is asked for.
	Target discovery.Target
	// Source is watched through a discovery.Cache of the cluster's own.
	Source discovery.Source
	// Cache, when set, is watched in the place of Source: clusters that share it
	// watch a target once.
	Cache *discovery.Cache
	Codec codec.Codec
	// Dial makes network connections. "unix:/path" addresses dial the network
	// "unix". Default: pool.NetDial.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// Balancer chooses endpoints. Default: balancer.P2C().
	Balancer balancer.Policy
	// EndpointBreaker takes endpoints out. Zero fields get policy's defaults of an
	// endpoint. Disabled switches it off, for a lane to a sidecar.
	EndpointBreaker policy.Breaker
	// Pool says how connections are kept.
	Pool pool.Config
	// Logger hears of endpoints that go and come. Default: nobody.
	Logger *slog.Logger
}

// resolve fills in the defaults, or says what is missing.
func (c Config) resolve() (Config, error) {
	switch {
	case c.Service == "":
		return c, wrong("Service is empty, want the name that callers use")
	case c.Codec == nil:
		return c, wrong("Codec is nil, want the protocol that service %s speaks", c.Service)
	case c.Source == nil && c.Cache == nil:
		return c, wrong("Source is nil, want where the endpoints of service %s come from", c.Service)
	}
	var err error
	if c.Pool, err = c.Pool.Resolve(pool.OnePerConn(c.Codec)); err != nil {
		return c, wrong("Pool: %w", err)
	}
	if c.EndpointBreaker, err = resolve(c.EndpointBreaker); err != nil {
		return c, wrong("EndpointBreaker: %w", err)
	}
	if c.Balancer == nil {
		c.Balancer = balancer.P2C()
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	c.Logger = c.Logger.With("service", c.Service)
	if c.Cache == nil {
		c.Cache = discovery.NewCache(c.Source, discovery.WithLogger(c.Logger))
	}
	return c, nil
}

// resolve fills in what policy says of an endpoint's breaker.
func resolve(b policy.Breaker) (policy.Breaker, error) {
	s, err := (&policy.Service{EndpointBreaker: b}).Resolve()
	if err != nil {
		return b, err
	}
	return s.EndpointBreaker, nil
}

func wrong(format string, args ...any) error {
	return fmt.Errorf("cluster: Config."+format, args...)
}
