package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestFailedStageShowsItsOutputAndTheOthersStillRun(t *testing.T) {
	p, out := testProject(t)
	playing := func(role string) func(context.Context, *job) error {
		return func(ctx context.Context, j *job) error { return j.run(ctx, as(t, role)) }
	}
	code := report(t.Context(), out, p.runAll(t.Context(), []stage{
		{name: "bad", budget: time.Minute, run: playing("7")},
		{name: "good", budget: time.Minute, run: playing("0")},
	}))
	if code != 1 {
		t.Errorf("exit status %d, want 1", code)
	}
	for _, want := range []string{"| output of 7", "FAILED", "exit status 7", "-- good, ", ", budget 60.0 s: ok"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	if strings.Contains(out.String(), "output of 0") {
		t.Errorf("a stage that passed printed what it was not told to show:\n%s", out)
	}
	if !strings.HasSuffix(out.String(), "\n1 passed, 1 failed\n") {
		t.Errorf("the last line is not the count:\n%s", out)
	}
}

func TestStageOverItsBudgetPasses(t *testing.T) {
	p, out := testProject(t)
	slow := stage{name: "slow", budget: time.Minute, run: func(context.Context, *job) error { return nil }}
	r := p.runStage(t.Context(), slow)
	r.took = 2 * time.Minute
	if code := report(t.Context(), out, []result{r}); code != 0 || !strings.Contains(out.String(), "ok, over budget") {
		t.Errorf("exit status %d\n%s", code, out)
	}
}

func TestStageThatHangsIsEndedAndFails(t *testing.T) {
	p, _ := testProject(t)
	hang := stage{name: "hang", budget: 20 * time.Millisecond, run: func(ctx context.Context, _ *job) error {
		<-ctx.Done()
		return ctx.Err()
	}}
	if r := p.runStage(t.Context(), hang); !r.failed() || !strings.Contains(r.verdict(), "5 times its budget") {
		t.Errorf("verdict %q", r.verdict())
	}
}

func TestStageThatThisMachineCannotRunCountsNeitherWay(t *testing.T) {
	_, out := testProject(t)
	code := report(t.Context(), out, []result{
		{stage: stage{name: "race"}, err: fmt.Errorf("%w: no compiler", errNotRun)},
		{stage: stage{name: "check", budget: time.Minute}},
	})
	if code != 0 || !strings.Contains(out.String(), "  not run: no compiler\n") || !strings.HasSuffix(out.String(), "\n1 passed, 0 failed\n") {
		t.Errorf("exit status %d\n%s", code, out)
	}
}

func TestStageWithoutTestsFails(t *testing.T) {
	p, _ := testProject(t)
	write(t, p.root, "go.mod", "module example.com/m", "go 1.26.0")
	write(t, p.root, "a_test.go", "package m")
	err := testJob(t, p).named(t.Context(), "", "./...", "^TestSoak")
	if err == nil || !strings.Contains(err.Error(), "no test whose name matches ^TestSoak") {
		t.Errorf("got %v", err)
	}
}
