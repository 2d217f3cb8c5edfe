package oracle_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/onrampmesh/onramp/internal/leak"
)

func TestMain(m *testing.M) { leak.Main(m) }

// verdict is a testing.TB that keeps why it was failed.
type verdict struct {
	testing.TB
	why string
}

type ended struct{}

func (v *verdict) Helper() {}

func (v *verdict) Fatal(args ...any) {
	v.why = fmt.Sprint(args...)
	panic(ended{})
}

func (v *verdict) Fatalf(format string, args ...any) { v.Fatal(fmt.Sprintf(format, args...)) }

// judge runs an oracle and returns why it failed its test, or nothing.
func judge(t *testing.T, oracle func(testing.TB)) string {
	t.Helper()
	v := &verdict{TB: t}
	func() {
		defer func() {
			if p := recover(); p != nil && p != (ended{}) {
				panic(p)
			}
		}()
		oracle(v)
	}()
	return v.why
}

// refused fails t unless the oracle failed for the reason.
func refused(t *testing.T, what, reason string, oracle func(testing.TB)) {
	t.Helper()
	if why := judge(t, oracle); why == "" || !strings.Contains(why, reason) {
		t.Errorf("%s: the verdict is %.300q, want %q", what, why, reason)
	}
}

// accepted fails t when the oracle failed.
func accepted(t *testing.T, what string, oracle func(testing.TB)) {
	t.Helper()
	if why := judge(t, oracle); why != "" {
		t.Errorf("%s: %s", what, why)
	}
}
