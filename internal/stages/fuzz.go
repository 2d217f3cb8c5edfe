package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"
)

// startUp is what a target takes before it fuzzes: linking it, and running what is
// known already.
const startUp = 3 * time.Second

// fuzzAll runs every fuzz target of the module for d, or for less when all of them
// would take longer than total, two at a time when there are two cores.
func fuzzAll(d, total time.Duration) func(context.Context, *job) error {
	return func(ctx context.Context, j *job) error {
		targets, err := j.project.findTests(ctx, "", "./...", regexp.MustCompile(`^Fuzz[A-Z_]`))
		if err != nil {
			return err
		}
		if len(targets) == 0 {
			return errors.New("no fuzz target was found: every decoder of foreign bytes needs one")
		}
		atOnce := min(2, runtime.NumCPU())
		each := share(d, total, len(targets), atOnce)
		j.sayf("%d fuzz targets, %s each, %d at a time", len(targets), each, atOnce)
		return j.fuzz(ctx, targets, each, atOnce)
	}
}

// share returns how long each of n targets may run, at most d and at least a second,
// so that all of them end within total.
func share(d, total time.Duration, n, atOnce int) time.Duration {
	each := total*time.Duration(atOnce)/time.Duration(n) - startUp
	return min(d, max(each.Truncate(100*time.Millisecond), time.Second))
}

// fuzz works through the targets and joins their errors.
func (j *job) fuzz(ctx context.Context, targets []testFunc, d time.Duration, atOnce int) error {
	next := make(chan testFunc)
	errs := make([]error, atOnce)
	var wg sync.WaitGroup
	for i := range atOnce {
		wg.Go(func() {
			for t := range next {
				errs[i] = errors.Join(errs[i], j.fuzzOne(ctx, t, d, max(1, runtime.NumCPU()/atOnce)))
			}
		})
	}
	for _, t := range targets {
		next <- t
	}
	close(next)
	wg.Wait()
	return errors.Join(errs...)
}

// fuzzOne runs one target, and once more when only its clock ran out. An input that
// is interesting is made smaller by ten runs and no more: without that bound the go
// command spends a minute on each, which is the whole time there is.
func (j *job) fuzzOne(ctx context.Context, t testFunc, d time.Duration, workers int) error {
	args := []string{"go", "test", "-vet=off", "-run=^$", "-fuzz=^" + t.name + "$", "-fuzztime=" + d.String(), "-fuzzminimizetime=10x", "-parallel=" + strconv.Itoa(workers), t.pkg}
	out := newTail(30)
	err := j.run(ctx, command{args: args, copy: out, quiet: true})
	if err != nil && ctx.Err() == nil && onlyTheClock(out.lines()) {
		j.sayf("%s: the fuzzing clock ran out inside the go command, once more", t.name)
		out = newTail(30)
		err = j.run(ctx, command{args: args, copy: out, quiet: true})
	}
	if err != nil {
		j.sayf("%s\nFAIL\t%s\t%s", strings.Join(out.lines(), "\n"), t.pkg, t.name)
		if strings.Contains(strings.Join(out.lines(), "\n"), "Failing input written") {
			err = errors.New("an input that fails was written to its testdata/fuzz: keep it there as a test")
		}
		return fmt.Errorf("%s in %s: %w", t.name, t.pkg, err)
	}
	j.sayf("ok  \t%s\t%s\t%s", t.pkg, t.name, executions(out.lines()))
	return nil
}

// onlyTheClock recognises a fault of go test -fuzztime before Go 1.27
// (go.dev/issue/75804): at the end of the time the run fails with the bare error
// of its own context. An input that fails is always written to a file.
func onlyTheClock(lines []string) bool {
	all := strings.Join(lines, "\n")
	return strings.Contains(all, "    context deadline exceeded") &&
		!strings.Contains(all, "Failing input") && !strings.Contains(all, "failure while")
}

// executions returns the count of the last progress line, "execs: 1234". A machine
// with much else to do may have had no time for more than what is known already.
func executions(lines []string) string {
	for i := len(lines) - 1; i >= 0; i-- {
		if _, rest, ok := strings.Cut(lines[i], "execs: "); ok {
			n, _, _ := strings.Cut(rest, " ")
			return n + " executions"
		}
	}
	for i := len(lines) - 1; i >= 0; i-- {
		if _, known, ok := strings.Cut(lines[i], "gathering baseline coverage: "); ok {
			return "time for known inputs only: " + known
		}
	}
	return "no progress was printed"
}
