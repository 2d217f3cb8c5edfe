package onramptest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/discovery"
)

const sourceService = "com.acme.Suite"

// sourceRig is a source with its hands.
type sourceRig struct {
	SourceUnderTest

	t     *checking
	suite *SourceSuite
}

func (s *SourceSuite) rig(t *checking) *sourceRig {
	t.Helper()
	r := &sourceRig{t: t, suite: s, SourceUnderTest: s.New(t.T)}
	if r.Source == nil {
		t.stop("SourceSuite.New returned no Source")
	}
	if r.Target == nil {
		scheme := ""
		if sc, ok := r.Source.(discovery.Schemer); ok {
			scheme = sc.Scheme()
		}
		r.Target = func(service string) discovery.Target { return discovery.Target{Scheme: scheme, Service: service} }
	}
	return r
}

func (r *sourceRig) close() {
	if r.Close != nil {
		r.Close()
	}
}

// can skips a check that needs a hand that is not there.
func (r *sourceRig) can(ok bool, hand string) {
	r.t.Helper()
	if !ok {
		r.close()
		r.t.Skipf("SourceUnderTest.%s is nil", hand)
	}
}

// fill gives the service its first content and returns it.
func (r *sourceRig) fill() []onramp.Endpoint {
	if r.Set == nil {
		return r.Fixed
	}
	set := endpoints("a", "b", "c")
	r.Set(sourceService, set...)
	return set
}

// endpoints makes an endpoint for each name.
func endpoints(names ...string) []onramp.Endpoint {
	out := make([]onramp.Endpoint, len(names))
	for i, n := range names {
		out[i] = onramp.Endpoint{ID: n, Addr: fmt.Sprintf("10.0.%d.%d:12200", n[0], i+1), Weight: uint32(i + 1), Labels: map[string]string{"version": "v" + n}}
	}
	return out
}

// heard is one update as it was when it came.
type heard struct {
	discovery.Update

	told []onramp.Endpoint // the source's own
}

// watching is one Watch under way and what it told.
type watching struct {
	r      *sourceRig
	target discovery.Target
	cancel context.CancelFunc
	end    chan error
	ended  atomic.Bool

	mu      sync.Mutex
	all     []heard
	running int           // update functions at this moment
	overlap int           // the most
	late    int           // after Watch had returned
	hold    time.Duration // how long update takes
}

// watch starts a Watch.
func (r *sourceRig) watch(ctx context.Context, t discovery.Target) *watching {
	ctx, cancel := context.WithCancel(ctx)
	w := &watching{r: r, target: t, cancel: cancel, end: make(chan error, 1)}
	go func() {
		err := r.Source.Watch(ctx, t, w.update)
		w.ended.Store(true)
		w.end <- err
	}()
	return w
}

func (w *watching) update(u discovery.Update) {
	w.mu.Lock()
	w.running++
	w.overlap = max(w.overlap, w.running)
	if w.ended.Load() {
		w.late++
	}
	h := heard{u, u.Endpoints}
	h.Endpoints = cloned(u.Endpoints)
	w.all = append(w.all, h)
	hold := w.hold
	w.mu.Unlock()
	if hold > 0 {
		time.Sleep(hold)
	}
	w.mu.Lock()
	w.running--
	w.mu.Unlock()
}

// cloned is a copy that nobody else holds.
func cloned(eps []onramp.Endpoint) []onramp.Endpoint {
	out := slices.Clone(eps)
	for i := range out {
		out[i].Labels = maps.Clone(out[i].Labels)
	}
	return out
}

// slow makes update take d from now on.
func (w *watching) slow(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hold = d
}

// updates returns what was told so far.
func (w *watching) updates() []heard {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.all)
}

// until waits for an update from index on that ok accepts, and returns the index
// behind it; -1 when none came in time.
func (w *watching) until(from int, within time.Duration, ok func(h *heard) bool) int {
	for end := time.Now().Add(within); ; time.Sleep(10 * time.Millisecond) {
		all := w.updates()
		for i := from; i < len(all); i++ {
			if ok(&all[i]) {
				return i + 1
			}
		}
		if !time.Now().Before(end) {
			return -1
		}
	}
}

// expect waits for the set, and stops the check when it does not come.
func (w *watching) expect(from int, set []onramp.Endpoint, when string) int {
	w.r.t.Helper()
	next := w.until(from, w.r.suite.Within, func(h *heard) bool { return h.State == discovery.Known && same(h.Endpoints, set) })
	if next < 0 {
		w.r.t.stop("%s the set %s was not told within %v; told was: %s", when, addresses(set), w.r.suite.Within, w.story(from))
	}
	return next
}

// stop ends the watch, and stops the check when it does not end.
func (w *watching) stop() error {
	w.r.t.Helper()
	w.cancel()
	select {
	case err := <-w.end:
		return err
	case <-time.After(w.r.suite.Within):
		w.r.t.stop("%v after its context ended Watch has not returned", w.r.suite.Within)
	}
	return nil
}

// running reports that Watch has returned, which it must not.
func (w *watching) runs(when string) {
	w.r.t.Helper()
	select {
	case err := <-w.end:
		w.end <- err
		w.r.t.stop("%s Watch returned %v", when, err)
	default:
	}
}

// story prints what was told.
func (w *watching) story(from int) string {
	all := w.updates()
	var text []string
	for _, h := range all[min(from, len(all)):] {
		text = append(text, fmt.Sprintf("%v %s %v", h.State, addresses(h.Endpoints), h.Err))
	}
	if text == nil {
		return "nothing"
	}
	return strings.Join(text, "; ")
}

// same compares the addresses, and the keys where the source has IDs.
func same(got, want []onramp.Endpoint) bool {
	if len(got) != len(want) {
		return false
	}
	for i := range want {
		if !slices.ContainsFunc(got, func(e onramp.Endpoint) bool {
			return e.Addr == want[i].Addr && (e.ID == want[i].ID || e.ID == "" || e.ID == e.Addr)
		}) {
			return false
		}
	}
	return true
}

func addresses(eps []onramp.Endpoint) string {
	out := make([]string, len(eps))
	for i := range eps {
		out[i] = eps[i].Addr
	}
	slices.Sort(out)
	return fmt.Sprint(out)
}

// isEnd reports whether err is that of a context that ended.
func isEnd(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
