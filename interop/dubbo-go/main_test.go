package main

import (
	"os"
	"testing"
)

// TestMain registers the classes, which the library keeps for the process.
func TestMain(m *testing.M) {
	register()
	os.Exit(m.Run())
}

// start starts a peer that serves and returns it with the address.
func start(t *testing.T) (*peer, string) {
	t.Helper()
	p, err := newPeer()
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.serve(ask{Addr: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.stop)
	return p, got["addr"].(string)
}

// calls makes calls and returns how they ended.
func (p *peer) calls(t *testing.T, a ask, specs ...spec) []end {
	t.Helper()
	a.Calls = specs
	if a.Timeout == 0 {
		a.Timeout = 10000
	}
	got, err := p.call(a)
	if err != nil {
		t.Fatal(err)
	}
	return got["calls"].([]end)
}

func sample(name string) spec { return spec{Sample: &name} }

func texted(text string) spec { return spec{message: message{Text: text}} }
