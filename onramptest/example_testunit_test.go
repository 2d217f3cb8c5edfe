package onramptest_test

import (
	"fmt"
	"testing"

	"github.com/onrampmesh/onramp/feature"
	"github.com/onrampmesh/onramp/onramptest"
)

// The author of a unit writes one test beside it. Limit refuses the calls over its
// limit, in mode Observe it counts them, and NewLimit refuses a limit of none.
func ExampleTestUnit() {
	TestConformance := func(t *testing.T) {
		onramptest.TestUnit(t, onramptest.UnitSuite{
			New: func(onramptest.UnitEnv) feature.Unit {
				l, _ := NewLimit(20)
				return l
			},
			Refuses:   true,
			WouldHave: func(u feature.Unit) uint64 { return uint64(u.(*Limit).would.Load()) },
			Wrong: map[string]func() error{
				"limit.most": func() error { _, err := NewLimit(0); return err },
			},
		})
		fmt.Println("limit keeps the contract:", !t.Failed())
	}
	inTest(TestConformance) // go test does this
	// Output: limit keeps the contract: true
}
