package main

import (
	"context"
	"fmt"
	"io"
	"time"
)

// printEnd prints a stage's line, and for a failed one what was not shown yet.
func printEnd(out io.Writer, r result, hidden []string) {
	if r.failed() {
		quote(out, hidden)
		fmt.Fprintf(out, "   whole output: %s\n", r.log)
	}
	fmt.Fprintf(out, "-- %s, %s, budget %s: %s\n", r.stage.name, seconds(r.took), seconds(r.stage.budget), r.verdict())
}

// report prints the end of what failed stages wrote, the table and the count,
// and returns the exit status.
func report(ctx context.Context, out io.Writer, results []result) int {
	for _, r := range results {
		if r.failed() && len(results) > 1 {
			fmt.Fprintf(out, "\n%s failed, the end of its output:\n", r.stage.name)
			quote(out, r.tail)
		}
	}
	printTable(out, results)
	if ctx.Err() != nil {
		fmt.Fprintln(out, "interrupted")
	}
	passed, failed := count(results)
	fmt.Fprintf(out, "%d passed, %d failed\n", passed, failed)
	switch {
	case ctx.Err() != nil:
		return 130
	case failed > 0:
		return 1
	}
	return 0
}

func printTable(out io.Writer, results []result) {
	var took, budget time.Duration
	fmt.Fprintf(out, "\n%-10s %9s %9s  %s\n", "stage", "seconds", "budget", "result")
	for _, r := range results {
		fmt.Fprintf(out, "%-10s %9s %9s  %s\n", r.stage.name, seconds(r.took), seconds(r.stage.budget), r.verdict())
		took, budget = took+r.took, budget+r.stage.budget
	}
	fmt.Fprintf(out, "%-10s %9s %9s\n", "all", seconds(took), seconds(budget))
}

// count leaves out the stages that this machine could not run.
func count(results []result) (passed, failed int) {
	for _, r := range results {
		switch {
		case r.failed():
			failed++
		case r.err == nil:
			passed++
		}
	}
	return passed, failed
}

func quote(out io.Writer, lines []string) {
	for _, line := range lines {
		fmt.Fprintln(out, "   |", line)
	}
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }
