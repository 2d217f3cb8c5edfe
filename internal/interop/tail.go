package main

import (
	"strings"
	"sync"
)

// tailSize is how much is kept of what a peer writes to its standard error.
const tailSize = 3 << 10

// tail keeps the end of what was written to it.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p...)
	if n := len(t.kept) - tailSize; n > 0 {
		t.kept = append(t.kept[:0], t.kept[n:]...)
	}
	return len(p), nil
}

// lines returns what is kept, without empty lines.
func (t *tail) lines() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.FieldsFunc(string(t.kept), func(r rune) bool { return r == '\n' })
}
