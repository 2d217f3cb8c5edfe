package retry_test

import (
	"testing"

	"github.com/onrampmesh/onramp/feature"
	"github.com/onrampmesh/onramp/feature/retry"
	"github.com/onrampmesh/onramp/onramptest"
	"github.com/onrampmesh/onramp/policy"
)

func TestTheRetryUnitKeepsTheContract(t *testing.T) {
	small, err := (&policy.Service{Retry: policy.Retry{Attempts: 5, BudgetPercent: 1, BudgetPerSecond: 1}}).Resolve()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		policy *policy.Service
		most   int
	}{"default": {policy.Default(), 3}, "a small budget": {small, 5}} {
		t.Run(name, func(t *testing.T) {
			onramptest.TestUnit(t, onramptest.UnitSuite{
				New: func(e onramptest.UnitEnv) feature.Unit {
					return retry.New(retry.Config{Policy: e.Policy.Retry, Seed: e.Seed, Stop: e.Stop})
				},
				Policy:    c.policy,
				MostCalls: c.most,
				WouldHave: func(u feature.Unit) uint64 { return u.(*retry.Unit).Stats().WouldRetry },
			})
		})
	}
}
