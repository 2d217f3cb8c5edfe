package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A stage is one named check. Its time is a figure and not a verdict: only
// killAfter times the budget ends it and makes it fail.
type stage struct {
	name string
	// group is the name that runs it together with others: "test" or "soak".
	group string
	// does says in a few words what the stage checks.
	does   string
	budget time.Duration
	// tools are programs that are built before the clock starts.
	tools []tool
	// packages are programs that are installed before the clock starts.
	packages []debian
	run      func(ctx context.Context, j *job) error
}

// killAfter times its budget is when a stage is taken to hang.
const killAfter = 5

// errNotRun is wrapped by a stage that this machine cannot run. It is printed
// and counts neither as passed nor as failed.
var errNotRun = errors.New("not run")

// result is how a stage ended.
type result struct {
	stage stage
	took  time.Duration
	err   error
	// tail is the end of its output, and log the file with all of it.
	tail []string
	log  string
}

// failed leaves out a stage that this machine cannot run.
func (r result) failed() bool { return r.err != nil && !errors.Is(r.err, errNotRun) }

// verdict returns "ok", "ok, over budget", "not run: WHY" or "FAILED: WHY".
func (r result) verdict() string {
	switch {
	case r.failed():
		return "FAILED: " + r.err.Error()
	case r.err != nil:
		return r.err.Error()
	case r.took > r.stage.budget:
		return "ok, over budget"
	}
	return "ok"
}

// runAll runs the stages in order, also after one failed, until ctx ends.
func (p *project) runAll(ctx context.Context, stages []stage) []result {
	var out []result
	for _, s := range stages {
		if ctx.Err() != nil {
			break
		}
		out = append(out, p.runStage(ctx, s))
	}
	return out
}

func (p *project) runStage(ctx context.Context, s stage) result {
	fmt.Fprintf(p.out, "\n== %s: %s\n", s.name, s.does)
	j, err := p.newJob(s.name)
	if err != nil {
		return result{stage: s, err: err}
	}
	defer j.close()
	r := result{stage: s, log: j.path}
	if r.err = j.ready(ctx, s); r.err == nil {
		begin := time.Now()
		r.err = bounded(ctx, s, j)
		r.took = time.Since(begin)
	}
	r.tail = j.tail.lines()
	printEnd(p.out, r, j.hidden.lines())
	return r
}

// ready gets what the stage needs.
func (j *job) ready(ctx context.Context, s stage) error {
	if len(s.packages) > 0 {
		if err := asRoot(s.name); err != nil {
			return err
		}
	}
	if err := j.prepare(ctx, s.tools); err != nil {
		return err
	}
	return j.install(ctx, s.packages)
}

// bounded runs the stage and ends it when it takes killAfter times its budget.
func bounded(ctx context.Context, s stage, j *job) error {
	limit := killAfter * s.budget
	inner, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := s.run(inner, j)
	if ctx.Err() == nil && errors.Is(inner.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("ended after %s, %d times its budget: %w", limit, killAfter, errors.Join(err, inner.Err()))
	}
	return err
}
