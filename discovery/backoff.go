package discovery

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	minBackoff = 100 * time.Millisecond
	maxBackoff = 30 * time.Second
)

// backoff gives delays with full jitter: uniform below a bound that doubles.
type backoff struct {
	bound  time.Duration
	random *rand.Rand
}

func newBackoff(seed uint64) backoff {
	return backoff{bound: minBackoff, random: rand.New(rand.NewPCG(seed, seed))}
}

// after returns the delay after a run that lasted this long. A run of maxBackoff
// and more was a good one and starts the bound anew.
func (b *backoff) after(lasted time.Duration) time.Duration {
	if lasted >= maxBackoff {
		b.bound = minBackoff
	}
	d := time.Duration(b.random.Int64N(int64(b.bound)))
	b.bound = min(2*b.bound, maxBackoff)
	return d
}

// pause waits for d, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
