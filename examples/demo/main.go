// Program demo runs three servers and one client on this machine and lets the
// servers fail under load: one is killed, one is frozen for longer than the
// deadline and thawed, and a new one joins through the watched file. Thirty
// thousand calls go out at a steady rate whatever happens; every one is counted.
//
//	demo            exit status 1 if a call failed
//	demo -no-retry  the same with one attempt a call: what retries are for
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	serve := flag.String("serve", "", "be the server of this name (the demo starts itself so)")
	noRetry := flag.Bool("no-retry", false, "one attempt a call")
	calls := flag.Int("calls", 30000, "calls to make")
	rate := flag.Int("rate", 2000, "calls to begin in each second")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if *serve != "" {
		if err := runServer(ctx, *serve); err != nil {
			fmt.Fprintln(os.Stderr, "demo server:", err)
			os.Exit(1)
		}
		return
	}
	err := run(ctx, plan{calls: *calls, rate: *rate, noRetry: *noRetry})
	stop()
	switch {
	case errors.Is(err, context.Canceled):
		os.Exit(130)
	case err != nil:
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// plan is what the demo does and when. Times are shares of the whole run, so
// that a shorter one has the same faults.
type plan struct {
	calls, rate int
	noRetry     bool
}

func (p plan) length() time.Duration {
	return time.Duration(p.calls) * time.Second / time.Duration(p.rate)
}

// at returns a moment of the run in fifteenths of it.
func (p plan) at(fifteenths int) time.Duration { return p.length() * time.Duration(fifteenths) / 15 }

// frozen is how long one server stands still: longer than the deadline of 1 s.
const frozen = 3 * time.Second
