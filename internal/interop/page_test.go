package main

import (
	"os"
	"strings"
	"testing"
)

// The page is what the driver would write now, if every cell were green.
func TestThePageIsThatOfTheTable(t *testing.T) {
	got, err := os.ReadFile("../../docs/interop.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != page(peers(), cases()) {
		t.Error("docs/interop.md is not that of the table: run go run ./internal/interop -doc docs/interop.md")
	}
	for _, c := range cases() {
		want := 1
		for _, p := range peers() {
			if p.tries(&c) {
				want++
			}
		}
		if n := strings.Count(string(got), "\n| "+c.name+" | "); n != want {
			t.Errorf("docs/interop.md has %d rows of case %s, want one for each peer that it is for, and one that explains it", n, c.name)
		}
	}
	for _, p := range peers() {
		for _, l := range p.limits {
			if !strings.Contains(string(got), l.reason) {
				t.Errorf("docs/interop.md does not say that %s", l.reason)
			}
		}
		for _, g := range p.gaps {
			if !strings.Contains(string(got), g.reason) {
				t.Errorf("docs/interop.md does not say that %s", g.reason)
			}
		}
	}
}

func TestAPageIsNotWrittenOfARedMatrix(t *testing.T) {
	p := fakePeer(t, "rude")
	m := driverOf(t, p, "success").matrix(t.Context())
	dir := t.TempDir()
	var out strings.Builder
	if err := m.write(&out, dir+"/a/text", dir+"/page.md"); err == nil || !strings.Contains(err.Error(), "6 cells are red") {
		t.Errorf("got %v", err)
	}
	if text, err := os.ReadFile(dir + "/a/text"); err != nil || string(text) != out.String() {
		t.Errorf("the text is not what was printed: %v", err)
	}
	if _, err := os.Stat(dir + "/page.md"); err == nil {
		t.Error("the page was written")
	}
}
