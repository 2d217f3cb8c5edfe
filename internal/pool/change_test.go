package pool

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/internal/pool/pooltest"
)

func TestLoanOfAConnectionThatWasClosedIsChangedForAnother(t *testing.T) {
	for _, kind := range []codec.Model{codec.Multiplexed, codec.PingPong} {
		synctest.Test(t, func(t *testing.T) {
			p, server := open(t, Config{}, &pooltest.Codec{Kind: kind})
			all(t, calls(t.Context(), p, 1, time.Second), 1)
			loan, s := p.Get()
			if s != Ready {
				t.Fatalf("Get says %d", s)
			}
			server.Break()
			start := time.Now()
			begun := start.Add(-time.Millisecond)
			req := &onramp.Request{Deadline: start.Add(3 * time.Second), Attempt: onramp.Attempt{Start: begun}}
			if _, err := loan.RoundTrip(context.Background(), req); err != nil {
				t.Errorf("model %v: after %v: %v", kind, time.Since(start), err)
			}
			if req.Attempt.Start != begun {
				t.Errorf("model %v: the attempt began %v later", kind, req.Attempt.Start.Sub(begun))
			}
			loan.Done()
			if at, _ := server.Dials(); len(at) != 2 || server.Calls() != 2 {
				t.Errorf("model %v: %d dials and %d calls, want 2 and 2", kind, len(at), server.Calls())
			}
			all(t, calls(t.Context(), p, 8, time.Second), 8) // both loans were given back
		})
	}
}

func TestLoanOfAConnectionWhoseServerIsGoneFailsSoon(t *testing.T) {
	for mode, most := range map[pooltest.Mode]time.Duration{pooltest.Refusing: 110 * time.Millisecond, pooltest.Hanging: time.Second} {
		synctest.Test(t, func(t *testing.T) {
			p, server := open(t, Config{}, &pooltest.Codec{})
			all(t, calls(t.Context(), p, 1, time.Second), 1)
			loan, _ := p.Get()
			server.Set(mode)
			server.Break()
			start := time.Now()
			_, err := loan.RoundTrip(context.Background(), &onramp.Request{Deadline: start.Add(10 * time.Second)})
			loan.Done()
			if e := onramp.AsError(err); e == nil || e.Origin != onramp.Local || time.Since(start) > most {
				t.Errorf("mode %d: got %v after %v", mode, err, time.Since(start))
			}
		})
	}
}
