package breaker_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/breaker"
	"github.com/onrampmesh/onramp/policy"
)

// call is what the pipeline does for each attempt.
func call(c *breaker.Circuit, err error) error {
	ticket, refused := c.Allow()
	if refused != nil {
		return refused
	}
	o := onramp.Classify(err)
	o.At = time.Now()
	c.Done(ticket, o)
	return err
}

func ExampleNew() {
	c := breaker.New("com.acme.Greeter", policy.Breaker{MinCalls: 4, FailurePercent: 50, CoolDown: time.Hour})
	down := onramp.NewError(onramp.Unavailable, onramp.Wire, "connection reset")
	for range 4 {
		_ = call(c, down)
	}
	err := call(c, nil)
	var open *breaker.OpenError
	fmt.Println(c.State(), errors.Is(err, onramp.Unavailable), errors.As(err, &open))
	fmt.Println(open.Name, open.Left > 59*time.Minute)
	// Output:
	// open true true
	// com.acme.Greeter true
}

func ExampleOnChange() {
	c := breaker.New("10.0.0.1:12200", policy.Breaker{Consecutive: 2}, breaker.OnChange(func(from, to breaker.State) {
		fmt.Println(from, "to", to)
	}))
	down := onramp.NewError(onramp.Unavailable, onramp.Wire, "connection reset")
	_ = call(c, down)
	_ = call(c, down)
	// Output: closed to open
}

func ExampleCircuit_Reconfigure() {
	c := breaker.New("com.acme.Greeter", policy.Breaker{Consecutive: 2})
	_ = call(c, onramp.NewError(onramp.Internal, onramp.Remote, "out of memory"))
	fmt.Println(c.Reconfigure(policy.Breaker{Consecutive: 3, Window: time.Minute}))
	fmt.Println(c.Counts().Failures, c.Counts().Consecutive) // nothing is lost
	fmt.Println(c.Reconfigure(policy.Breaker{FailurePercent: 101}))
	// Output:
	// <nil>
	// 1 1
	// policy: serviceBreaker.failurePercent is 101, want 1..100 (a percentage)
}

func ExampleCircuit_Counts() {
	c := breaker.New("com.acme.Greeter", policy.Breaker{})
	_ = call(c, nil)
	_ = call(c, nil)
	_ = call(c, onramp.NewError(onramp.Internal, onramp.Remote, "out of memory"))
	n := c.Counts()
	fmt.Println(c.Name(), c.State(), n.Successes, n.Failures, n.Consecutive)
	// Output: com.acme.Greeter closed 2 1 1
}
