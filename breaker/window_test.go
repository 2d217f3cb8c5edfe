package breaker

import (
	"sync"
	"testing"
	"time"
)

func TestWindowForgetsByTenths(t *testing.T) {
	start := time.Now()
	w := newWindow(10*time.Second, start)
	for i := range 10 {
		at := start.Add(time.Duration(i) * time.Second)
		w.success(at)
		w.failure(at)
	}
	for after, want := range map[time.Duration]int{
		9 * time.Second: 10, 9999 * time.Millisecond: 10, 10 * time.Second: 9, 15 * time.Second: 4, 18 * time.Second: 1, 19 * time.Second: 0, time.Hour: 0,
	} {
		if s, f := w.sums(start.Add(after)); s != want || f != want {
			t.Errorf("after %v: %d and %d, want %d each", after, s, f, want)
		}
	}
}

func TestWindowCountsEverythingThatManyGoroutinesAdd(t *testing.T) {
	start := time.Now()
	w := newWindow(10*time.Second, start)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 5000 {
				w.success(start.Add(3 * time.Second))
			}
		})
	}
	wg.Wait()
	if s, _ := w.sums(start.Add(3 * time.Second)); s != 40_000 {
		t.Errorf("counted %d, want 40000", s)
	}
}

func TestWindowDropsWhatIsOlderThanItHolds(t *testing.T) {
	start := time.Now()
	w := newWindow(time.Second, start)
	now := start.Add(time.Minute)
	w.success(now)
	w.success(now.Add(-1600 * time.Millisecond)) // the same slot of the ring, sixteen buckets ago
	w.success(start.Add(-time.Hour))             // before there was a window
	if s, _ := w.sums(now); s != 1 {
		t.Errorf("counted %d, want 1", s)
	}
}

func TestStripesAreAPowerOfTwo(t *testing.T) {
	n := len(newWindow(time.Second, time.Now()).stripes)
	if n < 1 || n > maxStripes || n&(n-1) != 0 {
		t.Errorf("%d stripes", n)
	}
}
