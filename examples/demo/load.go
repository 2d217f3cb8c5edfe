package main

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// outcome is how one call of the load ended.
type outcome struct {
	begin   time.Duration // when it was due, since the start of the run
	latency time.Duration // from when it was due, so that a stalled client shows
	server  string        // who answered
	err     error
}

// load begins calls at a steady rate and waits for none of them: a slow server
// gets no fewer calls for being slow.
type load struct {
	plan plan
	call func(ctx context.Context) (server string, err error)

	start    time.Time
	done     atomic.Int64
	failed   atomic.Int64
	outcomes []outcome
}

// run makes every call of the plan, and returns when the last one ended or ctx did.
func (l *load) run(ctx context.Context) error {
	l.outcomes = make([]outcome, l.plan.calls)
	l.start = time.Now()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	var all sync.WaitGroup
	defer all.Wait()
	for next := 0; next < l.plan.calls; {
		due := int(time.Since(l.start) * time.Duration(l.plan.rate) / time.Second)
		for ; next < min(due, l.plan.calls); next++ {
			i := next
			all.Go(func() { l.one(ctx, i) })
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (l *load) one(ctx context.Context, i int) {
	o := &l.outcomes[i]
	o.begin = time.Duration(i) * time.Second / time.Duration(l.plan.rate)
	o.server, o.err = l.call(ctx)
	o.latency = time.Since(l.start) - o.begin
	if o.err != nil {
		l.failed.Add(1)
	}
	l.done.Add(1)
}
