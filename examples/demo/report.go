package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sort"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
)

// progress shows the events as they come and one line that lives.
func (s *scene) progress(ctx context.Context, l *load) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	live := isTerminal(os.Stderr)
	for n := 0; ; n++ {
		if live {
			fmt.Fprint(os.Stderr, "\r\033[K")
		}
		for _, e := range s.events.take() {
			fmt.Fprintln(os.Stderr, e)
		}
		if done := l.done.Load(); live || n%10 == 0 {
			end := "\n"
			if live {
				end = ""
			}
			fmt.Fprintf(os.Stderr, "%5.1fs  %d of %d calls, %d failed%s", time.Since(s.events.start).Seconds(), done, s.plan.calls, l.failed.Load(), end)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			if live {
				fmt.Fprintln(os.Stderr)
			}
			return
		}
	}
}

func isTerminal(f *os.File) bool {
	st, err := f.Stat()
	return err == nil && st.Mode()&os.ModeCharDevice != 0
}

// report prints the table and returns an error when a call failed.
func (s *scene) report(l *load, c *client.Client) error {
	var failed []outcome
	var times []time.Duration
	share := map[string]int{}
	for _, o := range l.outcomes {
		times = append(times, o.latency)
		if o.err != nil {
			failed = append(failed, o)
			continue
		}
		share[o.server]++
	}
	slices.Sort(times)
	fmt.Printf("\n%-22s %d\n%-22s %d\n", "calls", len(l.outcomes), "failed", len(failed))
	fmt.Printf("%-22s %v\n%-22s %v\n", "p50", quantile(times, 0.50), "p99", quantile(times, 0.99))
	for _, p := range s.servers {
		fmt.Printf("%-22s %5.1f %%   %s\n", "answered by "+p.name, 100*float64(share[p.name])/float64(len(l.outcomes)), p.addr)
	}
	for _, st := range c.Status("com.acme.Greeter") {
		fmt.Printf("%-22s %d, refused by the budget %d\n", "retries", st.Retry.Retries, st.Retry.Refused)
	}
	s.breakerEvents()
	if len(failed) == 0 {
		return nil
	}
	s.name(failed)
	return fmt.Errorf("%d idempotent calls failed", len(failed))
}

func (s *scene) breakerEvents() {
	counts := s.events.counts()
	var messages []string
	for m := range counts {
		messages = append(messages, m)
	}
	sort.Strings(messages)
	for _, m := range messages {
		fmt.Printf("%-22s %d x %s\n", "client event", counts[m], m)
	}
}

func quantile(sorted []time.Duration, q float64) time.Duration {
	return sorted[int(q*float64(len(sorted)-1))].Round(10 * time.Microsecond)
}

// name says which fault the failed calls belong to, with one error of each.
func (s *scene) name(failed []outcome) {
	kinds := map[string]string{"a": "the killed server", "b": "the frozen server"}
	count := map[string]int{}
	first := map[string]error{}
	for _, o := range failed {
		kind := "no server"
		if e, ok := errors.AsType[*onramp.Error](o.err); ok {
			for _, p := range s.servers {
				if p.addr == e.Endpoint && kinds[p.name] != "" {
					kind = kinds[p.name]
				}
			}
		}
		if count[kind]++; first[kind] == nil {
			first[kind] = o.err
		}
	}
	for kind, n := range count {
		fmt.Printf("%-22s %d at %s, the first: %v\n", "failed", n, kind, first[kind])
	}
}
