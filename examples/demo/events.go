package main

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"time"
)

// events are what happened, in order: the faults of the demo and what the
// client's log says of them. It is a slog.Handler.
type events struct {
	mu    sync.Mutex
	start time.Time
	lines []string
	log   map[string]int // by message
	fresh []string       // not shown yet
}

func newEvents() *events { return &events{start: time.Now(), log: map[string]int{}} }

func (e *events) logger() *slog.Logger { return slog.New(e) }

func (e *events) add(text string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	line := fmt.Sprintf("%5.1fs  %s", time.Since(e.start).Seconds(), text)
	e.lines = append(e.lines, line)
	e.fresh = append(e.fresh, line)
}

// take returns the lines that were not shown yet.
func (e *events) take() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := e.fresh
	e.fresh = nil
	return out
}

// counts returns how often the client logged each message.
func (e *events) counts() map[string]int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return maps.Clone(e.log)
}

// Enabled implements slog.Handler.
func (e *events) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelInfo }

// Handle implements slog.Handler.
func (e *events) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	b.WriteString(r.Message)
	r.Attrs(func(a slog.Attr) bool {
		fmt.Fprintf(&b, " %s=%v", a.Key, a.Value)
		return true
	})
	e.mu.Lock()
	e.log[r.Message]++
	e.mu.Unlock()
	e.add("client: " + b.String())
	return nil
}

// WithAttrs implements slog.Handler.
func (e *events) WithAttrs([]slog.Attr) slog.Handler { return e }

// WithGroup implements slog.Handler.
func (e *events) WithGroup(string) slog.Handler { return e }
