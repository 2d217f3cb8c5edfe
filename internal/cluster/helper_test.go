package cluster

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/balancer"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/internal/leak"
	"github.com/onrampmesh/onramp/internal/pool/pooltest"
)

func TestMain(m *testing.M) { leak.Main(m) }

// feed is a source that is driven by hand. What it says applies at once.
type feed chan discovery.Update

func (f feed) Authoritative() bool { return true }

func (f feed) Watch(ctx context.Context, _ discovery.Target, update func(discovery.Update)) error {
	for {
		select {
		case u := <-f:
			update(u)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// push makes endpoints the whole set.
func (f feed) push(eps ...onramp.Endpoint) {
	f <- discovery.Update{State: discovery.Known, Endpoints: eps}
}

// addrs makes endpoints of these addresses the whole set.
func (f feed) addrs(addrs ...string) {
	f <- known(addrs...)
}

// world is a cluster with its servers and its discovery.
type world struct {
	*Cluster
	feed feed
	net  *pooltest.Net
}

// open returns a world with these servers up, connected, and with a latency of 10 ms.
func open(t testing.TB, change func(*Config), addrs ...string) *world {
	t.Helper()
	w := &world{feed: make(feed), net: &pooltest.Net{}}
	cfg := Config{
		Service: "greeter", Target: discovery.Target{Scheme: "feed", Service: "greeter"},
		Source: w.feed, Codec: &pooltest.Codec{}, Dial: w.net.Dial,
	}
	if change != nil {
		change(&cfg)
	}
	var err error
	if w.Cluster, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	for _, a := range addrs {
		w.net.Server(a).Latency(10 * time.Millisecond)
	}
	if len(addrs) > 0 {
		w.feed.addrs(addrs...)
		synctest.Wait()
		w.connect()
	}
	return w
}

// connect has every endpoint connected.
func (w *world) connect() {
	for _, p := range w.view.Load().parts {
		p.member.pool.Get()
	}
	synctest.Wait()
}

func request(timeout time.Duration) *onramp.Request {
	now := time.Now()
	req := &onramp.Request{Service: "greeter", Method: "hello", Deadline: now.Add(timeout)}
	req.Attempt.Start = now
	return req
}

// once makes a call of one attempt.
func (w *world) once(ctx context.Context, timeout time.Duration) error {
	_, err := w.RoundTrip(ctx, request(timeout))
	return err
}

// retried makes an idempotent call of at most three attempts, as the retry stage does.
func (w *world) retried(ctx context.Context, timeout time.Duration) (err error) {
	req := request(timeout)
	deadline := req.Deadline
	for left := 3; left > 0 && time.Now().Before(deadline); left-- {
		req.Attempt.Number++
		req.Attempt.Start = time.Now()
		req.Deadline = req.Attempt.Start.Add(deadline.Sub(req.Attempt.Start) / time.Duration(left))
		if _, err = w.RoundTrip(ctx, req); err == nil {
			return nil
		}
	}
	return err
}

// result is one call of a load.
type result struct {
	err  error
	at   time.Duration // since the load began
	took time.Duration
}

// load makes calls at a rate for a while and returns all of them.
func (w *world) load(ctx context.Context, perSecond int, d time.Duration, call func(context.Context, time.Duration) error) []result {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var out []result
	start := time.Now()
	for time.Since(start) < d {
		wg.Go(func() {
			began := time.Now()
			err := call(ctx, time.Second)
			mu.Lock()
			defer mu.Unlock()
			out = append(out, result{err: err, at: began.Sub(start), took: time.Since(began)})
		})
		time.Sleep(time.Second / time.Duration(perSecond))
	}
	wg.Wait()
	return out
}

// noneFailed fails the test when a call failed or took longer than most.
func noneFailed(t *testing.T, results []result, most time.Duration) {
	t.Helper()
	failed, slow := 0, 0
	for _, r := range results {
		if r.err != nil {
			failed++
			t.Logf("at %v after %v: %v", r.at, r.took, r.err)
		}
		if r.took > most {
			slow++
			t.Logf("at %v: took %v", r.at, r.took)
		}
		if failed+slow > 10 {
			break
		}
	}
	if failed > 0 || slow > 0 {
		t.Fatalf("of %d calls %d failed and %d took longer than %v", len(results), failed, slow, most)
	}
}

func (w *world) stateOf(addr string) string {
	for _, e := range w.Status().Endpoints {
		if e.Addr == addr {
			return e.State
		}
	}
	return "unknown"
}

func known(addrs ...string) discovery.Update {
	u := discovery.Update{State: discovery.Known}
	for _, a := range addrs {
		u.Endpoints = append(u.Endpoints, onramp.Endpoint{Addr: a})
	}
	return u
}

// roundRobin has calls come to bad endpoints too, which P2C avoids by itself.
func roundRobin(c *Config) { c.Balancer = balancer.RoundRobin() }
