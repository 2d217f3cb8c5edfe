package discovery

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/onrampmesh/onramp"
)

// entry is one target of a Cache while it is watched. Two goroutines belong to
// it: one is inside the source's Watch, the other one judges.
type entry struct {
	source Source
	target Target
	log    *slog.Logger
	delay  backoff

	cancel  context.CancelFunc
	running sync.WaitGroup
	kick    chan struct{} // tells the judging goroutine that there is something new

	mu       sync.Mutex
	judge    judge
	out      *Update // what watchers should have
	seq      uint64  // of out
	watchers map[*watcher]struct{}
	restarts int
	warned   string // the last warning, so that it is not logged again and again
	failing  bool   // the log knows that the source cannot tell
}

func newEntry(src Source, t Target, c *cacheConfig) *entry {
	return &entry{
		source: src, target: t, log: c.log.With("target", t.String()), delay: newBackoff(c.seed()),
		kick:     make(chan struct{}, 1),
		judge:    judge{debounce: c.debounce, hold: c.hold, authoritative: c.authoritative},
		watchers: make(map[*watcher]struct{}),
	}
}

func (e *entry) start(ctx context.Context) {
	ctx, e.cancel = context.WithCancel(ctx)
	e.running.Go(func() { e.watch(ctx) })
	e.running.Go(func() { e.decide(ctx) })
}

// stop ends the entry's goroutines and waits for them.
func (e *entry) stop() {
	e.cancel()
	e.running.Wait()
}

// watch keeps the source watching.
func (e *entry) watch(ctx context.Context) {
	for ctx.Err() == nil {
		began := time.Now()
		err := e.source.Watch(ctx, e.target, e.hear)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			err = errors.New("discovery: the source stopped watching without a reason")
		}
		e.hear(Update{State: Failed, Err: err})
		e.mu.Lock()
		e.restarts++
		e.mu.Unlock()
		pause(ctx, e.delay.after(time.Since(began)))
	}
}

// hear takes a word of the source.
func (e *entry) hear(u Update) {
	u, warning := tidy(u)
	warn, turned := e.take(u, warning)
	if warn {
		e.log.Warn("discovery: the source's list is not clean", "what", warning)
	}
	switch {
	case turned && u.State == Failed:
		e.log.Warn("discovery: the source fails, the last good list stays in use", "error", u.Err)
	case turned:
		e.log.Info("discovery: the source works again", "state", u.State.String(), "endpoints", len(u.Endpoints))
	}
	signal(e.kick)
}

// take hands a word to the judge. It reports whether its warning is a new one,
// and whether the source began or ceased to fail.
func (e *entry) take(u Update, warning string) (warn, turned bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := time.Now()
	first := e.judge.list == nil
	e.judge.hear(now, u)
	switch {
	case first && e.judge.step(now, false): // here, lest a second word overtake it
		e.publish(e.judge.list)
	case first && u.State == Failed:
		e.publish(&u)
	}
	if u.State == Known {
		warn = warning != "" && warning != e.warned
		e.warned = warning
	}
	if turned = u.State != Pending && e.failing != (u.State == Failed); turned {
		e.failing = !e.failing
	}
	return warn, turned
}

// decide judges whenever something is new or due.
func (e *entry) decide(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		timer.Stop()
		if at, ok := e.step(); ok {
			timer.Reset(time.Until(at))
		}
		select {
		case <-ctx.Done():
			return
		case <-e.kick:
		case <-timer.C:
		}
	}
}

// step lets the judge decide and returns when it wants to be called again.
func (e *entry) step() (next time.Time, waits bool) {
	e.mu.Lock()
	before := e.judge.held
	e.judgeNow()
	after, n := e.judge.held, e.judge.endpoints()
	next, waits = e.judge.next()
	e.mu.Unlock()
	switch {
	case before.Reason == "" && after.Reason != "":
		e.log.Warn("discovery: a suspicious loss is held", "why", after.Reason, "until", after.Until)
	case before.Reason != "" && after.Reason == "":
		e.log.Info("discovery: a hold ended", "endpoints", n)
	}
	return next, waits
}

// judgeNow steps the judge. Only the judging goroutine changes the list, so the
// lock may be left while the clusters are asked.
func (e *entry) judgeNow() {
	now, alive := time.Now(), false
	if e.judge.asks(now) {
		alive = e.ask(e.judge.list.Endpoints)
	}
	if e.judge.step(now, alive) {
		e.publish(e.judge.list)
	}
}

// ask asks the watchers whether any endpoint answers, without the entry's lock.
func (e *entry) ask(eps []onramp.Endpoint) bool {
	ws := make([]*watcher, 0, len(e.watchers))
	for w := range e.watchers {
		ws = append(ws, w)
	}
	e.mu.Unlock()
	defer e.mu.Lock()
	for _, w := range ws {
		if w.anyAlive(eps) {
			return true
		}
	}
	return false
}

// publish makes u what watchers should have.
func (e *entry) publish(u *Update) {
	e.out = u
	e.seq++
	for w := range e.watchers {
		w.notify()
	}
}

func (e *entry) latest() (*Update, uint64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.out, e.seq
}

func (e *entry) add(w *watcher) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.watchers[w] = struct{}{}
}

// remove reports whether w was the last one.
func (e *entry) remove(w *watcher) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.watchers, w)
	return len(e.watchers) == 0
}

func (e *entry) status() Status {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.judge.status(time.Now())
	s.Restarts, s.Watchers = e.restarts, len(e.watchers)
	return s
}

// signal leaves a token in a channel of one.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
