package onramptest

import (
	"errors"
	"fmt"
	"time"
)

// Toxics is what a Proxy does to one direction of a connection. The zero value
// passes everything on as it comes. Bytes are never changed, lost or reordered.
type Toxics struct {
	// Latency is how much later bytes arrive, 0 to 24 h. Bytes that follow each
	// other closely arrive so.
	Latency time.Duration
	// Jitter adds 0 to Jitter, drawn anew for what each read brings, to Latency.
	Jitter time.Duration
	// Rate is how many bytes a second pass, after their latency; 0 is no bound,
	// the most is 4 GiB. They pass in pieces of at most 10 ms.
	Rate int
	// Slice is how many bytes one write to the receiver has at most; 0 is no
	// bound. What a receiver reads at once is still up to it: with a Rate, the
	// pieces are apart in time.
	Slice int
	// Stall lets nothing pass, ends of connections included, as long as it is set.
	// The sender can write on until Buffer, and the networks' own, are full.
	Stall bool
	// End is what becomes of the connection after a number of bytes.
	End End
}

// End is a fault after a number of bytes of one direction, counted from when the
// toxics were set. The zero End is none. See ResetAfter, CloseAfter and StallAfter.
type End struct {
	kind  ending
	after int64
}

// ending is how a direction, or the connection, ends.
type ending uint8

const (
	endNone  ending = iota
	endReset        // both ends are reset
	endClose        // both ends read an orderly end
	endStall        // nothing more passes
	endFin          // this direction has ended, the other goes on
)

// ResetAfter passes exactly n bytes and then resets the connection: both ends
// read ECONNRESET, after what had arrived. Over TCP, what the receiver has no
// room for at that moment is lost.
func ResetAfter(n int64) End { return End{endReset, n} }

// CloseAfter passes exactly n bytes and then closes the connection: both ends
// read io.EOF, after what had arrived.
func CloseAfter(n int64) End { return End{endClose, n} }

// StallAfter passes exactly n bytes, and nothing more until other toxics are set.
func StallAfter(n int64) End { return End{endStall, n} }

const (
	maxLatency = 24 * time.Hour
	maxRate    = 4 << 30
)

// check returns an error for each field that is wrong, with its path.
func (t Toxics) check(path string) error {
	var errs []error
	wrong := func(field string, value, want any) {
		errs = append(errs, fmt.Errorf("%s.%s: %v: want %v", path, field, value, want))
	}
	if t.Latency < 0 || t.Latency > maxLatency {
		wrong("Latency", t.Latency, "0 to 24h")
	}
	if t.Jitter < 0 || t.Jitter > maxLatency {
		wrong("Jitter", t.Jitter, "0 to 24h")
	}
	if t.Rate < 0 || int64(t.Rate) > maxRate {
		wrong("Rate", t.Rate, fmt.Sprintf("1 to %d bytes a second, or 0 for no bound", int64(maxRate)))
	}
	if t.Slice < 0 {
		wrong("Slice", t.Slice, "1 byte or more, or 0 for no bound")
	}
	if t.End.after < 0 {
		wrong("End", t.End.after, "0 bytes or more; the zero End is none")
	}
	return errors.Join(errs...)
}

// checkFor is check for a method, which also gets a direction.
func (t Toxics) checkFor(method string, d Direction) error {
	if d == 0 || d&^Both != 0 {
		return fmt.Errorf("%s: direction %d: want ToServer, ToClient or Both", method, d)
	}
	if err := t.check("Toxics"); err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	return nil
}
