package pool

import (
	"math/rand/v2"
	"time"
)

// stable is how long a connection must live to count as a good one, unless it
// carried a call that was answered.
const stable = time.Second

// ceiling is the most that a pool rests after that many failures in a row.
func (c *Config) ceiling(failures int) time.Duration {
	d := float64(c.BackoffBase)
	for i := 1; i < failures && d < float64(c.BackoffMax); i++ {
		d *= 1.6
	}
	return min(time.Duration(d), c.BackoffMax)
}

// jitter returns a uniform duration in 0..d. The lock is held.
func (p *Pool) jitter(d time.Duration) time.Duration {
	if p.random != nil {
		return time.Duration(p.random.Float64() * float64(d))
	}
	return time.Duration(rand.Float64() * float64(d))
}

// rest makes the pool back off after a dial that failed, or after a connection
// that was lost as soon as it was made: then callers may wait for the next dial,
// because the peer is there. The lock is held.
func (p *Pool) rest(now time.Time, err error, lost bool) {
	if !p.joined.IsZero() && now.Sub(p.joined) >= stable {
		p.failures = 0
	}
	p.joined = time.Time{}
	p.failures++
	p.lastErr, p.patient = err, lost
	p.notBefore = now.Add(p.jitter(p.cfg.ceiling(p.failures)))
}

// spread delays the dial that follows the loss of a good connection: all clients
// of a server lose it at the same moment, and must not come back at the same
// moment. Callers may wait for it. The lock is held.
func (p *Pool) spread(now time.Time) {
	p.lastErr, p.patient = nil, false
	p.notBefore = now.Add(p.jitter(p.cfg.BackoffBase))
}
