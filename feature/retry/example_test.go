package retry_test

import (
	"context"
	"fmt"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/feature"
	"github.com/onrampmesh/onramp/feature/retry"
	"github.com/onrampmesh/onramp/policy"
)

// A unit is made once for a service; the client wraps each of its methods in it.
func ExampleNew() {
	p := policy.Default()
	unit := retry.New(retry.Config{Policy: p.Retry})
	h := unit.Wrap(&feature.Path{Idempotent: true, Set: &feature.Set{}, Policy: p},
		func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
			fmt.Println("attempt", req.Attempt.Number)
			if req.Attempt.Number < 3 {
				return nil, onramp.NewError(onramp.Unavailable, onramp.Wire, "the connection broke")
			}
			return req.Reply(), nil
		})

	now := time.Now()
	req := &onramp.Request{Deadline: now.Add(time.Second)}
	req.Attempt.Number, req.Attempt.Start = 1, now // the client does this
	_, err := h(context.Background(), req)
	fmt.Println(err, unit.Stats().Retries)
	// Output:
	// attempt 1
	// attempt 2
	// attempt 3
	// <nil> 2
}

// A service that fails altogether gets a fifth more attempts, and ten a second.
func ExampleNewBudget() {
	budget := retry.NewBudget(policy.Default().Retry)
	now := time.Now()
	for range 1000 { // calls
		budget.Earn(&onramp.Request{}, now)
	}
	paid := 0
	for budget.Spend(now) {
		paid++
	}
	fmt.Println(paid, budget.Left(now))
	// Output: 300 0
}

// What certainly did not run may be sent again, whatever the method is.
func ExampleRetryable() {
	for _, origin := range []onramp.Origin{onramp.Local, onramp.Refused, onramp.Wire, onramp.Remote} {
		err := onramp.NewError(onramp.Unavailable, origin, "")
		o := onramp.Classify(err)
		fmt.Printf("%s: %t, idempotent: %t\n", origin, retry.Retryable(o, err, false), retry.Retryable(o, err, true))
	}
	// Output:
	// local: true, idempotent: true
	// refused: true, idempotent: true
	// wire: false, idempotent: true
	// remote: false, idempotent: true
}
