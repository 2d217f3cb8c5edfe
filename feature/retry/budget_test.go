package retry

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/feature"
	"github.com/onrampmesh/onramp/policy"
	"pgregory.net/rapid"
)

func TestABrokenServiceGetsAtMostAFifthMoreAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := New(Config{Policy: policy.Default().Retry})
		var attempts atomic.Int64
		s := &script{answers: []error{failed(onramp.Unavailable, onramp.Remote)}}
		next := func(h onramp.Handler) onramp.Handler {
			return func(ctx ctx, req *onramp.Request) (*onramp.Response, error) { attempts.Add(1); return h(ctx, req) }
		}(s.do)
		a, b := chain(u, policy.Default(), true, feature.Enforce, next), chain(u, policy.Default(), true, feature.Enforce, next)
		var wg sync.WaitGroup
		const calls = 10000 // 1000 a second for 10 s, over two methods
		for i := range calls {
			h := a
			if i%2 == 1 {
				h = b
			}
			wg.Go(func() { call(h, time.Second) })
			time.Sleep(time.Millisecond)
		}
		wg.Wait()
		if got := attempts.Load(); got > calls*12/10+100 || got < calls*11/10 {
			t.Errorf("%d attempts for %d calls, want more than %d and at most %d", got, calls, calls*11/10, calls*12/10+100)
		}
		if u.Stats().Refused == 0 {
			t.Error("the budget refused nothing")
		}
	})
}

type ctx = context.Context

// In any 10 seconds, whatever the pattern of calls: no more retries than a fifth
// of the calls of about those 10 seconds, and 100.
func TestTheBudgetHoldsInEveryWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := NewBudget(policy.Default().Retry)
		req := &onramp.Request{}
		var calls, retries []time.Duration
		now := time.Duration(0)
		for range rapid.IntRange(1, 60).Draw(t, "bursts") {
			now += time.Duration(rapid.IntRange(0, 4000).Draw(t, "pause")) * time.Millisecond
			for range rapid.IntRange(0, 200).Draw(t, "calls") {
				b.Earn(req, b.epoch.Add(now))
				calls = append(calls, now)
			}
			for range rapid.IntRange(0, 200).Draw(t, "wanted") {
				if b.Spend(b.epoch.Add(now)) {
					retries = append(retries, now)
				}
			}
		}
		for i, end := range retries {
			spent, made := 0, 0
			for _, r := range retries[:i+1] {
				if r > end-window {
					spent++
				}
			}
			for _, c := range calls {
				if c > end-window && c <= end {
					made++
				}
			}
			if float64(spent) > 0.2*float64(made)+100 {
				t.Fatalf("%d retries for %d calls in the 10 s before %v", spent, made, end)
			}
		}
	})
}

func TestReconfigureKeepsWhatWasSpent(t *testing.T) {
	p := resolved(t, policy.Service{Retry: policy.Retry{BudgetPercent: 0.001, BudgetPerSecond: 1}})
	u := New(Config{Policy: p.Retry})
	now := time.Now()
	for u.Budget().Spend(now) {
	}
	for range 1000 {
		u.Reconfigure(p)
		if u.Budget().Spend(now) {
			t.Fatal("a new policy refilled the budget")
		}
	}
	more := resolved(t, policy.Service{Retry: policy.Retry{BudgetPerSecond: 2}})
	u.Reconfigure(more)
	if left := u.Budget().Left(now); left != 10 {
		t.Errorf("%d retries are left of 20 after 10 were spent", left)
	}
}

func TestADryBudgetLeavesTheOnlyAttemptAllTheTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := New(Config{Policy: policy.Default().Retry})
		for u.Budget().Spend(time.Now()) {
		}
		s := &script{answers: []error{nil}, took: 800 * time.Millisecond}
		h := chain(u, policy.Default(), true, feature.Enforce, s.do)
		if _, err := call(h, time.Second); err != nil {
			t.Errorf("a slow call failed while no retry was possible: %v", err)
		}
	})
}

func TestWaitingForAnEndpointCostsNoBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := New(Config{Policy: policy.Default().Retry})
		for u.Budget().Spend(time.Now()) {
		}
		time.Sleep(drought) // long enough for attempts to be cut short again
		tries := 0
		h := chain(u, policy.Default(), true, feature.Enforce, func(_ ctx, req *onramp.Request) (*onramp.Response, error) {
			tries++
			time.Sleep(time.Until(req.Deadline))
			return nil, onramp.NewError(onramp.DeadlineExceeded, onramp.Local, "no endpoint")
		})
		begin := time.Now()
		if _, err := call(h, 900*time.Millisecond); err == nil || tries != 3 || time.Since(begin) != 900*time.Millisecond {
			t.Errorf("%d attempts in %v: %v", tries, time.Since(begin), err)
		}
	})
}

func TestTheBudgetIsExactForManyGoroutines(t *testing.T) {
	b := NewBudget(policy.Default().Retry)
	now := b.epoch.Add(time.Second)
	var wg sync.WaitGroup
	var paid atomic.Int64
	for range 8 {
		wg.Go(func() {
			req := &onramp.Request{}
			for range 1000 {
				b.Earn(req, now)
			}
		})
	}
	wg.Wait()
	for range 8 {
		wg.Go(func() {
			for range 1000 {
				if b.Spend(now) {
					paid.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if paid.Load() != 1700 {
		t.Errorf("%d retries were paid for 8000 calls, want 1700", paid.Load())
	}
}

func BenchmarkNoFailure(b *testing.B) {
	resp := &onramp.Response{}
	h := chain(New(Config{Policy: policy.Default().Retry}), policy.Default(), true, feature.Enforce, func(ctx, *onramp.Request) (*onramp.Response, error) { return resp, nil })
	now := time.Now()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		req := &onramp.Request{Deadline: now.Add(time.Hour)}
		req.Attempt.Number, req.Attempt.Start = 1, now
		for pb.Next() {
			_, _ = h(b.Context(), req)
		}
	})
}

func BenchmarkSpendRefused(b *testing.B) {
	budget := NewBudget(policy.Default().Retry)
	now := time.Now()
	for budget.Spend(now) {
	}
	b.ReportAllocs()
	for b.Loop() {
		budget.Spend(now)
	}
}
