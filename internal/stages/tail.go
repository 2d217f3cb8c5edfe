package main

import (
	"bytes"
	"sync"
)

// tail keeps the last lines that were written to it.
type tail struct {
	mu   sync.Mutex
	max  int
	kept []string
	part []byte
}

func newTail(lines int) *tail { return &tail{max: lines} }

// Write keeps p's whole lines and remembers the part behind the last one.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.part = append(t.part, p...)
	for {
		i := bytes.IndexByte(t.part, '\n')
		if i < 0 {
			return len(p), nil
		}
		t.keep(string(t.part[:i]))
		t.part = t.part[i+1:]
	}
}

// lines returns what is kept, oldest first.
func (t *tail) lines() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := append([]string(nil), t.kept...)
	if len(t.part) > 0 {
		out = append(out, string(t.part))
	}
	return out
}

func (t *tail) keep(line string) {
	if len(t.kept) == t.max {
		t.kept = append(t.kept[:0], t.kept[1:]...)
	}
	t.kept = append(t.kept, line)
}
