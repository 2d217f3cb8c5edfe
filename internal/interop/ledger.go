package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// ledger is what became of numbered calls.
type ledger struct {
	mu     sync.Mutex
	next   int
	ok     map[string]bool
	failed map[string]int // by class
	change chan struct{}
}

func newLedger() *ledger {
	return &ledger{ok: map[string]bool{}, failed: map[string]int{}, change: make(chan struct{})}
}

func (l *ledger) number() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next++
	return l.next
}

// book notes the end of a call: an empty class is success.
func (l *ledger) book(n int, class string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if class == "" {
		l.ok[strconv.Itoa(n)] = true
	} else {
		l.failed[class]++
	}
	close(l.change)
	l.change = make(chan struct{})
}

func (l *ledger) counts() (ok, failed int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, n := range l.failed {
		failed += n
	}
	return len(l.ok), failed
}

// await waits until so many calls have succeeded and failed.
func (l *ledger) await(ctx context.Context, ok, failed int) error {
	for {
		l.mu.Lock()
		change := l.change
		l.mu.Unlock()
		a, b := l.counts()
		if a >= ok && b >= failed {
			return nil
		}
		select {
		case <-change:
		case <-ctx.Done():
			return fmt.Errorf("%d calls succeeded and %d failed (%s), want %d and %d: %w", a, b, l, ok, failed, ctx.Err())
		}
	}
}

// String lists the failures, "2 unavailable/wire".
func (l *ledger) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var parts []string
	for _, class := range slices.Sorted(maps.Keys(l.failed)) {
		parts = append(parts, fmt.Sprintf("%d %s", l.failed[class], class))
	}
	return strings.Join(parts, ", ")
}

// only says which failures are of none of the classes.
func (l *ledger) only(classes ...string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for class, n := range l.failed {
		if !slices.Contains(classes, class) {
			return fmt.Errorf("%d calls failed with %s, want only %s", n, class, strings.Join(classes, ", "))
		}
	}
	return nil
}
