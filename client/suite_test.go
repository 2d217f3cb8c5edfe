package client

import (
	"log/slog"
	"testing"

	"github.com/onrampmesh/onramp/feature"
	"github.com/onrampmesh/onramp/onramptest"
)

func TestTheServiceBreakerKeepsTheContractOfUnits(t *testing.T) {
	onramptest.TestUnit(t, onramptest.UnitSuite{
		New: func(e onramptest.UnitEnv) feature.Unit {
			return newServiceBreaker("com.acme.Greeter", e.Policy.ServiceBreaker, slog.New(slog.DiscardHandler))
		},
		Refuses:   true,
		WouldHave: func(u feature.Unit) uint64 { return u.(*serviceBreaker).wouldReject.Load() },
	})
}
