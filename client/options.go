package client

import (
	"context"
	"fmt"
	"log/slog"
	"net"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/balancer"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/feature"
	"github.com/onrampmesh/onramp/policy"
)

// Option configures a Client. A wrong one makes New fail, with the option's name.
type Option func(*config) error

type config struct {
	codecs              []codec.Codec
	sources             []discovery.Source
	balancer            balancer.Policy
	policy              *policy.Service
	settings            map[string]settings
	interceptors        []onramp.Interceptor
	attemptInterceptors []onramp.Interceptor
	units               [feature.N]func(service string) feature.Unit
	logger              *slog.Logger
	dial                Dialer
	recorder            func(Record)
	seed                uint64
	pool                PoolConfig
	cacheOptions        []discovery.CacheOption
	key                 func(context.Context) string

	hop func(c *Client, h hopConfig) (hop, error)
}

// Dialer opens a connection. The network is "tcp", or "unix" for endpoints of the
// form unix:/path.
type Dialer func(ctx context.Context, network, addr string) (net.Conn, error)

func wrongOption(name, format string, args ...any) error {
	return fmt.Errorf("client: %s: %s", name, fmt.Sprintf(format, args...))
}

// WithCodec adds protocols. At least one is needed; the first is the default of
// targets that name none. A codec with a Check() error is asked it.
func WithCodec(codecs ...codec.Codec) Option {
	return func(c *config) error {
		for i, k := range codecs {
			if k == nil {
				return wrongOption("WithCodec", "argument %d is nil", i+1)
			}
			if checked, ok := k.(interface{ Check() error }); ok && checked.Check() != nil {
				return wrongOption("WithCodec", "%s: %v", k.Name(), checked.Check())
			}
			for _, other := range c.codecs {
				if other.Name() == k.Name() {
					return wrongOption("WithCodec", "two codecs are named %q", k.Name())
				}
			}
			c.codecs = append(c.codecs, k)
		}
		return nil
	}
}

// WithDiscovery adds sources of endpoints. Targets name a source by its
// discovery.Schemer; the first one serves targets that name none. Targets that
// list their addresses (bolt://host:port/service/method, static:///...) need no
// source.
func WithDiscovery(sources ...discovery.Source) Option {
	return func(c *config) error {
		for i, s := range sources {
			if s == nil {
				return wrongOption("WithDiscovery", "argument %d is nil", i+1)
			}
			if checked, ok := s.(interface{ Err() error }); ok && checked.Err() != nil {
				return wrongOption("WithDiscovery", "argument %d: %v", i+1, checked.Err())
			}
			if scheme := schemeOf(s); scheme == "" && len(c.sources) > 0 {
				return wrongOption("WithDiscovery", "argument %d (%T) has no Scheme, so that no target could name it; only the first source needs none", i+1, s)
			} else if scheme != "" && find(c.sources, scheme) != nil {
				return wrongOption("WithDiscovery", "two sources have the scheme %q", scheme)
			}
			c.sources = append(c.sources, s)
		}
		return nil
	}
}

// WithBalancer sets the balancing algorithm of all services. Default: the better
// of two random choices, by latency and load.
func WithBalancer(p balancer.Policy) Option {
	return func(c *config) error {
		if p == nil {
			return wrongOption("WithBalancer", "the policy is nil")
		}
		c.balancer = p
		return nil
	}
}

// WithPolicy sets the policy of the services named, or of all others when none is
// named. SetPolicy changes it later.
func WithPolicy(p *policy.Service, services ...string) Option {
	return func(c *config) error {
		if p == nil {
			return wrongOption("WithPolicy", "the policy is nil")
		}
		r, err := p.Resolve()
		if err != nil {
			return wrongOption("WithPolicy", "%v", err)
		}
		if len(services) == 0 {
			c.policy = r
		}
		for _, s := range services {
			if err := checkService(s); err != nil {
				return wrongOption("WithPolicy", "%v", err)
			}
		}
		for _, s := range services {
			set := c.settings[s]
			set.policy = r
			c.settings[s] = set
		}
		return nil
	}
}

// WithPlan sets the plan that a service begins with. SetPlan changes it later.
func WithPlan(service string, p *feature.Plan) Option {
	return func(c *config) error {
		if p == nil {
			return wrongOption("WithPlan", "the plan of %s is nil", service)
		}
		if err := checkService(service); err != nil {
			return wrongOption("WithPlan", "%v", err)
		}
		if err := p.Validate(); err != nil {
			return wrongOption("WithPlan", "%s: %v", service, err)
		}
		set := c.settings[service]
		set.plan = p
		c.settings[service] = set
		return nil
	}
}

// WithInterceptor adds interceptors that see each call once, the first outermost.
// They are called when a pipeline is built, and must not call the Client then.
func WithInterceptor(in ...onramp.Interceptor) Option {
	return func(c *config) error {
		c.interceptors = append(c.interceptors, in...)
		return notNil("WithInterceptor", in)
	}
}

// WithAttemptInterceptor adds interceptors that see each attempt of a call, the
// first outermost.
func WithAttemptInterceptor(in ...onramp.Interceptor) Option {
	return func(c *config) error {
		c.attemptInterceptors = append(c.attemptInterceptors, in...)
		return notNil("WithAttemptInterceptor", in)
	}
}

func notNil(name string, in []onramp.Interceptor) error {
	for i := range in {
		if in[i] == nil {
			return wrongOption(name, "argument %d is nil", i+1)
		}
	}
	return nil
}

// WithUnit adds the unit of a feature: a function that makes one for each
// service. Its stage stands where the order of stages says. Retry and the
// service's breaker are there already; the dial and inbound groups are no stages.
// A unit that waits sets Attempt.Start of the request when it goes on.
func WithUnit(n feature.Name, unit func(service string) feature.Unit) Option {
	return func(c *config) error {
		switch {
		case unit == nil:
			return wrongOption("WithUnit", "the function for %s is nil", n)
		case !placed(n):
			return wrongOption("WithUnit", "%s has no place in the client's pipeline", n)
		case n == feature.Retry || n == feature.ServiceBreaker:
			return wrongOption("WithUnit", "%s is built in", n)
		case c.units[n] != nil:
			return wrongOption("WithUnit", "%s is given twice", n)
		}
		c.units[n] = unit
		return nil
	}
}

func placed(n feature.Name) bool {
	for _, r := range order() {
		if n < feature.N && r.name == n.String() {
			return true
		}
	}
	return false
}

// WithLogger sets where the client logs. Default: slog.Default().
func WithLogger(l *slog.Logger) Option {
	return func(c *config) error {
		if l == nil {
			return wrongOption("WithLogger", "the logger is nil")
		}
		c.logger = l
		return nil
	}
}

// WithDialer sets how connections are opened. Default: a net.Dialer.
func WithDialer(d Dialer) Option {
	return func(c *config) error {
		if d == nil {
			return wrongOption("WithDialer", "the dialer is nil")
		}
		c.dial = d
		return nil
	}
}

// WithRecorder has f called with the Record of each call, when the call ends and
// by the goroutine that ends it: f must be quick and may run many times at once.
// Without it no record is made.
func WithRecorder(f func(Record)) Option {
	return func(c *config) error {
		if f == nil {
			return wrongOption("WithRecorder", "the function is nil")
		}
		c.recorder = f
		return nil
	}
}

// WithSeed makes the client's random choices (shares of calls, back-off)
// repeatable, for tests. 0 is the default: not repeatable.
func WithSeed(seed uint64) Option {
	return func(c *config) error {
		c.seed = seed
		return nil
	}
}
