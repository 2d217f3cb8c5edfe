package onramptest

import (
	"context"
	"fmt"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/discovery"
)

// sourceWatches is how many watches live beside each other.
func sourceWatches() []check[*SourceSuite] {
	return []check[*SourceSuite]{
		{
			name: "updates of a watch come one at a time, and the newest comes last",
			of:   "discovery.Source.Watch", says: watchSays,
			do:  "call update from one goroutine, and tell the newest set when it has been slow",
			run: oneAtATime,
		},
		{
			name: "many watches live side by side",
			of:   "discovery.Source", says: "Source finds the endpoints of targets.",
			do:  "keep nothing in the source that only one Watch can have, and hold no lock while Watch blocks",
			run: manyWatches,
		},
		{
			name: "a slow watch holds up no other",
			of:   "discovery.Source", says: "Source finds the endpoints of targets.",
			do:  "hold no lock that others need while update runs",
			run: slowWatch,
		},
		{
			name: "services are kept apart",
			of:   "discovery.Source.Watch", says: watchSays,
			do:  "tell a watch the endpoints of its target's Service only",
			run: apart,
		},
		{
			name: "a service that comes later is found",
			of:   "discovery.Source.Watch", says: "Watch blocks until ctx ends or the target can never be watched.",
			do:  "wait for a service that the registry does not list: it may be on its way",
			run: comesLater,
		},
	}
}

func oneAtATime(t *checking, s *SourceSuite) {
	r := s.rig(t)
	r.can(r.Set != nil, "Set")
	defer r.close()
	set := r.fill()
	w := r.watch(context.Background(), r.Target(sourceService))
	defer w.cancel()
	w.expect(0, set, "at first")
	w.slow(200 * time.Millisecond)
	var last []onramp.Endpoint
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range 30 {
			last = endpoints(string(rune('a'+i%26)), "z1")
			r.Set(sourceService, last...)
			time.Sleep(30 * time.Millisecond)
		}
	}()
	<-done
	if w.until(0, 4*s.Within, func(h *heard) bool { return same(h.Endpoints, last) }) < 0 {
		t.broken("while update was slow the set changed to %s, and it was not told; the last was %s", addresses(last), w.story(len(w.updates())-1))
	}
	time.Sleep(2 * s.Within)
	if all := w.updates(); !same(all[len(all)-1].Endpoints, last) {
		t.broken("the registry has the set %s, and the last that was told is %s", addresses(last), w.story(len(all)-1))
	}
	w.slow(0)
	_ = w.stop()
	if w.overlap > 1 {
		t.broken("update ran %d times at once", w.overlap)
	}
}

func manyWatches(t *checking, s *SourceSuite) {
	r := s.rig(t)
	defer r.close()
	set := r.fill()
	all := r.watches(20)
	defer cancelAll(all)
	for i, w := range all {
		w.expect(0, set, fmt.Sprintf("to watch %d of %d", i+1, len(all)))
	}
	for i, w := range all {
		if i%2 == 1 {
			_ = w.stop()
		}
	}
	if r.Set != nil {
		set = endpoints("k", "l")
		r.Set(sourceService, set...)
	}
	for i, w := range all {
		if i%2 == 0 {
			w.expect(0, set, "to a watch beside others that have ended")
			_ = w.stop()
		}
	}
}

// watches starts n watches of the service.
func (r *sourceRig) watches(n int) []*watching {
	all := make([]*watching, n)
	for i := range all {
		all[i] = r.watch(context.Background(), r.Target(sourceService))
	}
	return all
}

func cancelAll(all []*watching) {
	for _, w := range all {
		w.cancel()
	}
}

// slowWatch does it a few times, because chance decides who is told first.
func slowWatch(t *checking, s *SourceSuite) {
	for range 4 {
		slowBesideQuick(t, s)
	}
}

func slowBesideQuick(t *checking, s *SourceSuite) {
	r := s.rig(t)
	r.can(r.Set != nil, "Set")
	defer r.close()
	set, hold := r.fill(), s.Within+time.Second
	all := r.watches(6)
	defer cancelAll(all)
	for i, w := range all {
		w.expect(0, set, "at first")
		if i > 0 {
			w.slow(hold)
		}
	}
	next := len(all[0].updates())
	set = endpoints("k", "l")
	done := make(chan struct{})
	go func() { // it may wait for the slow ones
		defer close(done)
		r.Set(sourceService, set...)
	}()
	all[0].expect(next, set, "beside watches whose update is slow")
	<-done
	time.Sleep(hold)
	for _, w := range all {
		_ = w.stop()
	}
}

func apart(t *checking, s *SourceSuite) {
	r := s.rig(t)
	r.can(r.Set != nil, "Set")
	defer r.close()
	const other = "com.acme.Other"
	mine, theirs := r.fill(), endpoints("s", "t")
	r.Set(other, theirs...)
	a, b := r.watch(context.Background(), r.Target(sourceService)), r.watch(context.Background(), r.Target(other))
	defer a.cancel()
	defer b.cancel()
	a.expect(0, mine, "at first")
	b.expect(0, theirs, "to the other service")
	r.Set(other, endpoints("t")...)
	b.expect(0, endpoints("t"), "to the other service")
	for _, h := range a.updates() {
		if h.State == discovery.Known && !same(h.Endpoints, mine) {
			t.broken("the watch of %s was told %s, and its service has %s", sourceService, addresses(h.Endpoints), addresses(mine))
		}
	}
	_, _ = a.stop(), b.stop()
}

func comesLater(t *checking, s *SourceSuite) {
	r := s.rig(t)
	r.can(r.Set != nil, "Set")
	defer r.close()
	const late = "com.acme.Late"
	r.fill()
	w := r.watch(context.Background(), r.Target(late))
	defer w.cancel()
	time.Sleep(2 * s.Within)
	w.runs("for a service that the registry does not list")
	for _, h := range w.updates() {
		if len(h.Endpoints) > 0 {
			t.broken("a service that the registry does not list was told as %s", addresses(h.Endpoints))
		}
	}
	if len(w.updates()) == 0 {
		t.broken("for a service that the registry does not list nothing was told within %v; tell Pending, or Known without endpoints", 2*s.Within)
	}
	set := endpoints("l", "m")
	r.Set(late, set...)
	w.expect(0, set, "when the service came")
	_ = w.stop()
}
