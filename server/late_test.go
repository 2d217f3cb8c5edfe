package server_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
)

// A peer that has given its call up may know the type of the answer no more, and
// a success would be its connection's end; an error is harmless.
func TestASuccessBehindTheDeadlineIsAnsweredAsDeadlineExceeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := serve(t)
		after := map[string]time.Duration{"late": 400 * time.Millisecond, "intime": 200 * time.Millisecond}
		for name, d := range after {
			r.handle(name, func(context.Context, *hello) (*greeting, error) {
				time.Sleep(d)
				return &greeting{"done"}, nil
			})
		}
		r.handle("failed", func(context.Context, *hello) (*greeting, error) {
			time.Sleep(400 * time.Millisecond)
			return nil, onramp.Business(onramp.NotFound, "no such thing")
		})
		c := r.dial()
		for method, want := range map[string]onramp.Code{"late": onramp.DeadlineExceeded, "intime": onramp.OK, "failed": onramp.NotFound} {
			got := c.call(lineCall{Service: "com.acme.Greeter", Method: method, Timeout: 300 * time.Millisecond})
			if got.Code != want || got.Origin != onramp.Remote && want != onramp.OK {
				t.Errorf("%s: got %+v, want %v", method, got, want)
			}
		}
		if got := c.call(lineCall{Service: "com.acme.Greeter", Method: "late"}); got.Code != onramp.OK {
			t.Errorf("without a deadline: got %+v", got)
		}
		if n := r.Stats().Late; n != 1 {
			t.Errorf("%d late answers are counted, want 1", n)
		}
		r.Close()
	})
}
