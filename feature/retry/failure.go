package retry

import (
	"strconv"
	"strings"

	"github.com/onrampmesh/onramp"
)

// Failure is the cause of a call that failed after more than one attempt, or whose
// only one could have been repeated and was not: errors.As finds it, and Reason says
// why. A call whose error is never repeated (see the package) has none, and
// neither has one under a disabled retry or that another owner repeats. It unwraps to
// the last attempt's cause.
type Failure struct {
	// Attempts is how many attempts were made, 1 or more.
	Attempts int
	// Endpoints are the attempts' endpoints in order, "" where none was chosen.
	Endpoints []string
	// Reason is why there was no further attempt.
	Reason string
	// Err is the cause of the last attempt's error.
	Err error
}

// Error returns "after N attempts (ENDPOINT, ...), REASON: CAUSE".
func (f *Failure) Error() string {
	var b strings.Builder
	b.WriteString("after ")
	b.WriteString(strconv.Itoa(f.Attempts))
	b.WriteString(" attempt")
	if f.Attempts > 1 {
		b.WriteByte('s')
	}
	b.WriteString(" (")
	for i, ep := range f.Endpoints {
		if i > 0 {
			b.WriteString(", ")
		}
		if ep == "" {
			ep = "no endpoint"
		}
		b.WriteString(ep)
	}
	b.WriteString("), ")
	b.WriteString(f.Reason)
	if f.Err != nil {
		b.WriteString(": ")
		b.WriteString(f.Err.Error())
	}
	return b.String()
}

// Unwrap returns the last attempt's cause.
func (f *Failure) Unwrap() error { return f.Err }

// history is what the attempts of one call left behind.
type history struct {
	n         int
	mayRun    bool
	endpoints []string
}

func (h *history) add(o onramp.Outcome, err error) {
	h.n++
	h.mayRun = h.mayRun || !o.Origin.Resendable()
	h.endpoints = append(h.endpoints, onramp.AsError(err).Endpoint)
}

// failure returns the error of the call, which is the last attempt's, told by
// how many attempts there were. A call of which an earlier attempt may have run
// never says that nothing ran, whatever became of the last one.
func (h *history) failure(err error, why string) error {
	if h.n == 1 && why == notRetryable {
		return err
	}
	e := *onramp.AsError(err)
	if h.mayRun && e.Origin.Resendable() {
		e.Origin = onramp.Wire
	}
	e.Err = &Failure{Attempts: h.n, Endpoints: h.endpoints, Reason: why, Err: e.Err}
	return &e
}
