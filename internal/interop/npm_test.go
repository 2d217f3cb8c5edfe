package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const sofaFolder = "../../interop/sofa-node"

// A lock file that names a registry would send everybody to that one.
func TestThePeersPackagesArePinnedAndNameNoRegistry(t *testing.T) {
	lock, err := os.ReadFile(filepath.Join(sofaFolder, "package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	if text := string(lock); strings.Contains(text, `"resolved"`) || strings.Contains(text, "http") && regexp.MustCompile(`https?://[^"]*\.tgz`).MatchString(text) {
		t.Error("the lock file says where packages come from")
	}
	var l struct {
		Packages map[string]struct {
			Version, Integrity string
			Link               bool
		}
	}
	if err := json.Unmarshal(lock, &l); err != nil {
		t.Fatal(err)
	}
	for name, p := range l.Packages {
		if name != "" && (p.Version == "" || !strings.HasPrefix(p.Integrity, "sha512-") || p.Link) {
			t.Errorf("%s has no version or no hash", name)
		}
	}
	var own struct{ Dependencies map[string]string }
	text, err := os.ReadFile(filepath.Join(sofaFolder, "package.json"))
	if err == nil {
		err = json.Unmarshal(text, &own)
	}
	if err != nil {
		t.Fatal(err)
	}
	for name, version := range own.Dependencies {
		if l.Packages["node_modules/"+name].Version != version {
			t.Errorf("package.json wants %s %q, which is no exact version, or not that of the lock file", name, version)
		}
	}
	if !strings.Contains(sofaNode().title, own.Dependencies["sofa-rpc-node"]) {
		t.Errorf("the table is of %s, the lock file of %s", sofaNode().title, own.Dependencies["sofa-rpc-node"])
	}
}

// program puts a program of the shell on the PATH, alone.
func program(t *testing.T, dir, name, script string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
}

func TestPackagesAreInstalledWhenTheLockFileChanged(t *testing.T) {
	bin, dir := t.TempDir(), t.TempDir()
	t.Setenv("PATH", bin)
	lock := filepath.Join(dir, "package-lock.json")
	write := func(text string) {
		if err := os.WriteFile(lock, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	install := func(want string) {
		t.Helper()
		err := npm(t.Context(), dir)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	write("{}")
	install("there is no node on the PATH: install Node.js 18 or newer")
	program(t, bin, "node", "")
	program(t, bin, "npm", "echo 'npm error 404' >&2; exit 1")
	install("| npm error 404")
	program(t, bin, "npm", "/bin/mkdir -p node_modules; echo ran >> runs")
	install("")
	install("")
	write(`{"a":1}`)
	install("")
	if runs, err := os.ReadFile(filepath.Join(dir, "runs")); err != nil || strings.Count(string(runs), "ran") != 2 {
		t.Errorf("npm ran: %q, %v", runs, err)
	}
	write(`{"resolved":"https://registry.example/x.tgz"}`)
	install("names a registry")
}
