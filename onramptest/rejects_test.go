package onramptest_test

import (
	"context"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/internal/leak"
)

// broken is an implementation that a suite must reject, and how.
type broken struct {
	// name says what it does wrong.
	name string
	// run calls the suite with it.
	run func(t *testing.T)
	// fails are the checks that must fail, and no others, by their names.
	fails []string
	// alone runs these checks only: it is wrong by chance in others, too.
	alone bool
	// slow takes seconds, because the suite waits that long: not with -short.
	slow bool
	// says is a text that the failures must contain.
	says string
}

// brokenChild is set in a process that runs one broken implementation.
const brokenChild = "ONRAMPTEST_BROKEN"

// rejects runs each broken implementation in a process of its own, because it
// may panic, deadlock or leave goroutines, and wants exactly its checks to fail.
func rejects(t *testing.T, all ...broken) {
	t.Helper()
	if leak.Race && os.Getenv(brokenChild) == "" {
		t.Skip("some two hundred processes would take a minute; they run without the race detector")
	}
	for _, b := range all {
		t.Run(b.name, func(t *testing.T) {
			if os.Getenv(brokenChild) != "" {
				b.run(t)
				return
			}
			if b.slow && testing.Short() {
				t.Skip("it takes seconds")
			}
			t.Parallel()
			b.inChild(t)
		})
	}
}

// inChild runs this very test in a process of its own and judges what it prints.
func (b *broken) inChild(t *testing.T) {
	t.Helper()
	names := slices.Clone(b.fails)
	for i := range names {
		names[i] = strings.ReplaceAll(names[i], " ", "_")
	}
	slices.Sort(names)
	only := ""
	if testing.Short() || b.alone { // ten times faster: that no other check fails is seen without -short
		only = "/^(" + strings.Join(quoted(names), "|") + ")$"
	}
	out := output(t, t.Name(), only)
	failed := failures(out, t.Name())
	if !slices.Equal(failed, names) {
		t.Errorf("these checks failed:\n\t%s\nwant:\n\t%s\n%s", strings.Join(failed, "\n\t"), strings.Join(names, "\n\t"), findings(out))
	} else if !strings.Contains(out, b.says) {
		t.Errorf("the failure does not say %q:\n%s", b.says, findings(out))
	}
}

// findings is a test's output without what went well.
func findings(out string) string {
	var b strings.Builder
	for line := range strings.Lines(out) {
		if t := strings.TrimSpace(line); !strings.HasPrefix(t, "=== ") && !strings.HasPrefix(t, "--- PASS") && !strings.HasPrefix(t, "--- SKIP") {
			b.WriteString(line)
		}
	}
	return b.String()
}

func quoted(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = regexp.QuoteMeta(n)
	}
	return out
}

// output runs one test of this binary, and only some of its subtests, and returns
// what it prints.
func output(t *testing.T, name, only string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	pattern := "^" + strings.ReplaceAll(regexp.QuoteMeta(name), "/", "$/^") + "$" + only
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run="+pattern, "-test.v", "-test.timeout=90s")
	cmd.Env = append(os.Environ(), brokenChild+"="+name)
	out, _ := cmd.CombinedOutput() // it fails, that is what it is for
	if ctx.Err() != nil {
		t.Fatalf("it did not end in two minutes:\n%s", out)
	}
	return string(out)
}

// failures returns the failed subtests that have none below them, without the
// name of the test around them. A check that was running when the process died
// of a panic counts.
func failures(out, test string) []string {
	var all []string
	var running string
	for line := range strings.Lines(out) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "=== RUN "); ok {
			running = strings.TrimSpace(name)
		}
		name, ok := strings.CutPrefix(line, "--- FAIL: ")
		if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
			name, ok = running, true
		}
		name, _, _ = strings.Cut(name, " (")
		if name, below := strings.CutPrefix(name, test+"/"); ok && below {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	return slices.DeleteFunc(all, func(n string) bool {
		return slices.ContainsFunc(all, func(o string) bool { return strings.HasPrefix(o, n+"/") })
	})
}
