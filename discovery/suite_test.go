package discovery_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/onramptest"
)

func TestStaticConformsToTheContractOfASource(t *testing.T) {
	fixed := []onramp.Endpoint{{ID: "a", Addr: "10.0.0.1:1", Weight: 2, Labels: map[string]string{"zone": "x"}}, {ID: "b", Addr: "10.0.0.2:1"}}
	onramptest.TestSource(t, onramptest.SourceSuite{
		New: func(*testing.T) onramptest.SourceUnderTest {
			return onramptest.SourceUnderTest{Source: discovery.StaticEndpoints(fixed...), Fixed: fixed}
		},
		Wrong: []discovery.Target{
			{Scheme: discovery.Direct, Authority: "10.0.0.1:99999", Service: "orders"},
			{Scheme: "static", Path: "/a:1,a:1", Service: "orders"},
		},
	})
}

func TestFileConformsToTheContractOfASource(t *testing.T) {
	onramptest.TestSource(t, onramptest.SourceSuite{
		New: func(t *testing.T) onramptest.SourceUnderTest {
			f := &endpointsFile{t: t, path: filepath.Join(t.TempDir(), "endpoints.json"), sets: map[string][]endpointEntry{}}
			f.write()
			return onramptest.SourceUnderTest{Source: discovery.File(f.path), Set: f.set, Break: f.spoil, Heal: f.write}
		},
	})
	t.Run("without a file of its own", func(t *testing.T) {
		onramptest.TestSource(t, onramptest.SourceSuite{
			New: func(t *testing.T) onramptest.SourceUnderTest {
				f := &endpointsFile{t: t, path: filepath.Join(t.TempDir(), "endpoints.json"), sets: map[string][]endpointEntry{}}
				f.write()
				return onramptest.SourceUnderTest{
					Source: discovery.File(""), Set: f.set, Break: f.spoil, Heal: f.write,
					Target: func(service string) discovery.Target {
						return discovery.Target{Scheme: "file", Path: f.path, Service: service}
					},
				}
			},
			Wrong: []discovery.Target{{Scheme: "file", Service: "orders"}},
		})
	})
}

// endpointsFile is a file that is written as a deployment does: whole, by rename.
type endpointsFile struct {
	t    *testing.T
	path string
	sets map[string][]endpointEntry
}

type endpointEntry struct {
	ID     string            `json:"id"`
	Addr   string            `json:"addr"`
	Weight uint32            `json:"weight,omitempty"`
	Labels map[string]string `json:"labels,omitempty"`
}

func (f *endpointsFile) set(service string, endpoints ...onramp.Endpoint) {
	entries := []endpointEntry{}
	for _, e := range endpoints {
		entries = append(entries, endpointEntry{e.ID, e.Addr, e.Weight, e.Labels})
	}
	f.sets[service] = entries
	f.write()
}

func (f *endpointsFile) write() {
	text, err := json.Marshal(f.sets)
	if err != nil {
		f.t.Error(err)
	}
	f.put(text)
}

// spoil leaves half of the file.
func (f *endpointsFile) spoil() { f.put([]byte(`{"com.acme.Suite": [{"addr"`)) }

func (f *endpointsFile) put(text []byte) {
	next := f.path + ".next"
	if err := os.WriteFile(next, text, 0o600); err != nil {
		f.t.Error(err)
	}
	if err := os.Rename(next, f.path); err != nil {
		f.t.Error(err)
	}
}
