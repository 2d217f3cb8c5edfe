package main

import (
	"fmt"
	"strings"
)

// trail tells the last frames of each connection, for failures.
func (t *tap) trail(n int) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	last := map[int][]string{}
	for i := range t.frames {
		f := &t.frames[i]
		dir := "<"
		if f.up {
			dir = ">"
		}
		last[f.conn] = append(last[f.conn], fmt.Sprintf("%s%s %d", dir, f.kind, f.id))
	}
	var s strings.Builder
	for c, l := range last {
		fmt.Fprintf(&s, "\nconn %d: %v", c, l[max(0, len(l)-n):])
	}
	return s.String()
}
