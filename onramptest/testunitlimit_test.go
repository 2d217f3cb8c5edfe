package onramptest_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/feature"
	"github.com/onrampmesh/onramp/onramptest"
)

// Limit is your unit: it bounds how many calls of a service are under way at once.
type Limit struct {
	most            int64
	underWay, would atomic.Int64
}

// NewLimit returns the limit of one service.
func NewLimit(most int64) (*Limit, error) {
	if most < 1 {
		return nil, fmt.Errorf("limit: limit.most is %d, want 1 or more", most)
	}
	return &Limit{most: most}, nil
}

// Feature implements feature.Unit.
func (l *Limit) Feature() feature.Name { return feature.RateLimit }

// Wrap implements feature.Unit.
func (l *Limit) Wrap(p *feature.Path, next onramp.Handler) onramp.Handler {
	observe := p.Set.Modes[feature.RateLimit] == feature.Observe
	return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		if l.underWay.Add(1) > l.most {
			if !observe {
				l.underWay.Add(-1)
				return nil, onramp.NewError(onramp.ResourceExhausted, onramp.Local, "the service's limit is reached")
			}
			l.would.Add(1)
		}
		if req.Kind.Streaming() {
			req.Observe(l) // until the stream ends
		} else {
			defer l.underWay.Add(-1) // also after a panic
		}
		return next(ctx, req)
	}
}

// End implements onramp.Observer.
func (l *Limit) End(*onramp.Request, onramp.Outcome) { l.underWay.Add(-1) }

// ExampleTestUnit shows the same to authors.
func TestLimit(t *testing.T) {
	onramptest.TestUnit(t, onramptest.UnitSuite{
		New: func(onramptest.UnitEnv) feature.Unit {
			l, err := NewLimit(20)
			if err != nil {
				t.Fatal(err)
			}
			return l
		},
		Refuses:   true,
		WouldHave: func(u feature.Unit) uint64 { return uint64(u.(*Limit).would.Load()) },
		Wrong: map[string]func() error{
			"limit.most": func() error { _, err := NewLimit(0); return err },
		},
	})
}
