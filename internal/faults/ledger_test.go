//go:build faults && unix

package faults

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

// ledger counts how often the handlers of one or more servers ran each call of a
// method, by the call's ID.
type ledger map[string]map[int64]int

// runs reads what the servers wrote, those that were killed included.
func runs(t testing.TB, procs ...*process) ledger {
	t.Helper()
	out := ledger{read: {}, write: {}}
	for _, p := range procs {
		b, err := os.ReadFile(p.spec.Ledger)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(b)) {
			method, id, _ := strings.Cut(strings.TrimSpace(line), " ")
			n, err := strconv.ParseInt(id, 10, 64)
			if err != nil || out[method] == nil {
				t.Fatalf("the ledger of server %s says %q", p.spec.Name, line)
			}
			out[method][n]++
		}
	}
	return out
}

// audit compares what the callers were told with what the servers did: a write
// ran once at most, and a call that was answered did run.
func audit(t testing.TB, calls []outcome, did ledger) {
	t.Helper()
	twice, unrun := 0, 0
	for id, n := range did[write] {
		if n > 1 {
			if twice++; twice <= 3 {
				t.Errorf("write %d ran %d times", id, n)
			}
		}
	}
	for i := range calls {
		o := &calls[i]
		if o.err == nil && did[o.method][o.id] == 0 {
			if unrun++; unrun <= 3 {
				t.Errorf("%s %d was answered, and no server ran it", o.method, o.id)
			}
		}
	}
	if twice > 0 || unrun > 0 {
		t.Errorf("%d writes ran twice, %d calls were answered without having run", twice, unrun)
	}
}

// held returns the IDs of a method's held calls.
func (l ledger) held(method string) (ids []int64) {
	for id := range l[method] {
		if id >= firstHeld {
			ids = append(ids, id)
		}
	}
	return ids
}
