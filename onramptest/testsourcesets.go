package onramptest

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/discovery"
)

const watchSays = "It calls update with the whole set, at once and then on each change, from one goroutine at a time."

// sourceGround is what every other check builds on.
func sourceGround() []check[*SourceSuite] {
	return []check[*SourceSuite]{{
		name: "the whole set is told at once",
		of:   "discovery.Source.Watch", says: watchSays,
		do:  "call update with all endpoints of the target as soon as they are known, without waiting for a change",
		run: firstSet,
	}}
}

func firstSet(t *checking, s *SourceSuite) {
	r := s.rig(t)
	defer r.close()
	set := r.fill()
	w := r.watch(context.Background(), r.Target(sourceService))
	defer w.cancel()
	w.expect(0, set, "at first")
	w.runs("without an end of its context")
	_ = w.stop()
}

// sourceEnds is how a Watch ends.
func sourceEnds() []check[*SourceSuite] {
	return []check[*SourceSuite]{
		{
			name: "Watch blocks until its context ends and returns its error",
			of:   "discovery.Source.Watch", says: "Watch blocks until ctx ends or the target can never be watched. ... It returns ctx's error when ctx ends.",
			do:  "select on ctx.Done wherever Watch waits, and return ctx.Err()",
			run: watchEnds,
		},
		{
			name: "nothing is told and nothing runs when Watch has returned",
			of:   "discovery.Source.Watch", says: "Watch blocks until ctx ends",
			do:  "call update from goroutines only that Watch waits for",
			run: watchSilent,
		},
	}
}

func watchEnds(t *checking, s *SourceSuite) {
	r := s.rig(t)
	defer r.close()
	r.fill()
	for want, begin := range map[error]func() (context.Context, context.CancelFunc){
		context.Canceled: func() (context.Context, context.CancelFunc) { return context.WithCancel(context.Background()) },
		context.DeadlineExceeded: func() (context.Context, context.CancelFunc) {
			return context.WithTimeout(context.Background(), time.Second)
		},
	} {
		ctx, cancel := begin()
		w := r.watch(ctx, r.Target(sourceService))
		time.Sleep(time.Second + slack)
		cancel()
		began := time.Now()
		if err := w.stop(); !errors.Is(err, want) {
			t.broken("Watch returned %v when its context had ended; want %v", err, want)
		}
		if d := time.Since(began); d > time.Second {
			t.broken("Watch returned %v after its context had ended", d)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := r.watch(ctx, r.Target(sourceService)).stop(); !isEnd(err) {
		t.broken("Watch with a context that had ended returned %v", err)
	}
}

func watchSilent(t *checking, s *SourceSuite) {
	r := s.rig(t)
	r.fill()
	w := r.watch(context.Background(), r.Target(sourceService))
	time.Sleep(100 * time.Millisecond)
	w.slow(time.Second) // an update is under way when the context ends
	if r.Set != nil {
		go r.Set(sourceService, endpoints("d")...) // it may wait for the watcher
		time.Sleep(500 * time.Millisecond)
	}
	_ = w.stop()
	if w.updates(); w.running > 0 {
		t.broken("Watch returned while its update function was running")
	}
	if r.Set != nil {
		r.Set(sourceService, endpoints("e", "f")...)
	}
	time.Sleep(s.Within)
	r.close()
	if w.late > 0 {
		t.broken("update was called %d times after Watch had returned", w.late)
	}
}

// sourceSets is what updates say.
func sourceSets() []check[*SourceSuite] {
	return []check[*SourceSuite]{
		{
			name: "each change is told as a whole set",
			of:   "discovery.Update", says: "Update is the whole state of one target at one moment.",
			do:  "tell all endpoints with each update, not only those that came or went",
			run: eachChange,
		},
		{
			name: "endpoints arrive as the registry has them",
			of:   "onramp.Endpoint", says: "Endpoint is one address that serves a service.",
			do:  "fill the fields that the registry knows (ID, weight, labels), and leave the others empty",
			run: fieldsArrive,
		},
		{
			name: "an empty set is told as Known, and Gone is explicit",
			of:   "discovery.Known", says: "Known: Endpoints is the whole set, which may be empty. ... Gone: the registry says explicitly that there are none.",
			do:  "tell Known without endpoints for a service whose list is empty, and Gone only when the registry says that there is no such service",
			run: emptySet,
		},
		{
			name: "nothing is told while nothing changes",
			of:   "discovery.Source.Watch", says: watchSays,
			do:  "compare what the registry answers with what was told last",
			run: quietSource,
		},
		{
			name: "each update is well formed",
			of:   "discovery.Update", says: "Known: Endpoints is the whole set ... Failed: the source could not tell, see Err.",
			do:  "give every endpoint an address and a key of its own; endpoints stand beside Known only, and Err beside Failed, or beside Known without endpoints",
			run: wellFormed,
		},
		{
			name: "an update is not changed when it was told",
			of:   "discovery.Update", says: "It is immutable.",
			do:  "make a new slice and new maps for each update",
			run: updatesStay,
		},
	}
}

func eachChange(t *checking, s *SourceSuite) {
	r := s.rig(t)
	r.can(r.Set != nil, "Set")
	defer r.close()
	set := r.fill()
	w := r.watch(context.Background(), r.Target(sourceService))
	defer w.cancel()
	sets := [][]onramp.Endpoint{set, endpoints("a", "b", "c", "d"), endpoints("b", "c"), endpoints("x", "y", "z", "a"), endpoints("x")}
	next := 0
	for i, set := range sets {
		if i > 0 {
			r.Set(sourceService, set...)
		}
		next = w.expect(next, set, "after the registry changed")
	}
	for _, h := range w.updates() {
		ok := h.State != discovery.Known
		for _, set := range sets {
			ok = ok || same(h.Endpoints, set)
		}
		if !ok {
			t.broken("the set %s was told, which the registry never had", addresses(h.Endpoints))
		}
	}
	_ = w.stop()
}

func fieldsArrive(t *checking, s *SourceSuite) {
	r := s.rig(t)
	defer r.close()
	set := r.fill()
	w := r.watch(context.Background(), r.Target(sourceService))
	defer w.cancel()
	next := w.expect(0, set, "at first")
	for _, e := range w.updates()[next-1].Endpoints {
		for _, want := range set {
			if e.Addr != want.Addr {
				continue
			}
			if e.Weight != want.Weight && e.Weight > 1 || len(e.Labels) > 0 && !maps.Equal(e.Labels, want.Labels) || e.Priority != want.Priority {
				t.broken("the endpoint %+v arrived as %+v", want, e)
			}
		}
	}
	_ = w.stop()
}

func emptySet(t *checking, s *SourceSuite) {
	r := s.rig(t)
	r.can(r.Set != nil, "Set")
	defer r.close()
	set := r.fill()
	w := r.watch(context.Background(), r.Target(sourceService))
	defer w.cancel()
	next := w.expect(0, set, "at first")
	r.Set(sourceService)
	next = w.expect(next, nil, "after the registry's list became empty")
	r.Set(sourceService, set...)
	next = w.expect(next, set, "after the list was filled again")
	for _, h := range w.updates() {
		if h.State == discovery.Gone {
			t.broken("Gone was told, and the registry has only had an empty list")
		}
	}
	if r.Remove != nil {
		r.Remove(sourceService)
		if w.until(next, s.Within, func(h *heard) bool { return h.State == discovery.Gone }) < 0 {
			t.broken("the registry said that there is no such service, and within %v told was: %s", s.Within, w.story(next))
		}
	}
	_ = w.stop()
}

func quietSource(t *checking, s *SourceSuite) {
	r := s.rig(t)
	defer r.close()
	set := r.fill()
	w := r.watch(context.Background(), r.Target(sourceService))
	defer w.cancel()
	w.expect(0, set, "at first")
	before := len(w.updates())
	time.Sleep(6 * s.Within)
	if n := len(w.updates()) - before; n > 0 {
		t.broken("while nothing changed for %v, %d updates were told: %.300s", 6*s.Within, n, w.story(before))
	}
	_ = w.stop()
}
