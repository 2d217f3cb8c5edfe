package onramptest

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const (
	// patience is how long a check may take in virtual time before it counts as stuck.
	patience = 5 * time.Minute
	// realPatience is the same in real time, for what stops virtual time: a goroutine
	// that waits for a lock whose holder waits for something else.
	realPatience = time.Minute
)

// check is one sentence of a contract and the subtest that holds an
// implementation to it. S is what the suite gives to each of its checks.
type check[S any] struct {
	name string // of the subtest: a sentence
	of   string // whose contract it is, "codec.Conn.RoundTrip"
	says string // the contract's words
	do   string // what the author of a failing implementation does
	run  func(t *checking, s S)
	// outside runs it on real time, outside a bubble.
	outside bool
}

// checking is the *testing.T of one check.
type checking struct {
	*testing.T
	of, says, do string
}

// runChecks runs each check as a subtest with virtual time.
func runChecks[S any](t *testing.T, s S, all []check[S]) {
	t.Helper()
	for _, c := range all {
		t.Run(c.name, func(t *testing.T) {
			t.Helper()
			k := &checking{t, c.of, c.says, c.do}
			if c.outside {
				c.run(k, s)
				return
			}
			k.inBubble(func(k *checking) { c.run(k, s) })
		})
	}
}

// broken fails the check: the contract, what was seen, and what to do.
func (t *checking) broken(format string, args ...any) { //nolint:goprintffuncname // it reads as what was found
	t.Helper()
	t.Errorf("%s: %q\n    seen: %s\n    do:   %s", t.of, t.says, fmt.Sprintf(format, args...), t.do)
}

// stop is broken, and ends the check.
func (t *checking) stop(format string, args ...any) { //nolint:goprintffuncname // as broken
	t.Helper()
	t.broken(format, args...)
	t.FailNow()
}

// inBubble runs body with virtual time. Body must end, and leave no goroutine.
func (t *checking) inBubble(body func(*checking)) {
	t.Helper()
	stuck := time.AfterFunc(realPatience, func() {
		panic(fmt.Sprintf("onramptest: the check %q has not ended after %v: a lock is held by who waits for something else, or a loop has no end; see the goroutines in the bubble", t.Name(), realPatience))
	})
	defer stuck.Stop()
	defer func() {
		t.Helper()
		if v := recover(); v != nil && !t.Failed() { // that goroutines are left is told once
			t.broken("%v", v)
		}
	}()
	synctest.Test(t.T, func(inner *testing.T) {
		inner.Helper()
		k := &checking{inner, t.of, t.says, t.do}
		done := make(chan struct{})
		go func() {
			defer close(done)
			body(k)
		}()
		select {
		case <-done:
			synctest.Wait()
			if !k.Failed() { // a check that was stopped has not closed everything
				k.noneLeft()
			}
		case <-time.After(patience):
			k.broken("after %v of virtual time the check has not ended: something waits and does not end\n%s", patience, strings.Join(bubbleStacks(), "\n\n"))
		}
	})
}

// noneLeft wants no goroutine in the bubble beside the caller.
func (t *checking) noneLeft() {
	t.Helper()
	if left := bubbleStacks(); len(left) > 0 {
		t.broken("%d goroutines are left when everything is closed\n%s", len(left), strings.Join(left, "\n\n"))
	}
}

// bubbleStacks returns the stacks of the bubble's goroutines, without those of
// the caller and of package testing.
func bubbleStacks() []string {
	buf := make([]byte, 64<<10)
	n := runtime.Stack(buf, true)
	for ; n == len(buf) && n < 16<<20; n = runtime.Stack(buf, true) {
		buf = make([]byte, 2*len(buf))
	}
	all := strings.Split(strings.TrimSpace(string(buf[:n])), "\n\n") // the caller's is the first
	_, mine, ok := strings.Cut(strings.SplitN(all[0], "\n", 2)[0], "synctest bubble ")
	var out []string
	for _, s := range all[1:] {
		header, _, _ := strings.Cut(s, "\n")
		if ok && strings.HasSuffix(header, "synctest bubble "+mine) && !strings.Contains(s, "\ntesting/synctest.testingSynctestTest(") && !strings.Contains(s, "\ninternal/synctest.Run(") {
			out = append(out, s)
		}
	}
	return out
}

// runGround is runChecks for checks that all others build on. It stops at the
// first that fails.
func runGround[S any](t *testing.T, s S, all []check[S]) bool {
	t.Helper()
	for _, c := range all {
		if runChecks(t, s, []check[S]{c}); t.Failed() {
			return false
		}
	}
	return true
}
