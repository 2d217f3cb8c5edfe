package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// event is a line of go test -json.
type event struct {
	Action, Package, Test, Output string
}

// goTestEvents runs go test, shows what it would show without -json, and keeps the
// events in .build/faults, where the generator of docs/faults.md finds them. Programs for the administrator are found, too.
func (j *job) goTestEvents(ctx context.Context, name string, args ...string) error {
	dir := filepath.Join(j.project.root, ".build", "faults")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(dir, name+".json"))
	if err != nil {
		return err
	}
	shown := &plain{out: io.MultiWriter(j.project.out, j.tail), said: map[string][]string{}}
	err = j.run(ctx, command{args: append([]string{"go", "test", "-json"}, args...), env: []string{"PATH=" + os.Getenv("PATH") + string(filepath.ListSeparator) + systemPath}, quiet: true, copy: io.MultiWriter(f, shown)})
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

// plain turns events into what go test prints: the lines of packages, and all
// that a test that failed said.
type plain struct {
	out  io.Writer
	part []byte
	said map[string][]string // by package and test
}

// Write takes lines, whole or in parts.
func (p *plain) Write(b []byte) (int, error) {
	p.part = append(p.part, b...)
	for {
		line, rest, whole := strings.Cut(string(p.part), "\n")
		if !whole {
			return len(b), nil
		}
		p.part = []byte(rest)
		p.line(line)
	}
}

func (p *plain) line(text string) {
	var e event
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		fmt.Fprintln(p.out, text) // of the go command itself
		return
	}
	key := e.Package + " " + e.Test
	switch {
	case e.Action == "build-output", e.Action == "output" && e.Test == "" && e.Output != "PASS\n":
		fmt.Fprint(p.out, e.Output)
	case e.Action == "output" && !strings.HasPrefix(e.Output, "=== "):
		p.said[key] = append(p.said[key], e.Output)
	case e.Action == "fail":
		for _, line := range p.said[key] {
			fmt.Fprint(p.out, line)
		}
		delete(p.said, key)
	case e.Action == "pass", e.Action == "skip":
		delete(p.said, key)
	}
}
