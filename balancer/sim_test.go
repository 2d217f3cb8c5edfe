package balancer

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/internal/leak"
)

// fleet plays the servers behind a picker in virtual time.
type fleet struct {
	t      *testing.T
	picker Picker
	nodes  []*Node
	// serve says how a call to a node that begins now will end.
	serve func(node int, r *rand.Rand) (time.Duration, onramp.Code)

	mu     sync.Mutex
	random *rand.Rand
	index  map[*Node]int
	calls  []int // picks per node since the last reset
}

func newFleet(t *testing.T, seed uint64, nodes []*Node, p Policy, serve func(int, *rand.Rand) (time.Duration, onramp.Code)) *fleet {
	f := &fleet{t: t, nodes: nodes, picker: p.Build(nodes), serve: serve, index: map[*Node]int{}}
	f.random = rand.New(rand.NewPCG(seed, 1))
	f.calls = make([]int, len(nodes))
	for i, n := range nodes {
		f.index[n] = i
	}
	return f
}

// call makes one call and waits for its answer.
func (f *fleet) call() {
	req := request()
	n := pick(f.t, f.picker, req)
	n.Begin()
	f.mu.Lock()
	i := f.index[n]
	f.calls[i]++
	takes, code := f.serve(i, f.random)
	f.mu.Unlock()
	time.Sleep(takes)
	end := time.Now()
	n.Done(onramp.Outcome{Code: code, Latency: end.Sub(req.Started()), At: end})
}

// open calls at a fixed rate, whatever the answers do.
func (f *fleet) open(rate int, d time.Duration) {
	var wg sync.WaitGroup
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(time.Second / time.Duration(rate)) {
		wg.Go(f.call)
	}
	wg.Wait()
}

// closed calls by a number of workers, each of which waits for its answer.
func (f *fleet) closed(workers int, d time.Duration) {
	var wg sync.WaitGroup
	var stop atomic.Bool
	for range workers {
		wg.Go(func() {
			for !stop.Load() {
				f.call()
				time.Sleep(time.Microsecond) // the caller's own work
			}
		})
	}
	time.Sleep(d)
	stop.Store(true)
	wg.Wait()
}

// share returns the part of the calls that went to a node since the last time.
func (f *fleet) share(node int) float64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	total := 0
	for _, c := range f.calls {
		total += c
	}
	s := float64(f.calls[node]) / float64(total)
	clear(f.calls)
	return s
}

// noisy is around mean: uniform between half and one and a half, and one answer
// in a hundred takes five times as long.
func noisy(r *rand.Rand, mean time.Duration) time.Duration {
	d := time.Duration((0.5 + r.Float64()) * float64(mean))
	if r.IntN(100) == 0 {
		d *= 5
	}
	return d
}

// steady is around mean, without outliers.
func steady(r *rand.Rand, mean time.Duration) time.Duration {
	return time.Duration((0.9 + 0.2*r.Float64()) * float64(mean))
}

// load is a way to call a fleet, with the sizes of fleet it is tried on.
type load struct {
	name  string
	sizes []int
	seeds int
	crowd bool
	run   func(*fleet, time.Duration)
}

// brief leaves a short run, and one under the race detector, one size and one
// seed of a load, and no crowd.
func (l load) brief(t *testing.T) load {
	if testing.Short() || leak.Race {
		if l.crowd {
			t.Skip("millions of steps")
		}
		l.sizes, l.seeds = l.sizes[:1], 1
	}
	return l
}

var loads = []load{
	{"open loop at 1000 a second", []int{3, 2, 10}, 1, false, func(f *fleet, d time.Duration) { f.open(1000, d) }},
	{"open loop at 20 a second", []int{10, 2, 3}, 4, false, func(f *fleet, d time.Duration) { f.open(20, d) }},
	{"closed loop of 1", []int{2, 3, 10}, 4, false, func(f *fleet, d time.Duration) { f.closed(1, d) }},
	{"closed loop of 8", []int{2, 4}, 2, false, func(f *fleet, d time.Duration) { f.closed(8, d) }},
	{"closed loop of 64", []int{3}, 1, true, func(f *fleet, d time.Duration) { f.closed(64, d) }},
}

// simulate runs test in a bubble of virtual time for each load, size and seed.
func simulate(t *testing.T, test func(t *testing.T, nodes int, seed uint64, run func(*fleet, time.Duration))) {
	for _, l := range loads {
		t.Run(l.name, func(t *testing.T) {
			l := l.brief(t)
			for _, n := range l.sizes {
				for seed := range l.seeds {
					synctest.Test(t, func(t *testing.T) { test(t, n, uint64(seed), l.run) })
				}
			}
		})
	}
}

func TestP2CGivesANodeTenTimesSlowerLessThanATenth(t *testing.T) {
	simulate(t, func(t *testing.T, n int, seed uint64, run func(*fleet, time.Duration)) {
		f := newFleet(t, seed, weighing(make([]uint32, n)...), P2C(Seed(seed)), func(node int, r *rand.Rand) (time.Duration, onramp.Code) {
			if node == 0 {
				return noisy(r, 100*time.Millisecond), onramp.OK
			}
			return noisy(r, 10*time.Millisecond), onramp.OK
		})
		run(f, 5*time.Second)
		first := f.share(0)
		run(f, 15*time.Second)
		later := f.share(0)
		t.Logf("%d nodes, seed %d: the slow one got %.2f %% in the first 5 s, %.2f %% in the next 15 s", n, seed, 100*first, 100*later)
		if first > 0.10 || later > 0.10 {
			t.Errorf("want at most 10 %%")
		}
	})
}

func TestP2CLeavesANodeThatBecomesSlowWithinFiveSeconds(t *testing.T) {
	simulate(t, func(t *testing.T, n int, seed uint64, run func(*fleet, time.Duration)) {
		begin := time.Now()
		f := newFleet(t, seed, weighing(make([]uint32, n)...), P2C(Seed(seed)), func(node int, r *rand.Rand) (time.Duration, onramp.Code) {
			if at := time.Since(begin); node == 0 && at > 10*time.Second && at < 20*time.Second {
				return noisy(r, 100*time.Millisecond), onramp.OK
			}
			return noisy(r, 10*time.Millisecond), onramp.OK
		})
		run(f, 10*time.Second)
		before := f.share(0)
		run(f, 5*time.Second)
		within := f.share(0)
		run(f, 5*time.Second)
		slow := f.share(0)
		run(f, 11*time.Second)
		f.share(0)
		run(f, 20*time.Second)
		after := f.share(0)
		t.Logf("%d nodes, seed %d: share %.1f %% while healthy, %.2f %% in the first 5 s of being slow, %.2f %% later, %.1f %% from 11 s after it is well", n, seed, 100*before, 100*within, 100*slow, 100*after)
		if within > 0.10 || slow > 0.10 {
			t.Errorf("want at most 10 %% while slow")
		}
		if fair := 1 / float64(n); after < fair/3 {
			t.Errorf("it got %.1f %% after it recovered, want at least a third of its fair share %.1f %%", 100*after, 100*fair)
		}
	})
}

func TestP2CDoesNotPreferANodeThatFailsInstantly(t *testing.T) {
	simulate(t, func(t *testing.T, n int, seed uint64, run func(*fleet, time.Duration)) {
		f := newFleet(t, seed, weighing(make([]uint32, n)...), P2C(Seed(seed)), func(node int, r *rand.Rand) (time.Duration, onramp.Code) {
			if node == 0 {
				return 0, onramp.Unavailable
			}
			return noisy(r, 10*time.Millisecond), onramp.OK
		})
		run(f, 5*time.Second)
		first := f.share(0)
		run(f, 15*time.Second)
		later := f.share(0)
		t.Logf("%d nodes, seed %d: the failing one got %.2f %% in the first 5 s, %.2f %% in the next 15 s, fair is %.1f %%", n, seed, 100*first, 100*later, 100/float64(n))
		if fair := 1 / float64(n); first > fair || later > fair {
			t.Errorf("want at most its fair share")
		}
	})
}

func TestP2CLeavesANodeThatBeginsToFailInstantly(t *testing.T) {
	simulate(t, func(t *testing.T, n int, seed uint64, run func(*fleet, time.Duration)) {
		begin := time.Now()
		f := newFleet(t, seed, weighing(make([]uint32, n)...), P2C(Seed(seed)), func(node int, r *rand.Rand) (time.Duration, onramp.Code) {
			if at := time.Since(begin); node == 0 && at > 10*time.Second && at < 20*time.Second {
				return 0, onramp.Internal
			}
			return steady(r, 10*time.Millisecond), onramp.OK
		})
		run(f, 10*time.Second)
		f.share(0)
		run(f, 10*time.Second)
		failing := f.share(0)
		run(f, 11*time.Second)
		f.share(0)
		run(f, 20*time.Second)
		after := f.share(0)
		t.Logf("%d nodes, seed %d: %.2f %% while failing, %.1f %% when well again", n, seed, 100*failing, 100*after)
		if fair := 1 / float64(n); failing > fair/2 || after < fair/3 {
			t.Errorf("want at most half of its fair share %.1f %% while failing, at least a third afterwards", 100*fair)
		}
	})
}

// With every node failing now and then, latency must still decide.
func TestP2CSeesTheSlowNodeAmongFailures(t *testing.T) {
	simulate(t, func(t *testing.T, n int, seed uint64, run func(*fleet, time.Duration)) {
		f := newFleet(t, seed, weighing(make([]uint32, n)...), P2C(Seed(seed)), func(node int, r *rand.Rand) (time.Duration, onramp.Code) {
			mean, code := 10*time.Millisecond, onramp.OK
			if node == 0 {
				mean *= 10
			}
			if r.IntN(50) == 0 {
				code = onramp.Internal
			}
			return noisy(r, mean), code
		})
		run(f, 20*time.Second)
		s := f.share(0)
		t.Logf("%d nodes, seed %d: 2 %% of all calls fail, the slow node got %.2f %%", n, seed, 100*s)
		if s > 0.10 {
			t.Errorf("want at most 10 %%")
		}
	})
}

func TestP2CSharesEvenlyAmongEqualNodes(t *testing.T) {
	simulate(t, func(t *testing.T, n int, seed uint64, run func(*fleet, time.Duration)) {
		f := newFleet(t, seed, weighing(make([]uint32, n)...), P2C(Seed(seed)), func(_ int, r *rand.Rand) (time.Duration, onramp.Code) {
			return steady(r, 10*time.Millisecond), onramp.OK
		})
		run(f, 20*time.Second)
		s, fair := f.share(0), 1/float64(n)
		t.Logf("%d nodes, seed %d: %.2f %%, fair is %.2f %%", n, seed, 100*s, 100*fair)
		if s < 0.7*fair || s > 1.3*fair {
			t.Errorf("want within 30 %% of the fair share")
		}
	})
}

func TestP2CRespectsWeights(t *testing.T) {
	for _, weights := range [][]uint32{{3, 1}, {6, 1, 1}, {6, 1, 2, 0, 3}} {
		var total float64
		for _, w := range weights {
			total += float64(max(w, 1))
		}
		want := float64(weights[0]) / total
		for _, l := range loads {
			t.Run(l.name, func(t *testing.T) {
				l := l.brief(t)
				synctest.Test(t, func(t *testing.T) {
					f := newFleet(t, 1, weighing(weights...), P2C(Seed(1)), func(_ int, r *rand.Rand) (time.Duration, onramp.Code) {
						return steady(r, 10*time.Millisecond), onramp.OK
					})
					l.run(f, 15*time.Second)
					got := f.share(0)
					t.Logf("weights %v: the first node got %.1f %%, want %.1f %%", weights, 100*got, 100*want)
					if got < want-0.05 || got > want+0.05 {
						t.Errorf("want within 5 points")
					}
				})
			})
		}
	}
}

func TestP2CLeavesAHeavyNodeThatIsSlow(t *testing.T) {
	for _, l := range loads {
		t.Run(l.name, func(t *testing.T) {
			l := l.brief(t)
			synctest.Test(t, func(t *testing.T) {
				f := newFleet(t, 1, weighing(4, 1, 1), P2C(Seed(1)), func(node int, r *rand.Rand) (time.Duration, onramp.Code) {
					if node == 0 {
						return noisy(r, 100*time.Millisecond), onramp.OK
					}
					return noisy(r, 10*time.Millisecond), onramp.OK
				})
				l.run(f, 5*time.Second)
				s := f.share(0)
				t.Logf("the slow node, which has two thirds of the weight, got %.2f %%", 100*s)
				if s > 0.10 {
					t.Errorf("want at most 10 %%")
				}
			})
		})
	}
}
