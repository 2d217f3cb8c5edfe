package onramptest

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/balancer"
)

// costChecks are about what a pick costs, each call and each attempt.
func costChecks() []check[*PolicySuite] {
	const of, says = "balancer.Picker.Pick", "it takes no lock, does not wait and allocates nothing"
	return []check[*PolicySuite]{
		{name: "a pick allocates nothing", of: of, says: says,
			do: "compute slices and tables in Build; go build -gcflags=-m says what escapes", run: policyAllocates, outside: true},
		{name: "a pick takes no lock", of: of, says: says,
			do: "keep what changes in atomics, and draw from math/rand/v2, whose functions take no lock", run: policyLocks, outside: true},
		{name: "a pick costs about the same at 1000 endpoints as at 3", of: of, says: says,
			do: "look at a few nodes and not at all of them: draw two, or search a table made in Build", run: policyGrows, outside: true},
	}
}

func policyAllocates(t *checking, s *PolicySuite) {
	for _, weights := range [][]uint32{{1}, {1, 1, 1}, {1, 2, 3}} {
		nodes := policyNodes(weights...)
		picker := s.over(41, nodes)
		for _, tried := range [][]string{nil, {nodes[0].Endpoint.Key()}} {
			req, ctx := policyRequest(0), t.Context()
			req.Attempt.Tried = tried
			if n := allocations(100, func() { _, _ = picker.Pick(ctx, req) }); n >= 1 {
				t.stop("a pick among nodes with the weights %v, of which %q was tried, allocates %.0f times", weights, tried, n)
			}
		}
	}
}

// allocations returns how often f allocates, the least of a few series. Unlike
// testing.AllocsPerRun it may run beside other tests, whose allocations the least
// series has few of.
func allocations(n int, f func()) float64 {
	f() // what is allocated once
	least := -1.0
	for range 5 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range n {
			f()
		}
		runtime.ReadMemStats(&after)
		if each := float64(after.Mallocs-before.Mallocs) / float64(n); least < 0 || each < least {
			least = each
		}
		if least < 1 {
			break
		}
	}
	return least
}

func policyLocks(t *checking, s *PolicySuite) {
	nodes := policyNodes(1, 2, 3, 4)
	picker := s.over(42, nodes)
	at := waitedFor(".pickOften", func(w int) { pickOften(picker, policyRequest(w), 20_000, nodes[0].Endpoint.Key()) })
	if at != "" {
		t.stop("goroutines that pick at once wait for a lock, released at %s", at)
	}
}

// waitedFor has goroutines run f at once, several times, until the runtime's
// profile of contended locks shows one below caller, which f calls. It returns who
// released that; without locks there never is one.
func waitedFor(caller string, f func(w int)) string {
	defer runtime.SetMutexProfileFraction(runtime.SetMutexProfileFraction(1))
	before := contended(caller)
	for range 8 {
		var wg sync.WaitGroup
		begin := make(chan struct{})
		for w := range 4 {
			wg.Go(func() {
				<-begin
				f(w)
			})
		}
		close(begin)
		wg.Wait()
		if at := newlyContended(before, caller); at != "" {
			return at
		}
	}
	return ""
}

// pickOften picks, the second half as a retry. Its name is looked for in stacks.
//
//go:noinline
func pickOften(p balancer.Picker, req *onramp.Request, n int, tried string) {
	for i := range n {
		if i == n/2 {
			req.Attempt.Tried = []string{tried}
		}
		_, _ = p.Pick(context.Background(), req)
	}
}

// contended returns how often goroutines waited for locks below caller, by where
// they were released.
func contended(caller string) map[string]int64 {
	n, _ := runtime.MutexProfile(nil)
	records := make([]runtime.BlockProfileRecord, n+50)
	n, _ = runtime.MutexProfile(records)
	found := map[string]int64{}
	for _, r := range records[:min(n, len(records))] {
		if at := below(r.Stack(), caller); at != "" {
			found[at] += r.Count
		}
	}
	return found
}

func newlyContended(before map[string]int64, caller string) string {
	for at, n := range contended(caller) {
		if n > before[at] {
			return at
		}
	}
	return ""
}

// below returns the function just below one whose name ends with caller, or "". The
// runtime's own locks, which an allocation may wait for, do not count.
func below(stack []uintptr, caller string) string {
	frames := runtime.CallersFrames(stack)
	last := ""
	for {
		f, more := frames.Next()
		switch {
		case last == "" && strings.HasPrefix(f.Function, "runtime."):
			return ""
		case strings.HasSuffix(f.Function, caller):
			return last
		}
		last = f.Function
		if !more {
			return ""
		}
	}
}

// dearer is by how much a pick among 1000 nodes may be dearer than one among 3:
// five times what memory that is not in the cache and a search in a table cost.
const dearer = 10

func policyGrows(t *checking, s *PolicySuite) {
	few, many := s.over(43, equalNodes(3)), s.over(43, equalNodes(1000))
	fast, slow := timed(few), timed(many)
	for range 2 { // the best of three tries of each
		fast, slow = min(fast, timed(few)), min(slow, timed(many))
	}
	ratio := float64(slow) / float64(max(fast, 1))
	t.Logf("a pick among 1000 endpoints costs %.1f times one among 3", ratio)
	if ratio > dearer {
		t.broken("a pick among 1000 endpoints costs %.0f times one among 3, best of three tries; the limit is %d", ratio, dearer)
	}
}

// timed returns how long 5000 picks take.
func timed(p balancer.Picker) time.Duration {
	req := policyRequest(1)
	pickOften(p, req, 5000, "gone:1")
	begin := time.Now()
	pickOften(p, req, 5000, "gone:1")
	return time.Since(begin)
}
