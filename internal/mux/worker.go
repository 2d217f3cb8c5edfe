package mux

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/onrampmesh/onramp/codec"
)

// workers run the handlers of one connection. They are reused, because a fresh
// goroutine pays for growing its stack. A worker that takes a job while more
// wait wakes one other, so that a handler that blocks holds nobody up, and
// handlers that do not block are run in a row by one.
type workers struct {
	s       *serverConn
	max     int
	ordered bool // replies go out in the order of requests
	wake    chan struct{}

	mu     sync.Mutex
	head   *job
	tail   *job
	queued int
	parked int
	alive  int
	waking bool // one was woken and has not taken a job yet
	closed bool
	all    sync.WaitGroup

	under   atomic.Int64 // oneCall for each that was taken and not yet answered, and their bytes
	oneways atomic.Int32 // of these, those that want no answer
	budget  budget
}

func (w *workers) init(s *serverConn, m codec.Model) {
	w.s, w.max, w.wake = s, s.cfg.MaxInFlight, make(chan struct{}, 1)
	w.budget.init(s.cfg)
	if m != codec.Multiplexed {
		w.max, w.ordered = 1, true
	}
}

// room reports whether one more request may be taken.
func (w *workers) room() bool { return w.busy() < w.s.cfg.MaxInFlight }

// busy is how many requests were taken and not yet answered.
func (w *workers) busy() int { return int(w.under.Load() >> callShift) }

// quiet reports whether nothing is under way.
func (w *workers) quiet() bool { return w.busy() == 0 }

// alone reports whether the call that is being answered is the only one.
func (w *workers) alone() bool { return w.busy() == 1 }

// push queues a job; start must follow.
func (w *workers) push(j *job) {
	w.under.Add(j.weight())
	if j.oneway {
		w.oneways.Add(1)
	}
	w.mu.Lock()
	if w.tail == nil {
		w.head = j
	} else {
		w.tail.next = j
	}
	w.tail = j
	w.queued++
	w.mu.Unlock()
}

// start sees that somebody takes the queued jobs. It reports false when those who
// run have to do, because the peer takes its replies slowly: more would only wait,
// each with a stack of its own.
func (w *workers) start() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.more()
	return w.queued == 0 || w.waking || w.alive == w.parked || !w.s.w.crowded()
}

// more wakes or makes one worker when jobs wait and none is on its way, with mu held.
func (w *workers) more() {
	if w.queued == 0 || w.waking || w.alive > w.parked && w.s.w.crowded() {
		return
	}
	switch {
	case w.parked > 0:
		w.waking = true
		w.parked--
		w.wake <- struct{}{}
	case w.alive < w.max:
		w.waking = true
		w.alive++
		w.all.Add(1)
		go w.run()
	}
}

func (w *workers) run() {
	defer w.all.Done()
	woken := true
	for {
		j, wake := w.take(woken)
		woken = false
		if j == nil {
			if _, ok := <-wake; !ok {
				return
			}
			woken = true
			continue
		}
		w.s.run(j)
	}
}

// idle returns how many jobs are queued when nothing else is under way, else 0.
func (w *workers) idle() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.waking || w.queued != w.busy() {
		return 0
	}
	return w.queued
}

// next takes a job for the reader itself.
func (w *workers) next() *job {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.pop()
}

// pop takes the first job off the queue, with mu held.
func (w *workers) pop() *job {
	j := w.head
	if j == nil {
		return nil
	}
	if w.head = j.next; w.head == nil {
		w.tail = nil
	}
	w.queued--
	return j
}

// take returns the next job, or where to wait after it has counted the worker as parked.
func (w *workers) take(woken bool) (*job, chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if woken {
		w.waking = false
	}
	j := w.pop()
	if j == nil {
		w.parked++
		return nil, w.wake
	}
	w.more()
	return j, nil
}

// trim ends the parked workers after an idle interval.
func (w *workers) trim() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed || w.waking || w.queued > 0 {
		return
	}
	w.alive -= w.parked
	w.parked = 0
	close(w.wake)
	w.wake = make(chan struct{}, 1)
}

// wait ends the workers and returns when they are gone. Queued jobs do not run,
// but for oneway calls if oneways says so.
func (w *workers) wait(oneways bool) {
	w.mu.Lock()
	w.closed = true
	left := w.head
	w.head, w.tail, w.queued = nil, nil, 0
	close(w.wake)
	w.mu.Unlock()
	if w.ordered {
		w.all.Go(func() { w.runLeft(left, oneways, w.s.run) })
	} else {
		w.runLeft(left, oneways, func(j *job) { w.all.Go(func() { w.s.run(j) }) })
	}
	w.all.Wait()
}

func (w *workers) runLeft(j *job, oneways bool, run func(*job)) {
	for j != nil {
		next := j.next
		if oneways && j.oneway {
			run(j)
		} else {
			weight := j.weight()
			j.free()
			w.left(weight)
		}
		j = next
	}
}

// run answers one request and counts it out. Now and then it tells how long that
// took: whether the next ones may run inline.
func (s *serverConn) run(j *job) {
	weight := j.weight()
	if !j.sample && !s.workers.alone() {
		s.handle(j)
	} else {
		began := time.Now()
		s.handle(j)
		s.inline.ran(time.Since(began), 1)
	}
	s.workers.left(weight)
}
