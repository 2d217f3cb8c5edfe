package timeout_test

import (
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/feature"
	"github.com/onrampmesh/onramp/feature/timeout"
	"github.com/onrampmesh/onramp/onramptest"
)

// deadline is the stage as a unit. No plan moves it, so that any feature would do.
type deadline struct{}

func (deadline) Feature() feature.Name { return feature.RateLimit }

func (deadline) Wrap(p *feature.Path, next onramp.Handler) onramp.Handler {
	if p.Set.Modes[feature.RateLimit] == feature.Observe {
		return next
	}
	return timeout.Stage(p.Policy.Timeout, next)
}

func TestTheDeadlineStageKeepsTheContractOfUnits(t *testing.T) {
	onramptest.TestUnit(t, onramptest.UnitSuite{
		New:     func(onramptest.UnitEnv) feature.Unit { return deadline{} },
		Refuses: true,
	})
}
