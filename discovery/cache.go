package discovery

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"
)

// Cache stands between a Source and the clusters that use it. It watches each
// target once, however many watch it here, and decides what they hear:
//
//   - The first set applies at once. Later ones are collected for 100 ms before
//     they are compared; equal sets, in whatever order, are dropped. Under a
//     registry that flaps, at most two changes a second pass after a burst of
//     four, always with the newest set.
//   - Pending and Failed never clear a list: the last good one stays.
//   - A loss of more than half (fewer endpoints are left than were lost) is not
//     believed for 60 s: new and changed endpoints apply, the lost ones stay
//     beside them. An empty set that nobody explained is held for as long, and
//     then while any endpoint still answers. Gone, the registry's explicit word,
//     applies after 60 s. What applies then is the newest word, and a word
//     without such a loss ends the hold before.
//   - The word of a Source that is an Authority applies at once, neither
//     collected nor held.
//   - Of endpoints with the same key the last one counts, those without an
//     address and those beyond 65 536 are dropped, with a warning in the log.
//   - A Source whose Watch returns is started again after a random delay, of at
//     most 100 ms and then twice as much each time, up to 30 s.
//
// What is known of a target is forgotten when its last watcher leaves. The
// methods of a Cache may run at the same time.
type Cache struct {
	source Source
	config cacheConfig

	mu      sync.Mutex
	entries map[string]*entry
}

type cacheConfig struct {
	log            *slog.Logger
	debounce, hold time.Duration
	authoritative  bool
	seed           func() uint64
}

// CacheOption changes a default of a Cache.
type CacheOption func(*cacheConfig)

// WithLogger sets where warnings go. Default slog.Default().
func WithLogger(l *slog.Logger) CacheOption { return func(c *cacheConfig) { c.log = l } }

// WithDebounce sets how long sets are collected. Default 100 ms; zero or less is
// not at all.
func WithDebounce(d time.Duration) CacheOption {
	return func(c *cacheConfig) { c.debounce = max(d, 0) }
}

// WithHold sets how long a suspicious loss is held. Default 60 s; zero or less
// is not at all, except that an empty set still waits for the last endpoint that
// answers.
func WithHold(d time.Duration) CacheOption { return func(c *cacheConfig) { c.hold = max(d, 0) } }

// WithSeed makes the delays of restarts repeatable.
func WithSeed(seed uint64) CacheOption {
	return func(c *cacheConfig) { c.seed = func() uint64 { return seed } }
}

// NewCache returns a Cache before src. It starts nothing: work begins with the
// first Watch of a target and ends with the last.
func NewCache(src Source, opts ...CacheOption) *Cache {
	c := &Cache{source: src, entries: make(map[string]*entry)}
	c.config = cacheConfig{log: slog.Default(), debounce: 100 * time.Millisecond, hold: time.Minute, seed: rand.Uint64}
	if a, ok := src.(Authority); ok {
		c.config.authoritative = a.Authoritative()
	}
	for _, o := range opts {
		o(&c.config)
	}
	return c
}

// Watch blocks until ctx ends and returns its error. It calls update from the
// calling goroutine, so one at a time and never after it returned, with what
// applies: at once when something is known already, and then on each change. A
// slow update misses what lies between, never the newest. The method of t does
// not matter.
//
// update hears Known and Gone, whose Endpoints are the whole list; and, only as
// long as no list is known, Failed. The Update must not be changed.
//
// alive reports whether the endpoint of this key (Endpoint.Key) answers. It may
// be nil, which is no for all of them. It is called by another goroutine, one at
// a time, never after Watch returned, and must not block.
func (c *Cache) Watch(ctx context.Context, t Target, alive func(id string) bool, update func(Update)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	e, w := c.join(ctx, t, alive)
	defer c.leave(e, w)
	var seen uint64
	for {
		select {
		case <-ctx.Done():
		case <-w.wake:
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		u, seq := e.latest()
		if u != nil && seq != seen {
			seen = seq
			update(*u)
		}
	}
}

// Status returns what is known of a target that is being watched, and false for
// others. The method of t does not matter.
func (c *Cache) Status(t Target) (Status, bool) {
	c.mu.Lock()
	e := c.entries[key(t)]
	c.mu.Unlock()
	if e == nil {
		return Status{}, false
	}
	return e.status(), true
}

// join adds a watcher to the target's entry, and starts the entry when it is the first.
func (c *Cache) join(ctx context.Context, t Target, alive func(string) bool) (*entry, *watcher) {
	w := &watcher{wake: make(chan struct{}, 1), alive: alive}
	w.notify()
	c.mu.Lock()
	defer c.mu.Unlock()
	k := key(t)
	e := c.entries[k]
	if e == nil {
		t.Method = ""
		e = newEntry(c.source, t, &c.config)
		c.entries[k] = e
		e.start(context.WithoutCancel(ctx))
	}
	e.add(w)
	return e, w
}

// leave removes a watcher. The last one ends the entry and waits for it.
func (c *Cache) leave(e *entry, w *watcher) {
	w.retire()
	c.mu.Lock()
	last := e.remove(w)
	if last {
		delete(c.entries, key(e.target))
	}
	c.mu.Unlock()
	if last {
		e.stop()
	}
}

// key is the name of what is watched: a target without its method.
func key(t Target) string {
	t.Method = ""
	return t.String()
}
