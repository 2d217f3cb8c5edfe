package client

import (
	"context"

	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/internal/pool"
)

// PoolConfig says how the connections of an endpoint are kept: how many, how old,
// how long one may take to be made, and how many calls wait in line. The zero
// value of every field means its default.
type PoolConfig = pool.Config

// WithPool sets how connections are kept, of all endpoints. Default: the zero
// PoolConfig.
func WithPool(p PoolConfig) Option {
	return func(c *config) error {
		for _, onePerConn := range []bool{false, true} {
			if _, err := p.Resolve(onePerConn); err != nil {
				return wrongOption("WithPool", "%v", err)
			}
		}
		c.pool = p
		return nil
	}
}

// WithCache changes how what sources say is believed: how long sets are collected,
// how long a suspicious loss is held. Default: as discovery.Cache says.
func WithCache(opts ...discovery.CacheOption) Option {
	return func(c *config) error {
		for i, o := range opts {
			if o == nil {
				return wrongOption("WithCache", "argument %d is nil", i+1)
			}
		}
		c.cacheOptions = append(c.cacheOptions, opts...)
		return nil
	}
}

// WithKey has f name the key of each call that brings none: calls with one key are
// on one side of every split. "" is none. f sees the caller's context, and runs
// before anything is decided about the call, so that it must be quick. A call that
// carries a trace is split by that.
func WithKey(f func(ctx context.Context) string) Option {
	return func(c *config) error {
		if f == nil {
			return wrongOption("WithKey", "the function is nil")
		}
		c.key = f
		return nil
	}
}
