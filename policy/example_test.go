package policy_test

import (
	"fmt"
	"time"

	"github.com/onrampmesh/onramp/policy"
)

func ExampleService_Resolve() {
	p, err := (&policy.Service{Timeout: 300 * time.Millisecond}).Resolve()
	fmt.Println(p.Timeout, p.Retry.Attempts, err)

	_, err = (&policy.Service{Retry: policy.Retry{Attempts: 50}}).Resolve()
	fmt.Println(err)
	// Output:
	// 300ms 3 <nil>
	// policy: retry.attempts is 50, want 1..10
}
