package policy_test

import (
	"fmt"

	"github.com/onrampmesh/onramp/policy"
)

func ExampleDefault() {
	p := policy.Default()
	fmt.Println("timeout", p.Timeout)
	fmt.Println("attempts", p.Retry.Attempts, "budget", p.Retry.BudgetPercent, "% and", p.Retry.BudgetPerSecond, "a second")
	fmt.Println("endpoint opens after", p.EndpointBreaker.Consecutive, "failures in a row, for", p.EndpointBreaker.CoolDown)
	// Output:
	// timeout 1s
	// attempts 3 budget 20 % and 10 a second
	// endpoint opens after 5 failures in a row, for 1s
}
