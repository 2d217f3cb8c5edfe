// Command stages runs the project's checks as named stages, each with a budget
// of time. The Makefile builds and calls it; it is no part of the path of a call.
//
//	stages test           runs every stage, in order
//	stages check lint     runs these
//	stages soak           runs the long ones
//
// It prints what it will fetch, a line for each stage as it ends, and a table.
// The exit status is 1 when a stage failed and 130 when it was interrupted.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	code := run(ctx, os.Args[1:], os.Stdout)
	stop()
	os.Exit(code)
}

// run is main without the process around it.
func run(ctx context.Context, args []string, out io.Writer) int {
	fs := flag.NewFlagSet("stages", flag.ContinueOnError)
	fs.SetOutput(out)
	fuzztime := fs.Duration("fuzztime", 10*time.Second, "how long each fuzz target runs")
	if err := fs.Parse(args); err != nil {
		return 2
	}
	all := table(*fuzztime)
	chosen, err := choose(all, fs.Args())
	if err != nil {
		fmt.Fprintln(out, "stages:", err)
		return 2
	}
	p, err := openProject(ctx, out)
	if err != nil {
		fmt.Fprintln(out, "stages:", err)
		return 1
	}
	p.announce(ctx, chosen)
	return report(ctx, out, p.runAll(ctx, chosen))
}

// choose turns names into stages. "test" and "soak" stand for groups.
func choose(all []stage, names []string) ([]stage, error) {
	var out []stage
	for _, name := range names {
		n := len(out)
		for _, s := range all {
			if s.name == name || s.group == name {
				out = append(out, s)
			}
		}
		if len(out) == n {
			return nil, fmt.Errorf("there is no stage %q: name some of %s, or test, or soak", name, stageNames(all))
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no stage was named: name some of %s, or test, or soak", stageNames(all))
	}
	return out, nil
}

func stageNames(all []stage) string {
	var names []string
	for _, s := range all {
		names = append(names, s.name)
	}
	return strings.Join(names, ", ")
}
