package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/internal/interop/pb"
)

// expect collects the facts that are not as they should be.
type expect struct{ wrong []error }

// eq notes that got is not want.
func (x *expect) eq(what string, got, want int) {
	if got != want {
		x.wrong = append(x.wrong, fmt.Errorf("%s: %d, want %d", what, got, want))
	}
}

// ok notes an error.
func (x *expect) ok(err error) {
	if err != nil {
		x.wrong = append(x.wrong, err)
	}
}

// thatf notes a fact that does not hold.
func (x *expect) thatf(holds bool, format string, args ...any) {
	if !holds {
		x.wrong = append(x.wrong, fmt.Errorf(format, args...))
	}
}

func (x *expect) err() error { return errors.Join(x.wrong...) }

func equal(got, want *pb.Message) error {
	if a, b := describe(got).String(), describe(want).String(); a != b {
		return fmt.Errorf("the reply is %s, want %s", cut(a), cut(b))
	}
	return nil
}

func contains(e *onramp.Error, text string) bool {
	return text == "" || e.Err != nil && strings.Contains(e.Err.Error(), text)
}
