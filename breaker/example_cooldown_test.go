package breaker_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/breaker"
	"github.com/onrampmesh/onramp/policy"
)

// How a user tests a cool-down of 30 seconds: in a bubble, where time is free.
func TestThirtySecondsOfCoolDownTakeNoTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := breaker.New("com.acme.Greeter", policy.Breaker{Consecutive: 1, CoolDown: 30 * time.Second})
		_ = call(c, onramp.NewError(onramp.Unavailable, onramp.Wire, "connection reset"))

		if err := call(c, nil); err == nil {
			t.Error("a call was admitted while the circuit is open")
		}
		time.Sleep(30 * time.Second)
		if err := call(c, nil); err != nil {
			t.Errorf("the probe after 30 s: %v", err)
		}
		if c.State() != breaker.Closed {
			t.Errorf("the circuit is %v after a probe that succeeded", c.State())
		}
	})
}
