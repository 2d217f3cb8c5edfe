package breaker

import (
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/policy"
)

// BenchmarkAllowDone is what a closed circuit costs a call that succeeds.
func BenchmarkAllowDone(b *testing.B) {
	c := New("com.acme.Greeter", policy.Breaker{})
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		o := onramp.Outcome{At: time.Now(), Latency: time.Millisecond}
		for pb.Next() {
			t, err := c.Allow()
			if err != nil {
				b.Error(err)
				return
			}
			c.Done(t, o)
		}
	})
}

// BenchmarkAllowDoneWithFailures has one failure in a hundred calls.
func BenchmarkAllowDoneWithFailures(b *testing.B) {
	c := New("com.acme.Greeter", policy.Breaker{})
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		ok := onramp.Outcome{At: time.Now(), Latency: time.Millisecond}
		failed := onramp.Outcome{At: ok.At, Code: onramp.Internal}
		for i := 0; pb.Next(); i++ {
			t, err := c.Allow()
			if err != nil {
				b.Error(err)
				return
			}
			if i%100 == 99 {
				c.Done(t, failed)
			} else {
				c.Done(t, ok)
			}
		}
	})
}

// BenchmarkRefuse is what an open circuit costs a call.
func BenchmarkRefuse(b *testing.B) {
	c := New("com.acme.Greeter", policy.Breaker{Consecutive: 1, CoolDown: time.Hour})
	t, _ := c.Allow()
	c.Done(t, onramp.Outcome{Code: onramp.Internal})
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := c.Allow(); err == nil {
				b.Error("admitted")
			}
		}
	})
}
