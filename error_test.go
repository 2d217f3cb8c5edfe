package onramp_test

import (
	"errors"
	"testing"

	"github.com/onrampmesh/onramp"
)

func TestAnErrorWithoutACodeIsUnknownAndNeverOK(t *testing.T) {
	for _, err := range []*onramp.Error{{Business: true, Err: errors.New("x")}, onramp.Business(onramp.OK, "x")} {
		if got := err.Error(); got != "onramp: unknown (remote): x" {
			t.Errorf("it reads %q", got)
		}
		if !errors.Is(err, onramp.Unknown) || errors.Is(err, onramp.OK) {
			t.Errorf("errors.Is takes it for %v", err.Code)
		}
		if o := onramp.Classify(err); o.Code != onramp.Unknown || !o.Business || o.Failed() {
			t.Errorf("its outcome is %+v", o)
		}
	}
}

func TestOnlyLocalAndRefusedErrorsSayThatTheCallDidNotRun(t *testing.T) {
	for origin, want := range map[onramp.Origin]bool{onramp.Remote: true, onramp.Local: false, onramp.Refused: false, onramp.Wire: true} {
		if got := onramp.NewError(onramp.Unavailable, origin, "x").MayHaveRun(); got != want {
			t.Errorf("an error of origin %v may have run: %v, want %v", origin, got, want)
		}
	}
}
