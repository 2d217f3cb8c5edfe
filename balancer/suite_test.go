package balancer_test

import (
	"testing"

	"github.com/onrampmesh/onramp/balancer"
	"github.com/onrampmesh/onramp/onramptest"
)

func TestEveryPolicyKeepsTheContract(t *testing.T) {
	for name, s := range map[string]onramptest.PolicySuite{
		"p2c":                  {New: func(s uint64) balancer.Policy { return balancer.P2C(balancer.Seed(s)) }, Load: true},
		"round robin":          {New: func(s uint64) balancer.Policy { return balancer.RoundRobin(balancer.Seed(s)) }, IgnoresWeights: true},
		"weighted round robin": {New: func(s uint64) balancer.Policy { return balancer.WeightedRoundRobin(balancer.Seed(s)) }},
		"random":               {New: func(s uint64) balancer.Policy { return balancer.Random(balancer.Seed(s)) }},
		"random, not seeded":   {New: func(uint64) balancer.Policy { return balancer.Random() }},
	} {
		t.Run(name, func(t *testing.T) { onramptest.TestPolicy(t, s) })
	}
}
