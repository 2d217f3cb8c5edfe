package discovery

import (
	"sync"

	"github.com/onrampmesh/onramp"
)

// watcher is one call of Cache.Watch.
type watcher struct {
	wake chan struct{}

	mu    sync.Mutex // held while alive runs, so that retire waits for it
	alive func(id string) bool
}

func (w *watcher) notify() { signal(w.wake) }

// anyAlive asks the watcher's cluster whether any of these endpoints answers.
func (w *watcher) anyAlive(eps []onramp.Endpoint) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.alive == nil {
		return false
	}
	for i := range eps {
		if w.alive(eps[i].Key()) {
			return true
		}
	}
	return false
}

// retire makes sure that alive is not called any more.
func (w *watcher) retire() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.alive = nil
}
