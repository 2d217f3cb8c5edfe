package onramptest

import (
	"context"
	"slices"
	"sync"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/discovery"
)

// Source is a discovery.Source that is driven by hand. Until the first Push its
// targets are Pending. Push, Fail and Gone return when every watcher was told,
// so they must not be called from a watcher's own update function. Many
// goroutines may use a Source at once.
type Source struct {
	scheme    string
	params    []string
	authority bool

	step     sync.Mutex // one change at a time
	mu       sync.Mutex
	all      discovery.Update            // for services without an update of their own
	services map[string]discovery.Update // by service
	watchers []*watcher
	refused  error
}

// watcher is one Watch under way.
type watcher struct {
	target  discovery.Target
	updates chan delivery
	done    chan struct{} // closed when Watch returns
}

// delivery is one update; the watcher closes told when it was handed on.
type delivery struct {
	update discovery.Update
	told   chan struct{}
}

// SourceOption changes a default of a Source.
type SourceOption func(*Source)

// SourceScheme names the scheme of the source's targets, and the parameters that
// it takes; the default is "test" and none.
func SourceScheme(scheme string, params ...string) SourceOption {
	return func(s *Source) { s.scheme, s.params = scheme, params }
}

// Authoritative makes what the source says the operator's word: it applies at
// once, without protection against suspicious losses.
func Authoritative() SourceOption { return func(s *Source) { s.authority = true } }

// NewSource returns a source that knows nothing yet.
func NewSource(opts ...SourceOption) *Source {
	s := &Source{scheme: "test", services: make(map[string]discovery.Update)}
	for _, o := range opts {
		o(s)
	}
	return s
}

// Scheme implements discovery.Schemer.
func (s *Source) Scheme() string { return s.scheme }

// Params implements discovery.Schemer.
func (s *Source) Params() []string { return s.params }

// Authoritative implements discovery.Authority.
func (s *Source) Authoritative() bool { return s.authority }

// Push makes endpoints the whole set of every target that has no set of its own.
func (s *Source) Push(endpoints ...onramp.Endpoint) { s.Update("", known(endpoints)) }

// PushTo makes endpoints the whole set of one service.
func (s *Source) PushTo(service string, endpoints ...onramp.Endpoint) {
	s.Update(service, known(endpoints))
}

// PushAddrs is Push for endpoints that are an address only.
func (s *Source) PushAddrs(addrs ...string) {
	endpoints := make([]onramp.Endpoint, len(addrs))
	for i, a := range addrs {
		endpoints[i] = onramp.Endpoint{ID: a, Addr: a}
	}
	s.Push(endpoints...)
}

// Fail reports that the registry could not be asked.
func (s *Source) Fail(err error) { s.Update("", discovery.Update{State: discovery.Failed, Err: err}) }

// Gone reports that the registry says explicitly that there are no endpoints.
func (s *Source) Gone() { s.Update("", discovery.Update{State: discovery.Gone}) }

// Update tells the watchers of service u; "" is every service without an update
// of its own.
func (s *Source) Update(service string, u discovery.Update) {
	s.step.Lock()
	defer s.step.Unlock()
	var told sync.WaitGroup // side by side: a slow watcher holds up no other
	for _, w := range s.keep(service, u) {
		told.Go(func() { w.tell(u) })
	}
	told.Wait()
}

// tell returns when the watcher was told, or is gone.
func (w *watcher) tell(u discovery.Update) {
	d := delivery{u, make(chan struct{})}
	select {
	case w.updates <- d:
		select {
		case <-d.told:
		case <-w.done:
		}
	case <-w.done:
	}
}

// keep remembers u and returns who is to be told.
func (s *Source) keep(service string, u discovery.Update) []*watcher {
	s.mu.Lock()
	defer s.mu.Unlock()
	if service == "" {
		s.all = u
	} else {
		s.services[service] = u
	}
	var out []*watcher
	for _, w := range s.watchers {
		_, own := s.services[w.target.Service]
		if w.target.Service == service || service == "" && !own {
			out = append(out, w)
		}
	}
	return out
}

// Refuse makes every later Watch fail with err, as for a target that can never
// be watched; nil ends that.
func (s *Source) Refuse(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused = err
}

// Watchers returns how many Watch calls are under way.
func (s *Source) Watchers() int { return len(s.Targets()) }

// Targets returns the targets that are watched, in the order they came.
func (s *Source) Targets() []discovery.Target {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]discovery.Target, len(s.watchers))
	for i, w := range s.watchers {
		out[i] = w.target
	}
	return out
}

// Watch implements discovery.Source.
func (s *Source) Watch(ctx context.Context, t discovery.Target, update func(discovery.Update)) error {
	w := &watcher{target: t, updates: make(chan delivery), done: make(chan struct{})}
	first, err := s.enter(w)
	if err != nil {
		return err
	}
	defer s.leave(w)
	update(first)
	for {
		select {
		case d := <-w.updates:
			update(d.update)
			close(d.told)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (s *Source) enter(w *watcher) (discovery.Update, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refused != nil {
		return discovery.Update{}, s.refused
	}
	s.watchers = append(s.watchers, w)
	if u, ok := s.services[w.target.Service]; ok {
		return u, nil
	}
	return s.all, nil
}

func (s *Source) leave(w *watcher) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watchers = slices.DeleteFunc(s.watchers, func(o *watcher) bool { return o == w })
	close(w.done)
}

func known(endpoints []onramp.Endpoint) discovery.Update {
	return discovery.Update{State: discovery.Known, Endpoints: slices.Clone(endpoints)}
}
