package sim

import (
	"bytes"
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/internal/faults/row"
	"github.com/onrampmesh/onramp/onramptest"
)

// wallOnly are the functions and methods of package time whose result has no
// monotonic part, or is a number that jumps with the clock. A time that went
// through one of them is wrong by what the clock jumps. Round and Truncate, which
// durations have too, count with a 0, which is how a time is stripped.
var wallOnly = []string{"Unix", "UnixMilli", "UnixMicro", "UnixNano", "UTC", "Local", "In", "AddDate", "Date", "Parse", "ParseInLocation"}

// wallUses are where the library calls one of them all the same, and why a clock
// that jumps does no harm there.
var wallUses = map[string]string{
	"breaker/error.go: UTC":                 "an error's text, for people",
	"codec/hessian2/append.go: UnixMilli":   "a user's date, on its way into a body",
	"codec/hessian2/cursor.go: UTC":         "a date of a body, for its user",
	"codec/hessian2/cursor.go: UnixMilli":   "a date of a body, for its user",
	"codec/hessian2/equal_keys.go: Unix":    "a user's date, compared with another",
	"codec/hessian2/instant.go: Unix":       "a date of a body, for its user",
	"codec/hessian2/instant.go: UTC":        "a date of a body, for its user",
	"codec/hessian2/instant.go: In":         "a date of a body, for its user",
	"codec/hessian2/localdatetime.go: Date": "a date of a body, for its user",
	"codec/hessian2/iso.go: Date":           "a date in a text, for its user",
	"codec/hessian2/localtime.go: Date":     "a date of a body, for its user",
	"codec/hessian2/zoned.go: In":           "a date of a body, for its user",
	"discovery/file_endpoint.go: Parse":     "an endpoint's start, as its operator wrote it: nothing is timed by it",
	"internal/mux/heartbeat.go: Unix":       "a deadline of 1970 wakes a reader, whatever the time is",
	"internal/mux/probe.go: Unix":           "a deadline of 1970 wakes a reader, whatever the time is",
	"internal/mux/serve.go: Unix":           "a deadline of 1970 ends a write, whatever the time is",
	"internal/mux/servertick.go: Unix":      "a deadline of 1970 wakes a reader, whatever the time is",
}

// Row 20: no time of the library loses its monotonic part.
func TestNoTimeOfTheLibraryIsTheWallClocks(t *testing.T) {
	found := map[string][]string{}
	files := 0
	err := filepath.WalkDir("../../..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{".git", "bench", "interop", "contrib", "examples", "faults", "stages", "testdata", "onramptest", "leak"}, d.Name()):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		files++
		uses, err := wallTimes(path)
		for _, u := range uses {
			rel := filepath.ToSlash(strings.TrimPrefix(path, "../../../"))
			found[rel+": "+u.name] = append(found[rel+": "+u.name], u.at)
		}
		return err
	})
	if err != nil || files < 100 {
		t.Fatalf("%d files, %v", files, err)
	}
	for use, at := range found {
		if wallUses[use] == "" {
			t.Errorf("%s (%s): the result has no monotonic part; compare durations, or say in wallUses why a jump does no harm", use, strings.Join(at, ", "))
		}
	}
	for use := range maps.Keys(wallUses) {
		if found[use] == nil {
			t.Errorf("wallUses names %s, which is gone", use)
		}
	}
	row.Figure(t, 20, "any", "%d files: %d uses of a time without its monotonic part, each with its reason (goal: none in timers, breakers and budgets)", files, len(found))
}

type use struct{ name, at string }

// wallTimes returns the calls of wallOnly in a file that imports time.
func wallTimes(path string) (uses []use, err error) {
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, path, nil, 0)
	if err != nil || !slices.ContainsFunc(f.Imports, func(i *ast.ImportSpec) bool { return i.Path.Value == `"time"` }) {
		return nil, err
	}
	ast.Inspect(f, func(n ast.Node) bool {
		c, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		s, ok := c.Fun.(*ast.SelectorExpr)
		if ok && (slices.Contains(wallOnly, s.Sel.Name) || strips(s.Sel.Name, c.Args)) {
			uses = append(uses, use{s.Sel.Name, set.Position(c.Pos()).String()})
		}
		return true
	})
	return uses, nil
}

func strips(name string, args []ast.Expr) bool {
	if name != "Round" && name != "Truncate" || len(args) != 1 {
		return false
	}
	l, ok := args[0].(*ast.BasicLit)
	return ok && l.Value == "0"
}

// Row 20: what a client writes says how long it waits and never what the time is:
// the same call an hour later, or by a clock that is an hour off, is the same bytes.
func TestDeadlinesTravelAsDurations(t *testing.T) {
	eachFramed(t, func(t *testing.T, p row.Protocol) {
		w := newWorld(t, p, settings{})
		defer w.close()
		now, _ := w.captured(t, 0, 0)
		time.Sleep(25 * time.Hour)
		later, _ := w.captured(t, 0, 0)
		if !bytes.Equal(now, later) {
			t.Errorf("a call and the same one a day later differ:\n% x\n% x", now, later)
		}
		f, err := p.Framer()
		if err != nil {
			t.Fatal(err)
		}
		var frame codec.Frame
		if err := f.Decode(now, &frame); err != nil || frame.Timeout != time.Second {
			t.Errorf("the frame of a call with 1s left says %v, %v", frame.Timeout, err)
		}
		row.Figure(t, 20, p.Name, "a call and the same one 25 h later are the same %d bytes; its frame says that %v are left", len(now), frame.Timeout)
	})
}

// Row 20: a deadline that has no monotonic part, because it was read somewhere, is
// turned into a duration once, and holds.
func TestADeadlineOfTheWallClockHolds(t *testing.T) {
	each(t, func(t *testing.T, p row.Protocol) {
		w := newWorld(t, p, settings{})
		defer w.close()
		c := w.caller()
		defer c.Close()
		begin := time.Now()
		ctx, cancel := context.WithDeadline(context.Background(), begin.Add(700*time.Millisecond).Round(0))
		defer cancel()
		err := try(ctx, c.write, call{ID: 1, Hold: time.Hour})
		if took := time.Since(begin); !errors.Is(err, onramp.DeadlineExceeded) || took < 700*time.Millisecond || took > 710*time.Millisecond {
			t.Errorf("%v after %v, want its deadline after 700ms", err, took)
		}
	})
}

// Row 20: everything stands still for eight hours, as when a lid was closed: calls
// under way end at their own deadline, what comes late is nobody's, and the next calls
// succeed.
func TestASuspendEndsCallsProperly(t *testing.T) {
	each(t, func(t *testing.T, p row.Protocol) {
		const n = 30
		w := newWorld(t, p, settings{})
		defer w.close()
		c := w.caller(once())
		defer c.Close()
		errs := make([]error, n)
		took := make([]time.Duration, n)
		var all sync.WaitGroup
		begin := time.Now()
		for i := range errs {
			all.Go(func() {
				errs[i] = try(within(t, time.Duration(1+i)*time.Second), c.write, call{ID: int64(i), Hold: 500 * time.Millisecond})
				took[i] = time.Since(begin)
			})
		}
		time.Sleep(100 * time.Millisecond)
		w.swallow()
		time.Sleep(8 * time.Hour)
		all.Wait()
		for i, err := range errs {
			due := time.Duration(1+i) * time.Second
			// A connection that is silent for 15 s is given up, with its calls.
			if e := onramp.AsError(err); err == nil || e.Origin != onramp.Wire || took[i] > due {
				t.Errorf("call %d with %v: %v after %v", i, due, err, took[i])
			}
		}
		for _, k := range w.proxy.Conns() {
			_ = k.Set(onramptest.Both, onramptest.Toxics{}) // what was held back for hours arrives
		}
		begin = time.Now()
		for i := range 3 {
			if err := try(within(t, time.Second), c.write, call{ID: int64(100 + i)}); err != nil {
				t.Errorf("call %d after the suspend: %v", i, err)
			}
		}
		row.Figure(t, 20, p.Name, "8 h of standstill: %d calls under way ended at or before their deadlines as wire; the first calls after it took %v", n, time.Since(begin))
	})
}
