package onramptest

import (
	"context"
	"maps"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/discovery"
)

func wellFormed(t *checking, s *SourceSuite) {
	r := s.rig(t)
	defer r.close()
	set := r.fill()
	w := r.watch(context.Background(), r.Target(sourceService))
	defer w.cancel()
	w.expect(0, set, "at first")
	r.shake(w)
	for _, h := range w.updates() {
		if what := malformed(&h.Update); what != "" {
			t.broken("an update (%v %s, Err %v) %s", h.State, addresses(h.Endpoints), h.Err, what)
		}
	}
	_ = w.stop()
}

// shake does with the registry what the hands can do.
func (r *sourceRig) shake(w *watching) {
	steps := []func(){}
	if r.Set != nil {
		steps = append(steps, func() { r.Set(sourceService) }, func() { r.Set(sourceService, endpoints("p", "q")...) })
	}
	if r.Break != nil {
		steps = append(steps, r.Break, r.Heal)
	}
	if r.Remove != nil {
		steps = append(steps, func() { r.Remove(sourceService) })
	}
	for _, f := range steps {
		f()
		w.until(len(w.updates()), r.suite.Within, func(*heard) bool { return true })
	}
}

// malformed says what is wrong with an update.
func malformed(u *discovery.Update) string {
	keys := map[string]bool{}
	for i := range u.Endpoints {
		e := &u.Endpoints[i]
		if e.Addr == "" {
			return "has an endpoint without an address"
		}
		if keys[e.Key()] {
			return "has two endpoints with the key " + e.Key()
		}
		keys[e.Key()] = true
	}
	switch {
	case u.State > discovery.Failed:
		return "has a state that does not exist"
	case u.State != discovery.Known && len(u.Endpoints) > 0:
		return "has endpoints, and is not Known"
	case u.State == discovery.Failed && u.Err == nil:
		return "does not say why it failed"
	case u.State == discovery.Known && u.Err != nil && len(u.Endpoints) > 0:
		return "has endpoints and an error"
	}
	return ""
}

func updatesStay(t *checking, s *SourceSuite) {
	r := s.rig(t)
	defer r.close()
	set := r.fill()
	w := r.watch(context.Background(), r.Target(sourceService))
	defer w.cancel()
	w.expect(0, set, "at first")
	r.shake(w)
	if r.Set != nil {
		r.Set(sourceService, endpoints("u", "v", "w")...)
	}
	time.Sleep(s.Within)
	_ = w.stop()
	for _, h := range w.updates() {
		if len(h.told) != len(h.Endpoints) || !sameLabels(h.told, h.Endpoints) {
			t.broken("the update %s was %s when it was told", addresses(h.told), addresses(h.Endpoints))
		}
	}
}

// sameLabels compares endpoints of one list.
func sameLabels(a, b []onramp.Endpoint) bool {
	for i := range a {
		if a[i].ID != b[i].ID || a[i].Addr != b[i].Addr || !maps.Equal(a[i].Labels, b[i].Labels) {
			return false
		}
	}
	return true
}
