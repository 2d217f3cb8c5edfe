package client

import (
	"context"
	"fmt"
	"sync"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/policy"
)

// Client calls services. Make one with New and share it: it holds the
// connections, circuits and budgets of every service it calls.
type Client struct {
	cfg     config
	order   []rank
	grammar discovery.Grammar
	hashes  *hashes
	stop    chan struct{} // closed by Close
	done    chan struct{} // closed when Close is through
	pool    sync.Pool     // of *onramp.Request, for Call

	names *table[names, *method]  // what Do has resolved
	texts *table[string, *method] // what Call has resolved

	mu       sync.Mutex
	closed   bool
	services map[string]*service
	methods  map[methodKey]*method
	settings map[string]settings
	caches   map[string]*discovery.Cache // by the source's scheme
	closing  sync.WaitGroup              // sidecar connections that close
}

// New returns a Client. It starts nothing before the first method is resolved. Wrong
// options are told all at once, each with its name.
func New(opts ...Option) (*Client, error) {
	cfg := config{policy: policy.Default(), settings: map[string]settings{}}
	if err := cfg.apply(opts); err != nil {
		return nil, err
	}
	c := &Client{
		cfg: cfg, order: order(), grammar: cfg.grammar(), hashes: newHashes(cfg.seed),
		stop: make(chan struct{}), done: make(chan struct{}),
		names: newTable[names, *method](), texts: newTable[string, *method](),
		services: map[string]*service{}, methods: map[methodKey]*method{}, settings: cfg.settings,
		caches: map[string]*discovery.Cache{},
	}
	c.pool.New = func() any { return new(onramp.Request) }
	for name, set := range c.settings {
		if set.plan == nil {
			continue
		}
		if err := c.checkLanes(name, set.plan); err != nil {
			return nil, fmt.Errorf("client: WithPlan: %w", err)
		}
	}
	return c, nil
}

// Do makes the call that req says: Service and Method, and Version, Group and
// the Header's onramp.UniqueID when the service has them, name what is called at
// the default source. It returns the reply undecoded; see onramp.Response. The
// Request is the client's until Do returns, and the reply lives in it: Reset it
// before it is used again.
//
// The number of methods that are resolved is bounded, so that names may come
// from somewhere else; beyond 10 000 a call fails with ResourceExhausted.
func (c *Client) Do(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
	n := names{req.Service, req.Version, req.Group, req.Method, req.Header.Get(onramp.UniqueID)}
	m, ok := c.names.get(n)
	if !ok {
		var err error
		if m, err = c.lookup(n); err != nil {
			return nil, err
		}
	}
	return m.do(ctx, req)
}

// Close ends everything: calls in flight fail, nothing is repeated, connections
// close. It returns when the client's goroutines are gone. It may be called more
// than once.
func (c *Client) Close() error {
	hops, first := c.shut()
	if !first {
		<-c.done
		return nil
	}
	var wg sync.WaitGroup
	for _, h := range hops {
		wg.Go(h)
	}
	wg.Wait()
	c.closing.Wait()
	close(c.done)
	return nil
}

// shut has every new call fail and returns what is to be closed.
func (c *Client) shut() (hops []func(), first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, false
	}
	c.closed = true
	close(c.stop)
	for _, m := range c.methods {
		m.current.Store(c.shutPipelines(m))
	}
	for _, s := range c.services {
		if h := s.direct; h != nil {
			hops = append(hops, func() { _ = h.Close() })
		}
		for _, l := range s.lanes {
			hops = append(hops, l.close)
		}
	}
	return hops, true
}

// shutPipelines refuses every call of a method.
func (c *Client) shutPipelines(m *method) *pipelines {
	g := m.service.current
	refuse := func(context.Context, *onramp.Request) (*onramp.Response, error) {
		return nil, fail(onramp.Unavailable, m.target, errClosed)
	}
	return &pipelines{
		gen:   m.service.generation(g.plan, g.policy),
		steps: []pipeline{{run: refuse, path: m.path(&g.plan.Steps[len(g.plan.Steps)-1].Set, g), plan: g.plan.Version}},
	}
}
