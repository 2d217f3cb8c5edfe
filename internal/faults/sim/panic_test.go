package sim

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/internal/faults/row"
)

// Row 43: a handler panics. Its caller gets one error without a stack, the others of
// the connection their answers, and the server counts it.
func TestAPanicOfAHandlerIsOneErrorReplyAndNothingElse(t *testing.T) {
	each(t, func(t *testing.T, p row.Protocol) {
		const n = 50
		w := newWorld(t, p, settings{})
		defer w.close()
		c := w.caller(once())
		defer c.Close()
		errs := make([]error, n)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() {
				in := call{ID: int64(i), Hold: time.Duration(i%7) * time.Millisecond}
				if i%5 == 0 {
					in.Panic = "the secret of row 43"
				}
				errs[i] = try(within(t, time.Second), c.write, in)
			})
		}
		all.Wait()
		failed := 0
		for i, err := range errs {
			if i%5 != 0 {
				if err != nil {
					failed++
					t.Errorf("call %d beside a panic: %v", i, err)
				}
				continue
			}
			e := onramp.AsError(err)
			if err == nil || e.Code != onramp.Internal || e.Origin != onramp.Remote {
				t.Errorf("the caller of a handler that panicked: %v, want internal (remote)", err)
			}
			for _, leak := range []string{"goroutine", ".go:", "runtime", "secret"} {
				if strings.Contains(err.Error(), leak) {
					t.Errorf("the reply tells %q of the inside: %v", leak, err)
				}
			}
			if runs := w.ledger.of(int64(i)); runs != 1 {
				t.Errorf("call %d ran %d times", i, runs)
			}
		}
		if s := w.server.Stats(); s.Panics != n/5 || w.proxy.Accepted() != 1 || len(w.proxy.Conns()) != 1 {
			t.Errorf("%d panics are counted, on %d connections; want %d on one", s.Panics, w.proxy.Accepted(), n/5)
		}
		row.Figure(t, 43, p.Name, "%d handlers panicked beside %d calls on one connection: one error reply each without a stack, %d of the others failed (goal 0), the connection stands", n/5, n-n/5, failed)
	})
}
