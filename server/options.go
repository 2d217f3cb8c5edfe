package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/discovery"
)

// Option sets something of a Server. See the With functions for the defaults.
type Option func(*config)

type config struct {
	codecs          []codec.Codec
	interceptors    []onramp.Interceptor
	log             *slog.Logger
	crash           bool
	maxConcurrent   int
	maxConns        int
	maxConnsPerPeer int
	registrars      []discovery.Registrar
	names           []string
	endpoint        onramp.Endpoint
	bounds          [stages]time.Duration
	hooks           []func(context.Context, Stage)
	problems        []error
}

const (
	defaultMaxConcurrent   = 4096
	defaultMaxConns        = 10_000
	defaultMaxConnsPerPeer = 256
)

// WithCodec sets the protocols that every listener speaks. With several, the
// first bytes of a connection choose, and an earlier codec is asked first. With
// one, nothing is read ahead. At least one is needed. A codec with a
// Check() error is asked it.
func WithCodec(c ...codec.Codec) Option {
	return func(cfg *config) {
		for _, c := range c {
			if c == nil {
				cfg.failf("WithCodec", "a codec is nil")
				continue
			}
			if checked, ok := c.(interface{ Check() error }); ok && checked.Check() != nil {
				cfg.failf("WithCodec", "%s: %v", c.Name(), checked.Check())
			}
			for _, other := range cfg.codecs {
				if other.Name() == c.Name() {
					cfg.failf("WithCodec", "two codecs are called %q: hand in each protocol once", c.Name())
				}
			}
			cfg.codecs = append(cfg.codecs, c)
		}
	}
}

// WithInterceptor puts interceptors around every handler, the first one
// outermost. They run behind admission and deadline, and before the body is
// decoded. An interceptor that refuses a call without running next says so with
// the origin onramp.Refused; every other error of it counts as the handler's.
func WithInterceptor(in ...onramp.Interceptor) Option {
	return func(cfg *config) {
		for _, i := range in {
			if i == nil {
				cfg.failf("WithInterceptor", "an interceptor is nil")
				continue
			}
			cfg.interceptors = append(cfg.interceptors, i)
		}
	}
}

// WithLogger sets where the server logs; slog.Default() if not given.
func WithLogger(l *slog.Logger) Option {
	return func(cfg *config) {
		if l == nil {
			cfg.failf("WithLogger", "the logger is nil")
			return
		}
		cfg.log = l
	}
}

// WithCrashOnPanic lets a panic of a handler or codec end the process. By default it is
// one error reply, and its stack is logged.
func WithCrashOnPanic() Option { return func(cfg *config) { cfg.crash = true } }

// WithMaxConcurrent bounds the handlers that run at once, over all connections;
// 4096 by default. A call beyond it is refused with ResourceExhausted: it did
// not run. A stream counts as long as its handler runs.
func WithMaxConcurrent(n int) Option {
	return func(cfg *config) { cfg.maxConcurrent = cfg.positive("WithMaxConcurrent", n) }
}

// WithMaxConns bounds the open connections; 10 000 by default. One beyond it is
// closed at once.
func WithMaxConns(n int) Option {
	return func(cfg *config) { cfg.maxConns = cfg.positive("WithMaxConns", n) }
}

// WithMaxConnsPerPeer bounds the open connections of one IP address; 256 by
// default. One beyond it is closed at once. Raise it behind a proxy that hides
// its clients' addresses. Peers without an IP address (unix sockets) are not counted.
func WithMaxConnsPerPeer(n int) Option {
	return func(cfg *config) { cfg.maxConnsPerPeer = cfg.positive("WithMaxConnsPerPeer", n) }
}

// WithRegistrar announces the server while it serves. It may be given several
// times. A Registrar that fails is called again after 100 ms, doubling up to 30 s.
func WithRegistrar(r discovery.Registrar) Option {
	return func(cfg *config) {
		if r == nil {
			cfg.failf("WithRegistrar", "the registrar is nil")
			return
		}
		cfg.registrars = append(cfg.registrars, r)
	}
}

// WithName announces these names, such as the application's, in place of the
// services that have handlers.
func WithName(names ...string) Option {
	return func(cfg *config) {
		for _, n := range names {
			if n == "" {
				cfg.failf("WithName", "a name is empty")
			}
		}
		cfg.names = append(cfg.names, names...)
	}
}

// WithEndpoint sets what is announced. An empty Addr stands for the listener's
// own address (of a listener on all addresses: the machine's first one that is
// not local), a zero Started for the moment when Serve began, and an empty
// Protocol for the codec's name when there is one codec.
func WithEndpoint(ep onramp.Endpoint) Option {
	return func(cfg *config) {
		if ep.Addr != "" && !dialable(ep.Addr) {
			cfg.failf("WithEndpoint", "the address %q cannot be dialed: want host:port or unix:/path, or none for the listener's own", ep.Addr)
		}
		cfg.endpoint = ep
	}
}

// WithDrainBound sets how long a stage of a shutdown may take, its hooks
// included. The defaults are 1 s for StageNotReady, 5 s for StageDeregister,
// 1 s for StageSignal, 20 s for StageFinish and 500 ms for StageClose, whose
// most is 1 s. StageWait always takes its whole time: 2 s with a Registrar, 0
// without. The sum bounds a shutdown whose context has no deadline.
func WithDrainBound(stage Stage, d time.Duration) Option {
	return func(cfg *config) {
		switch {
		case stage >= stages:
			cfg.failf("WithDrainBound", "stage %d does not exist", stage)
		case d < 0:
			cfg.failf("WithDrainBound", "%v: %v is below zero", stage, d)
		case stage == StageClose && d > time.Second:
			cfg.failf("WithDrainBound", "%v: %v is above 1s, the most that a shutdown outlasts its context", stage, d)
		default:
			cfg.bounds[stage] = d
		}
	}
}

// WithDrainHook calls f when a stage of a shutdown begins; several are called in
// their order. ctx ends with the stage's bound. The stage waits for f no longer
// than that.
func WithDrainHook(f func(ctx context.Context, stage Stage)) Option {
	return func(cfg *config) {
		if f == nil {
			cfg.failf("WithDrainHook", "the hook is nil")
			return
		}
		cfg.hooks = append(cfg.hooks, f)
	}
}

// unset marks a bound that has no option.
const unset = time.Duration(-1)

func configure(opts []Option) (config, error) {
	cfg := config{
		log:             slog.Default(),
		maxConcurrent:   defaultMaxConcurrent,
		maxConns:        defaultMaxConns,
		maxConnsPerPeer: defaultMaxConnsPerPeer,
		bounds: [stages]time.Duration{
			StageNotReady: time.Second, StageDeregister: 5 * time.Second, StageWait: unset,
			StageSignal: time.Second, StageFinish: 20 * time.Second, StageClose: 500 * time.Millisecond,
		},
	}
	for i, o := range opts {
		if o == nil {
			cfg.failf("option", "number %d is nil", i+1)
			continue
		}
		o(&cfg)
	}
	if len(cfg.codecs) == 0 {
		cfg.failf("WithCodec", "no codec: hand in at least one, such as bolt.New()")
	}
	if cfg.bounds[StageWait] == unset {
		cfg.bounds[StageWait] = 0
		if len(cfg.registrars) > 0 {
			cfg.bounds[StageWait] = 2 * time.Second
		}
	}
	return cfg, errors.Join(cfg.problems...)
}

func (cfg *config) positive(option string, n int) int {
	if n < 1 {
		cfg.failf(option, "%d: want at least 1", n)
	}
	return n
}

func (cfg *config) failf(option, format string, args ...any) {
	cfg.problems = append(cfg.problems, fmt.Errorf("server: "+option+": "+format, args...))
}
