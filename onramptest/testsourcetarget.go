package onramptest

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/discovery"
)

// sourceTargets is which targets a source takes.
func sourceTargets() []check[*SourceSuite] {
	return []check[*SourceSuite]{
		{
			name: "a target that can never be watched is refused by its name",
			of:   "discovery.Source.Watch", says: "Watch blocks until ctx ends or the target can never be watched.",
			do:  "check the target first, and return an error that shows Target.String and what is wrong with it; tell nothing",
			run: wrongTargets,
		},
		{
			name: "scheme and parameters are words of a target",
			of:   "discovery.Schemer", says: `the name its targets carry ("consul" in consul:///orders) and the parameters that it understands.`,
			do:  "return constants: a scheme of lower-case letters, digits, plus, dash or dot, and each parameter once, without those that all targets have",
			run: schemeWords,
		},
		{
			name: "whether the source is the operator's word is a constant",
			of:   "discovery.Authority", says: "Sources that are the operator's word (a file, a list in code) return true",
			do:  "return a constant from Authoritative: a Cache asks once",
			run: authorityStays,
		},
	}
}

func wrongTargets(t *checking, s *SourceSuite) {
	if len(s.Wrong) == 0 {
		t.Skip("SourceSuite.Wrong is empty")
	}
	for _, target := range s.Wrong {
		r := s.rig(t)
		r.fill()
		w := r.watch(context.Background(), target)
		var err error
		select {
		case err = <-w.end:
		case <-time.After(s.Within):
			t.broken("within %v Watch has not refused the target %s", s.Within, target)
			_ = w.stop()
			r.close()
			continue
		}
		if err == nil || isEnd(err) {
			t.broken("Watch of the target %s returned %v", target, err)
		} else if !strings.Contains(err.Error(), target.String()) {
			t.broken("the error %q does not show the target %s", err, target)
		}
		if n := len(w.updates()); n > 0 {
			t.broken("the target %s was refused, and %d updates were told", target, n)
		}
		w.cancel()
		r.close()
	}
}

func schemeWords(t *checking, s *SourceSuite) {
	r := s.rig(t)
	defer r.close()
	sc, ok := r.Source.(discovery.Schemer)
	if !ok {
		t.Skip("the source is no discovery.Schemer")
	}
	scheme := sc.Scheme()
	for i, b := range []byte(scheme) {
		letter := b >= 'a' && b <= 'z'
		if !letter && (i == 0 || !strings.ContainsRune("0123456789+-.", rune(b))) {
			t.broken("Scheme is %q: %q cannot stand there", scheme, b)
		}
	}
	if scheme == "" || scheme == discovery.Direct || sc.Scheme() != scheme {
		t.broken("Scheme is %q, and %q when it is asked again", scheme, sc.Scheme())
	}
	seen := map[string]bool{}
	for _, p := range sc.Params() {
		if p == "" || seen[p] || slices.Contains([]string{"service", "group", "version", onramp.UniqueID}, p) || strings.ContainsAny(p, "=&?# /%") {
			t.broken("Params holds %q, in %q", p, sc.Params())
		}
		seen[p] = true
	}
	if again := sc.Params(); len(again) != len(seen) {
		t.broken("Params is %q when it is asked again", again)
	}
}

func authorityStays(t *checking, s *SourceSuite) {
	r := s.rig(t)
	defer r.close()
	a, ok := r.Source.(discovery.Authority)
	if !ok {
		t.Skip("the source is no discovery.Authority")
	}
	before := a.Authoritative()
	r.fill()
	if a.Authoritative() != before {
		t.broken("Authoritative is %v, and then %v", before, !before)
	}
}
