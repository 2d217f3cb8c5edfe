package client_test

import (
	"testing"

	"github.com/onrampmesh/onramp/feature"
	"github.com/onrampmesh/onramp/onramptest"
)

func TestTheUnitOfTheExampleKeepsTheContract(t *testing.T) {
	onramptest.TestUnit(t, onramptest.UnitSuite{
		New:     func(onramptest.UnitEnv) feature.Unit { return &faults{} },
		Refuses: true,
	})
}
