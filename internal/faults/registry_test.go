//go:build faults && unix

package faults

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/discovery"
)

// registry is a watched file: servers are written into it and taken out of it.
type registry struct {
	path string

	mu    sync.Mutex
	addrs []string
	err   error // the first one
}

func newRegistry(t testing.TB) *registry {
	t.Helper()
	r := &registry{path: filepath.Join(t.TempDir(), "endpoints.json")}
	t.Cleanup(func() {
		if r.err != nil {
			t.Errorf("the registry's file: %v", r.err)
		}
	})
	return r
}

// source is how a client watches the registry: it hears of a change within 50 ms.
func (r *registry) source() discovery.Source {
	return discovery.File(r.path, discovery.PollEvery(50*time.Millisecond))
}

func (r *registry) add(addr string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.addrs = append(r.addrs, addr)
	r.save()
}

func (r *registry) remove(addr string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.addrs = slices.DeleteFunc(r.addrs, func(a string) bool { return a == addr })
	r.save()
}

// save replaces the file in one step. The lock is held.
func (r *registry) save() {
	type endpoint struct {
		Addr string `json:"addr"`
	}
	list := []endpoint{}
	for _, a := range r.addrs {
		list = append(list, endpoint{a})
	}
	b, err := json.Marshal(map[string][]endpoint{service: list})
	if err == nil {
		err = os.WriteFile(r.path+".new", b, 0o600)
	}
	if err == nil {
		err = os.Rename(r.path+".new", r.path)
	}
	if r.err == nil {
		r.err = err
	}
}
