//go:build faults && unix

package faults

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"
)

// journal is a slog.Handler that keeps what a client logs, and shows it when the
// test fails.
type journal struct {
	mu    sync.Mutex
	lines []line
}

type line struct {
	at   time.Time
	text string
}

func newJournal(t testing.TB) *journal {
	j := &journal{}
	t.Cleanup(func() {
		for _, l := range j.take() {
			if t.Failed() {
				t.Logf("%s %s", l.at.Format("15:04:05.000"), l.text)
			}
		}
	})
	return j
}

func (j *journal) take() []line {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.lines
}

// first returns when a line with all these words was logged for the first time.
func (j *journal) first(words ...string) (at time.Time, ok bool) {
	for _, l := range j.take() {
		found := true
		for _, w := range words {
			found = found && strings.Contains(l.text, w)
		}
		if found {
			return l.at, true
		}
	}
	return at, false
}

// Enabled implements slog.Handler.
func (j *journal) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelInfo }

// Handle implements slog.Handler.
func (j *journal) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	b.WriteString(r.Message)
	r.Attrs(func(a slog.Attr) bool {
		fmt.Fprintf(&b, " %s=%v", a.Key, a.Value)
		return true
	})
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, line{time.Now(), b.String()})
	return nil
}

// WithAttrs implements slog.Handler. Every line is about one service.
func (j *journal) WithAttrs([]slog.Attr) slog.Handler { return j }

// WithGroup implements slog.Handler.
func (j *journal) WithGroup(string) slog.Handler { return j }
