package discovery_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/discovery"
)

// hand is a source that a test drives: what it is told, it says to all watches.
type hand struct {
	operator bool

	mu      sync.Mutex
	last    *discovery.Update
	watches map[chan discovery.Update]discovery.Target
	began   int
}

func (h *hand) Authoritative() bool { return h.operator }

func (h *hand) Watch(ctx context.Context, t discovery.Target, update func(discovery.Update)) error {
	words := make(chan discovery.Update, 1000)
	h.mu.Lock()
	if h.last != nil {
		words <- *h.last
	}
	if h.watches == nil {
		h.watches = make(map[chan discovery.Update]discovery.Target)
	}
	h.watches[words] = t
	h.began++
	h.mu.Unlock()
	defer func() {
		h.mu.Lock()
		delete(h.watches, words)
		h.mu.Unlock()
	}()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case u := <-words:
			if u.Err == errGiveUp {
				return u.Err
			}
			update(u)
		}
	}
}

func (h *hand) say(u discovery.Update) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last = &u
	for w := range h.watches {
		w <- u
	}
}

func (h *hand) counts() (watching, began int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.watches), h.began
}

var errGiveUp = errors.New("the source gives up")

// known is the set of these letters: "abc" is the endpoints a, b and c.
func known(letters string) discovery.Update {
	u := discovery.Update{State: discovery.Known}
	for _, l := range letters {
		u.Endpoints = append(u.Endpoints, onramp.Endpoint{ID: string(l), Addr: string(l) + ":1"})
	}
	return u
}

var (
	gone    = discovery.Update{State: discovery.Gone}
	failed  = discovery.Update{State: discovery.Failed, Err: errors.New("no leader")}
	pending = discovery.Update{State: discovery.Pending}
)

// letters prints a delivered update: its keys in order, or its state.
func letters(u discovery.Update) string {
	if u.State != discovery.Known {
		return u.State.String()
	}
	var keys []string
	for i := range u.Endpoints {
		keys = append(keys, u.Endpoints[i].Key())
	}
	slices.Sort(keys)
	return "[" + strings.Join(keys, "") + "]"
}

// follower is one watcher of a cache and what it heard.
type follower struct {
	cancel context.CancelFunc
	done   chan error

	mu    sync.Mutex
	heard []string
	times []time.Time
	full  []discovery.Update
}

func follow(c *discovery.Cache, t discovery.Target, alive func(string) bool) *follower {
	ctx, cancel := context.WithCancel(context.Background())
	f := &follower{cancel: cancel, done: make(chan error, 1)}
	go func() {
		f.done <- c.Watch(ctx, t, alive, func(u discovery.Update) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.heard = append(f.heard, letters(u))
			f.times = append(f.times, time.Now())
			f.full = append(f.full, u)
		})
	}()
	synctest.Wait()
	return f
}

// all returns what was heard so far, joined by spaces.
func (f *follower) all() string {
	synctest.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	return strings.Join(f.heard, " ")
}

func (f *follower) stop(t *testing.T) {
	t.Helper()
	f.cancel()
	if err := <-f.done; !errors.Is(err, context.Canceled) {
		t.Errorf("Watch returned %v", err)
	}
}

func (f *follower) expect(t *testing.T, want string) {
	t.Helper()
	if got := f.all(); got != want {
		t.Errorf("heard %q, want %q", got, want)
	}
}

var orders = discovery.Target{Service: "orders"}

// quiet keeps warnings that a test provokes out of the output.
var quiet = discovery.WithLogger(slog.New(slog.DiscardHandler))

// inBubble runs body with a hand-driven source and one follower of its cache.
func inBubble(t *testing.T, operator bool, alive func(string) bool, body func(t *testing.T, h *hand, c *discovery.Cache, f *follower)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := &hand{operator: operator}
		c := discovery.NewCache(h, quiet, discovery.WithSeed(1))
		f := follow(c, orders, alive)
		body(t, h, c, f)
		f.stop(t)
		if n, _ := h.counts(); n != 0 {
			t.Errorf("%d watches of the source outlive the cache's", n)
		}
	})
}

func status(t *testing.T, c *discovery.Cache) discovery.Status {
	t.Helper()
	synctest.Wait()
	s, ok := c.Status(orders)
	if !ok {
		t.Error("no status of a watched target")
	}
	return s
}

func yes(string) bool { return true }
func no(string) bool  { return false }
