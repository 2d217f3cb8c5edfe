package onramptest

import (
	"context"
	"time"

	"github.com/onrampmesh/onramp/discovery"
)

const failSays = "A Source that loses its registry reports Failed and goes on by itself."

// recovery is how much longer than a change a source may take to come back: it
// may wait between its attempts.
const recovery = 12

// sourceFailures is what a source does without its registry.
func sourceFailures() []check[*SourceSuite] {
	return []check[*SourceSuite]{
		{
			name: "a registry that fails is told as Failed and clears nothing",
			of:   "discovery.Source", says: failSays + " ... It never clears a list.",
			do:  "tell Failed with the error, no empty set and no Gone, and stay in Watch",
			run: failsKept,
		},
		{
			name: "a source comes back by itself",
			of:   "discovery.Source", says: failSays,
			do:  "try again, with a growing delay of at most half a minute, until ctx ends; then tell the whole set",
			run: comesBack,
		},
		{
			name: "a watch may begin while the registry is down",
			of:   "discovery.Source", says: failSays,
			do:  "tell Failed, or Pending, and go on as if the registry had been there before",
			run: beginsDown,
		},
		{
			name: "Watch ends while the registry is down",
			of:   "discovery.Source.Watch", says: "It returns ctx's error when ctx ends.",
			do:  "let ctx end the waits between attempts, and the attempts",
			run: endsDown,
		},
	}
}

// cleared tells of updates that clear a list though nobody said that it is empty.
func (w *watching) cleared(from int) {
	w.r.t.Helper()
	all := w.updates()
	for _, h := range all[min(from, len(all)):] {
		if h.State == discovery.Gone || h.State == discovery.Known && len(h.Endpoints) == 0 {
			w.r.t.broken("while the registry was down %v without endpoints was told", h.State)
			return
		}
	}
}

func failsKept(t *checking, s *SourceSuite) {
	r := s.rig(t)
	r.can(r.Break != nil, "Break")
	defer r.close()
	set := r.fill()
	w := r.watch(context.Background(), r.Target(sourceService))
	defer w.cancel()
	next := w.expect(0, set, "at first")
	r.Break()
	if w.until(next, s.Within, func(h *heard) bool { return h.State == discovery.Failed && h.Err != nil }) < 0 {
		t.broken("within %v of the registry's failure no Failed with an Err was told, but: %s", s.Within, w.story(next))
	}
	time.Sleep(recovery * s.Within)
	w.runs("while the registry was down")
	w.cleared(next)
	_ = w.stop()
}

func comesBack(t *checking, s *SourceSuite) {
	r := s.rig(t)
	r.can(r.Break != nil && r.Heal != nil && r.Set != nil, "Break, Heal or Set")
	defer r.close()
	set := r.fill()
	w := r.watch(context.Background(), r.Target(sourceService))
	defer w.cancel()
	next := w.expect(0, set, "at first")
	for _, name := range []string{"m", "n"} {
		r.Break()
		time.Sleep(2 * s.Within)
		w.runs("while the registry was down")
		r.Heal()
		later := endpoints(name, "o")
		r.Set(sourceService, later...)
		if next = w.until(next, recovery*s.Within, func(h *heard) bool { return same(h.Endpoints, later) }); next < 0 {
			t.stop("the registry came back with the set %s, and %v later it was not told", addresses(later), recovery*s.Within)
		}
	}
	w.cleared(0)
	_ = w.stop()
}

func beginsDown(t *checking, s *SourceSuite) {
	r := s.rig(t)
	r.can(r.Break != nil && r.Heal != nil && r.Set != nil, "Break, Heal or Set")
	defer r.close()
	set := r.fill()
	r.Break()
	w := r.watch(context.Background(), r.Target(sourceService))
	defer w.cancel()
	if w.until(0, s.Within, func(h *heard) bool { return h.State == discovery.Failed || h.State == discovery.Pending }) < 0 {
		t.broken("a watch began while the registry was down, and within %v told was: %s", s.Within, w.story(0))
	}
	w.runs("while the registry was down")
	w.cleared(0)
	r.Heal()
	r.Set(sourceService, set...)
	if w.until(0, recovery*s.Within, func(h *heard) bool { return same(h.Endpoints, set) }) < 0 {
		t.broken("the registry came back with the set %s, and %v later it was not told", addresses(set), recovery*s.Within)
	}
	_ = w.stop()
}

func endsDown(t *checking, s *SourceSuite) {
	r := s.rig(t)
	r.can(r.Break != nil, "Break")
	defer r.close()
	r.fill()
	w := r.watch(context.Background(), r.Target(sourceService))
	time.Sleep(time.Second)
	r.Break()
	time.Sleep(3*s.Within + slack)
	began := time.Now()
	if err := w.stop(); !isEnd(err) {
		t.broken("while the registry was down the context ended and Watch returned %v", err)
	}
	if d := time.Since(began); d > time.Second {
		t.broken("while the registry was down Watch returned %v after its context had ended", d)
	}
}
