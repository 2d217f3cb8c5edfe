package onramptest

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
)

// Client returns a fake that stands wherever a client can, and as a server's
// handler too: an onramp.Handler that answers by rules, the first one that fits
// and is not used up. It has no network, and no goroutine but those of StreamFunc, and
// it honours the context and the deadline of a call. Many goroutines may call it at once.
//
// A call that no rule answers fails the test, naming the closest target there
// is, and returns Unimplemented. A rule that was not used fails the test when it
// ends, unless it is Optional.
func Client(t testing.TB, rules ...*Rule) onramp.Handler {
	t.Helper()
	f := &fake{t: t, rules: rules}
	f.ctx, f.cancel = context.WithCancel(context.Background())
	f.check()
	t.Cleanup(f.finish)
	return f.handle
}

// fake is the state behind Client.
type fake struct {
	t  testing.TB
	mu sync.Mutex

	rules []*Rule
	ended bool // the test is over

	ctx      context.Context // ends with the test
	cancel   context.CancelFunc
	routines sync.WaitGroup // the functions of streams
}

// check fails the test for rules that cannot work.
func (f *fake) check() {
	f.t.Helper()
	always := make(map[string]int) // targets that are answered whatever comes, by rule
	for i, r := range f.rules {
		if r == nil {
			f.t.Fatalf("onramptest.Client: rule %d is nil", i+1)
		}
		if r.fault != nil {
			f.t.Fatalf("onramptest.Client: rule %d: %v", i+1, r.fault)
		}
		r.fake, r.number = f, i+1
		if first, ok := always[r.target]; ok {
			f.t.Fatalf("onramptest.Client: rule %d, %s, can never answer: rule %d answers every call of it; give that one Times", i+1, r.target, first)
		}
		if r.times == 0 && r.when == nil {
			always[r.target] = i + 1
		}
	}
}

// failf fails the test, unless it is over.
func (f *fake) failf(format string, args ...any) {
	f.t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.ended {
		f.t.Errorf("onramptest.Client: "+format, args...)
	}
}

// from says who made the call: the first line of the stack that is not of this
// module's own; "" when that is another goroutine.
func from() string {
	stack := make([]uintptr, 64)
	frames := runtime.CallersFrames(stack[:runtime.Callers(2, stack)])
	for {
		at, more := frames.Next()
		own := strings.HasPrefix(at.Function, "github.com/onrampmesh/onramp") && !strings.HasSuffix(at.File, "_test.go")
		outside := strings.HasPrefix(at.Function, "testing.") || strings.HasPrefix(at.Function, "runtime.") || at.Function == ""
		switch {
		case !own && !outside:
			return fmt.Sprintf(" (called from %s:%d)", filepath.Base(at.File), at.Line)
		case !more:
			return ""
		}
	}
}

// finish tells of rules that were not used.
func (f *fake) finish() {
	f.t.Helper()
	f.cancel()
	f.routines.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ended = true
	if f.t.Failed() {
		return // the first failure says more
	}
	for i, r := range f.rules {
		if left := r.left(); left != "" {
			f.t.Errorf("onramptest.Client: rule %d, %s, %s; mark it Optional if that is fine", i+1, r.target, left)
		}
	}
}

func (f *fake) handle(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
	f.t.Helper()
	r := f.take(req)
	if r == nil {
		return nil, f.unexpected(req)
	}
	if err := wait(ctx, req, r.delay); err != nil {
		return nil, err
	}
	return r.answer(ctx, req)
}

// take finds the rule for a call and counts it.
func (f *fake) take(req *onramp.Request) *Rule {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.rules {
		if r.open() && r.matches(req) {
			r.used++
			return r
		}
	}
	return nil
}

// unexpected fails the test, unless it is over, and returns the call's error.
func (f *fake) unexpected(req *onramp.Request) error {
	f.t.Helper()
	f.mu.Lock()
	text := f.explain(req)
	f.mu.Unlock()
	f.failf("unexpected call of %s: %s%s", req.Target(), text, from())
	return &onramp.Error{Code: onramp.Unimplemented, Target: req.Target(), Err: fmt.Errorf("the fake has no answer: %s", text)}
}

// explain says why no rule answers the call.
func (f *fake) explain(req *onramp.Request) string {
	var targets []string
	answered, narrowed := 0, false
	for _, r := range f.rules {
		targets = append(targets, r.target)
		if r.matches(req) {
			answered += r.used
		} else if r.target == req.Target() {
			narrowed = true
		}
	}
	switch {
	case len(targets) == 0:
		return "it has no rules"
	case answered > 0:
		return fmt.Sprintf("its rules answer %d calls, and they were made", answered)
	case narrowed:
		return "there is a rule, and its When does not accept this call"
	}
	return "did you mean " + closest(req.Target(), targets) + "? Rules: " + strings.Join(targets, ", ")
}

// wait lets d pass within the call's deadline and context. A call that has
// neither left is not begun.
func wait(ctx context.Context, req *onramp.Request, d time.Duration) error {
	if err := ended(ctx, req, onramp.Local); err != nil || d <= 0 {
		return err
	}
	if !req.Deadline.IsZero() {
		d = min(d, time.Until(req.Deadline))
	}
	_ = pause(ctx, d) // ended knows better
	return ended(ctx, req, onramp.Wire)
}

// ended returns the error of a call whose context or deadline has ended.
func ended(ctx context.Context, req *onramp.Request, o onramp.Origin) error {
	err := ctx.Err()
	if !req.Deadline.IsZero() && !time.Now().Before(req.Deadline) {
		err = context.DeadlineExceeded
	}
	if err == nil {
		return nil
	}
	return &onramp.Error{Code: onramp.Classify(err).Code, Origin: o, Target: req.Target(), Err: err}
}
