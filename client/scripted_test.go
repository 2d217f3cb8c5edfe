package client

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/feature"
)

// governed are the features whose every enforcement leaves a mark on the call.
var governed = []feature.Name{feature.Routing, feature.RateLimit, feature.Fault, feature.Mirror, feature.HeaderMutation}

const (
	keptMark = "x-kept-" // by Dress: this process keeps the feature
	didMark  = "x-did-"  // by the process's stage: it enforced the feature
	callMark = "x-call"
)

// scripted is the lane to a scripted sidecar.
type scripted struct {
	name   string
	absent bool
}

func (l *scripted) Name() string { return l.name }

func (l *scripted) Address(service string) (discovery.Target, bool) {
	return discovery.Target{Scheme: discovery.Direct, Authority: "127.0.0.1:15001", Service: service}, !l.absent
}

func (l *scripted) Dress(req *onramp.Request, set *feature.Set) {
	for n := feature.Routing; n <= feature.HeaderMutation; n++ {
		if set.Moved(n) {
			req.Header.Del(keptMark + n.String())
		} else {
			req.Header.Set(keptMark+n.String(), "1")
		}
	}
}

func (l *scripted) Classify(_ *onramp.Response, err error) onramp.Outcome {
	return onramp.Classify(err)
}

// world is what stands behind the client: a sidecar that applies its own rules,
// and a service behind both. It keeps count of each call by its mark.
type world struct {
	mu    sync.Mutex
	calls map[string]*seen
	// fails says whether the n-th attempt (from 0) of a call fails at the service.
	fails func(call string, attempt int) bool
}

// seen is what happened to one call.
type seen struct {
	arrivals int // attempts that this process sent
	attempts int // attempts that reached the service
	owners   map[feature.Name]map[string]bool
}

func (w *world) call(id string) *seen {
	s := w.calls[id]
	if s == nil {
		s = &seen{owners: map[feature.Name]map[string]bool{}}
		w.calls[id] = s
	}
	return s
}

func (s *seen) own(n feature.Name, owner string) {
	if s.owners[n] == nil {
		s.owners[n] = map[string]bool{}
	}
	s.owners[n][owner] = true
}

// serve is one attempt at the service itself.
func (w *world) serve(req *onramp.Request, s *seen) (*onramp.Response, error) {
	n := s.attempts
	s.attempts++
	if w.fails != nil && w.fails(req.Header.Get(callMark), n) {
		return nil, onramp.NewError(onramp.Unavailable, onramp.Wire, "the service failed")
	}
	resp := req.Reply()
	resp.Body.Value = req.Body.Value
	return resp, nil
}

// direct is the hop of calls that this process dials: nobody else governs them.
func (w *world) direct(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.call(req.Header.Get(callMark))
	s.arrivals++
	for _, n := range governed {
		if _, did := req.Header.Lookup(didMark + n.String()); !did {
			return nil, fmt.Errorf("%s was governed by nobody on the direct way", n)
		}
		s.own(n, "process")
	}
	s.own(feature.Retry, "process")
	return w.serve(req, s)
}

// sidecar is the hop of calls that a sidecar dials. It makes two retries of its
// own when it owns retry, and refuses a call that was governed twice or never.
func (w *world) sidecar(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.call(req.Header.Get(callMark))
	s.arrivals++
	for _, n := range governed {
		_, kept := req.Header.Lookup(keptMark + n.String())
		_, did := req.Header.Lookup(didMark + n.String())
		switch {
		case kept && !did:
			return nil, fmt.Errorf("%s was governed never", n)
		case !kept && did:
			return nil, fmt.Errorf("%s was governed twice", n)
		case kept:
			s.own(n, "process")
		default:
			s.own(n, "sidecar")
		}
	}
	if _, kept := req.Header.Lookup(keptMark + feature.Retry.String()); kept {
		s.own(feature.Retry, "process")
		return w.serve(req, s)
	}
	s.own(feature.Retry, "sidecar")
	if s.arrivals > 1 {
		return nil, errors.New("retry was governed twice: the sidecar owns it and a second attempt came")
	}
	var resp *onramp.Response
	var err error
	for range 3 {
		if resp, err = w.serve(req, s); err == nil {
			break
		}
	}
	return resp, err
}
