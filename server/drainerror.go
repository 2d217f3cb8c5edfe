package server

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// DrainError says what a shutdown could not wait for.
type DrainError struct {
	// Stage is where the time ran out: StageFinish when calls were cut off,
	// StageClose when handlers went on in spite of that.
	Stage Stage
	// Calls are the calls that were under way, by target.
	Calls []Running
	// Conns is the number of connections that were open.
	Conns int
	// Listeners is the number of listeners whose Accept did not end with Close.
	Listeners int
	// Announced is what the registries may still hold, "service at address".
	Announced []string
	// Hooks are the stages whose hooks had not returned: the first one held up the
	// others, which were not called.
	Hooks []Stage
	// Err is why waiting ended, such as context.DeadlineExceeded.
	Err error
}

// Running is how many calls of a target run.
type Running struct {
	Target string
	N      int
}

// Error names everything that is left and what to do about it.
func (e *DrainError) Error() string {
	var parts []string
	if e.Conns > 0 || len(e.Calls) > 0 {
		parts = append(parts, fmt.Sprintf("%d connections open with %s; raise the deadline or WithDrainBound, and end handlers with their context", e.Conns, e.calls()))
	}
	if e.Listeners > 0 {
		parts = append(parts, fmt.Sprintf("%d listeners still accepting", e.Listeners))
	}
	if len(e.Announced) > 0 {
		parts = append(parts, "withdrawal not confirmed: "+strings.Join(e.Announced, ", "))
	}
	if len(e.Hooks) > 0 {
		parts = append(parts, fmt.Sprintf("hooks that had not returned, or had to wait for those: %v", e.Hooks))
	}
	if len(parts) == 0 {
		parts = append(parts, "it still goes on")
	}
	out := fmt.Sprintf("server: shutdown cut short at stage %q", e.Stage)
	if e.Err != nil {
		out += " (" + e.Err.Error() + ")"
	}
	return out + ": " + strings.Join(parts, "; ")
}

func (e *DrainError) calls() string {
	if len(e.Calls) == 0 {
		return "no call running"
	}
	out := make([]string, len(e.Calls))
	for i, c := range e.Calls {
		out[i] = fmt.Sprintf("%s (%d)", c.Target, c.N)
	}
	return "calls running: " + strings.Join(out, ", ")
}

// Unwrap returns Err.
func (e *DrainError) Unwrap() error { return e.Err }

func (e *DrainError) any() bool {
	return e.Conns > 0 || e.Listeners > 0 || len(e.Calls) > 0 || len(e.Announced) > 0 || len(e.Hooks) > 0
}

// at notes where the time ran out: the first time, and again when goroutines are
// left behind.
func (e *DrainError) at(ctx context.Context, stage Stage) {
	if e.Err == nil || stage == StageClose {
		e.Stage, e.Err = stage, context.Cause(ctx)
	}
}

// survey notes what is running now.
func (s *Server) survey(left *DrainError) {
	left.Conns, left.Calls = s.conns.size(), nil
	for _, routes := range s.table.Load().methods {
		for _, r := range routes {
			if n := r.running.n.Load(); n > 0 {
				left.Calls = append(left.Calls, Running{r.target, int(n)})
			}
		}
	}
	slices.SortFunc(left.Calls, func(a, b Running) int { return strings.Compare(a.Target, b.Target) })
}
