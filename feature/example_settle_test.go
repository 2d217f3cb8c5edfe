package feature_test

import (
	"fmt"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/feature"
)

// Nothing was handed over: this process does everything, for every call.
func ExampleInProcess() {
	plan := feature.InProcess()
	step := plan.Steps[plan.Step(1234)]
	fmt.Println(len(plan.Steps), step.Owner(feature.Retry), step.Owner(feature.Balancing))
	// Output: 1 process process
}

// A stage above the attempts asks how the latest one ended. What the cluster
// noted holds; only a stage in between can change the answer.
func ExampleSettle() {
	end := time.Now()
	req := &onramp.Request{}
	req.Attempt.Start = end.Add(-5 * time.Millisecond)
	req.Attempt.Outcome = onramp.Outcome{Latency: 5 * time.Millisecond, At: end} // by the cluster

	o := feature.Settle(req, nil)
	fmt.Println(o.Code, o.Latency)

	o = feature.Settle(req, onramp.NewError(onramp.Aborted, onramp.Remote, "an interceptor did not like the answer"))
	fmt.Println(o.Code, o.Latency, o.At.Equal(end))
	// Output:
	// ok 5ms
	// aborted 5ms true
}
