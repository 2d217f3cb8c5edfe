package main

import (
	"context"
	"io"
	"net"
	"slices"
	"testing"
	"time"
)

func TestOnlyTheWantedExitStatusPasses(t *testing.T) {
	p, _ := testProject(t)
	j := testJob(t, p)
	for role, ok := range map[string]bool{"0": false, "1": true, "2": false} {
		c := as(t, role)
		c.exit = 1
		if err := j.run(t.Context(), c); (err == nil) != ok {
			t.Errorf("exit status %s when 1 is wanted: %v", role, err)
		}
	}
}

// Both processes of the group ignore the request to end.
func TestInterruptKillsTheWholeGroup(t *testing.T) {
	p, out := testProject(t)
	ln := listen(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	held := make(chan net.Conn, 1)
	go func() {
		held <- accept(ln)
		cancel()
	}()
	long := stage{name: "long", budget: time.Minute, run: func(ctx context.Context, j *job) error {
		return j.run(ctx, as(t, "parent", dialVar+"="+ln.Addr().String()))
	}}
	results := p.runAll(ctx, []stage{long, {name: "never"}})
	if len(results) != 1 {
		t.Errorf("%d stages ran, want only the first", len(results))
	}
	if code := report(ctx, out, results); code != 130 {
		t.Errorf("exit status %d, want 130", code)
	}
	_ = ln.Close()
	waitForEnd(t, <-held)
}

func TestChildThatIsLeftBehindIsKilled(t *testing.T) {
	p, _ := testProject(t)
	ln := listen(t)
	held := make(chan net.Conn, 1)
	go func() { held <- accept(ln) }()
	if err := testJob(t, p).run(t.Context(), as(t, "leave", dialVar+"="+ln.Addr().String())); err != nil {
		t.Error(err)
	}
	_ = ln.Close()
	waitForEnd(t, <-held)
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	return ln
}

// accept returns nil when the listener was closed.
func accept(ln net.Listener) net.Conn {
	c, err := ln.Accept()
	if err != nil {
		return nil
	}
	return c
}

// waitForEnd returns when the process at the other end is gone: only its death
// closes the connection.
func waitForEnd(t *testing.T, c net.Conn) {
	t.Helper()
	if c == nil {
		t.Fatal("the process never connected")
	}
	_, _ = io.Copy(io.Discard, c)
	_ = c.Close()
}

func TestTailKeepsTheLastLines(t *testing.T) {
	tl := newTail(2)
	for _, s := range []string{"one\ntw", "o\nthree\n", "rest"} {
		if _, err := tl.Write([]byte(s)); err != nil {
			t.Fatal(err)
		}
	}
	if got := tl.lines(); !slices.Equal(got, []string{"two", "three", "rest"}) {
		t.Errorf("got %q", got)
	}
}
