package retry

import (
	"errors"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/feature"
)

// notRetryable is the reason that an error need not repeat.
const notRetryable = "not retryable"

// Why an attempt that another method could repeat is the only one.
const (
	mayHaveRun = "it may have run, and the method is not marked client.Idempotent"
	hasRun     = "the peer says that it ran, and the method is not marked client.Idempotent"
)

// withheld says why an attempt that ended with o and err is not repeated, when that is
// because of the method.
func (s *stage) withheld(o onramp.Outcome, err error) string {
	switch {
	case s.idempotent || !Retryable(o, err, true):
		return notRetryable
	case o.Origin == onramp.Remote:
		return hasRun
	}
	return mayHaveRun
}

// Retryable reports whether an attempt that ended with o and err may be
// repeated, as the table in the package's doc says. Time and budget are not its
// concern.
func Retryable(o onramp.Outcome, err error, idempotent bool) bool {
	if o.Business || !idempotent && !o.Origin.Resendable() {
		return false
	}
	switch o.Code {
	case onramp.Unavailable, onramp.ResourceExhausted, onramp.Aborted, onramp.DeadlineExceeded:
	case onramp.Unknown:
		if o.Origin != onramp.Wire {
			return false
		}
	default:
		return false
	}
	var f feature.Final
	return !errors.As(err, &f) || !f.Final()
}
