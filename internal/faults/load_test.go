//go:build faults && unix

package faults

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/client"
)

// outcome is how one call ended.
type outcome struct {
	id      int64
	method  string
	server  string        // who answered
	at      time.Time     // when it began
	latency time.Duration // from when it was due, so that a stalled client shows
	err     error
}

// load makes calls and keeps what became of each.
type load struct {
	read, write *client.Method[call, answer]
	next        atomic.Int64
	calls       sync.WaitGroup

	mu       sync.Mutex
	outcomes []outcome
	servers  map[string]int // calls answered, by server
}

func newLoad(c *client.Client, opts ...client.MethodOption) *load {
	return &load{
		read:  client.MethodOf[call, answer](c, service+"/"+read, append(opts, client.Idempotent())...),
		write: client.MethodOf[call, answer](c, service+"/"+write, opts...),

		servers: map[string]int{},
	}
}

// one makes one call, which was due at a moment.
func (l *load) one(method string, id int64, hold time.Duration, due time.Time) {
	m := l.read
	if method == write {
		m = l.write
	}
	o := outcome{id: id, method: method, at: time.Now()}
	out, err := m.Call(context.Background(), &call{ID: o.id, Hold: hold})
	if o.err = err; err == nil {
		o.server = out.Server
	}
	o.latency = time.Since(due)
	l.mu.Lock()
	l.outcomes = append(l.outcomes, o)
	l.servers[o.server]++ // "" for those that failed
	l.mu.Unlock()
}

// open begins rate calls a second, the methods in turn, until ctx ends: a slow
// server gets no fewer calls for being slow.
func (l *load) open(ctx context.Context, rate int, methods ...string) {
	begin := time.Now()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for made := 0; ctx.Err() == nil; {
		for due := int(time.Since(begin) * time.Duration(rate) / time.Second); made < due; made++ {
			method, at := methods[made%len(methods)], begin.Add(time.Duration(made)*time.Second/time.Duration(rate))
			l.calls.Go(func() { l.one(method, l.next.Add(1), 0, at) })
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}

// closed makes calls one after the other until ctx ends, the methods in turn.
func (l *load) closed(ctx context.Context, methods ...string) {
	for i := 0; ctx.Err() == nil; i++ {
		l.one(methods[i%len(methods)], l.next.Add(1), 0, time.Now())
	}
}

// crowd has n goroutines run f, and returns when all did.
func crowd(n int, f func()) {
	var all sync.WaitGroup
	for range n {
		all.Go(f)
	}
	all.Wait()
}

// warm has the client connect to every server, and counts what it holds at rest.
func (l *load) warm() census {
	ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
	defer cancel()
	crowd(32, func() { l.closed(ctx, read, write) })
	pause(100 * time.Millisecond) // connections look after themselves again
	return takeCensus()
}

// firstHeld is the first ID of calls that hold makes; the others have lower ones.
const firstHeld = 1 << 40

// hold makes n calls at once whose handlers take a time.
func (l *load) hold(method string, n int, d time.Duration) {
	for range n {
		id := firstHeld + l.next.Add(1)
		l.calls.Go(func() { l.one(method, id, d, time.Now()) })
	}
}

// made returns how many calls have ended.
func (l *load) made() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.outcomes)
}

// answered counts the calls that a server answered.
func (l *load) answered(p *process) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.servers[p.spec.Name]
}

// busiest is the server that answers most, seen for a while: one that the balancer
// does not avoid at this moment.
func (l *load) busiest(procs []*process) *process {
	var before []int
	for _, p := range procs {
		before = append(before, l.answered(p))
	}
	pause(200 * time.Millisecond)
	best, most := procs[0], -1
	for i, p := range procs {
		if n := l.answered(p) - before[i]; n > most {
			best, most = p, n
		}
	}
	return best
}

// results waits for the calls under way and returns all.
func (l *load) results() []outcome {
	l.calls.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.outcomes
}

// failures are the calls that failed, of one method or, without a name, of all.
func failures(calls []outcome, method string) (out []outcome) {
	for i := range calls {
		if calls[i].err != nil && (method == "" || calls[i].method == method) {
			out = append(out, calls[i])
		}
	}
	return out
}

// count returns how many calls of a method were made.
func count(calls []outcome, method string) (n int) {
	for i := range calls {
		if calls[i].method == method {
			n++
		}
	}
	return n
}

// noFailure fails the test when one of the calls did.
func noFailure(t testing.TB, failed []outcome, what string) {
	t.Helper()
	for _, o := range failed[:min(3, len(failed))] {
		t.Logf("%s %d after %v: %v", o.method, o.id, o.latency.Round(time.Millisecond), o.err)
	}
	if len(failed) > 0 {
		t.Errorf("%d %s failed, want 0", len(failed), what)
	}
}

// quantile returns a latency of the calls that began in a span of time. Held calls
// take as long as they ask for.
func quantile(calls []outcome, q float64, from, to time.Time) time.Duration {
	var ds []time.Duration
	for i := range calls {
		if o := &calls[i]; o.id < firstHeld && !o.at.Before(from) && o.at.Before(to) {
			ds = append(ds, o.latency)
		}
	}
	if len(ds) == 0 {
		return 0
	}
	slices.Sort(ds)
	return ds[int(q*float64(len(ds)-1))]
}
