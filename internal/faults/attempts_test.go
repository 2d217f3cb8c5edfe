//go:build faults && unix

package faults

import (
	"context"
	"sync"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
)

// attempts is an interceptor that notes every attempt that was sent somewhere.
type attempts struct {
	mu  sync.Mutex
	all []attempt
}

type attempt struct {
	addr       string
	begin, end time.Time
	err        error
}

func (a *attempts) option() client.Option { return client.WithAttemptInterceptor(a.note) }

func (a *attempts) note(next onramp.Handler) onramp.Handler {
	return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		begin := time.Now()
		resp, err := next(ctx, req)
		if tried := req.Attempt.Tried; len(tried) > 0 {
			a.mu.Lock()
			a.all = append(a.all, attempt{tried[len(tried)-1], begin, time.Now(), err})
			a.mu.Unlock()
		}
		return resp, err
	}
}

// at returns the attempts at an endpoint that a condition holds for.
func (a *attempts) at(addr string, is func(attempt) bool) (out []attempt) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, x := range a.all {
		if x.addr == addr && is(x) {
			out = append(out, x)
		}
	}
	return out
}
