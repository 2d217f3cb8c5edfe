package onramptest_test

import (
	"fmt"
	"testing"

	"github.com/onrampmesh/onramp/balancer"
	"github.com/onrampmesh/onramp/onramptest"
)

// The author of a policy writes one test beside it. Ring hashes Route.Key onto a
// ring, so that it claims Key, and that its shares are coarser than those of a draw.
func ExampleTestPolicy() {
	TestConformance := func(t *testing.T) {
		onramptest.TestPolicy(t, onramptest.PolicySuite{
			New:       func(uint64) balancer.Policy { return Ring{} },
			Key:       true,
			Tolerance: 0.3,
		})
		fmt.Println("ring keeps the contract:", !t.Failed())
	}
	inTest(TestConformance) // go test does this
	// Output: ring keeps the contract: true
}
