package pool

import (
	"fmt"
	"time"
)

// Config says how a pool behaves. The zero value of every field means its
// default; Resolve returns them filled in.
type Config struct {
	// MaxConns is the most connections of one endpoint, 1..64. Default 4, and 64
	// for a codec that carries one call at a time.
	MaxConns int
	// MaxWaiting is the most callers that wait for one endpoint, 1..65536. Default 256.
	MaxWaiting int
	// ConnectTimeout bounds one dial: connect, TLS and the codec's set-up
	// together, 1ms..1m. Default 1 s.
	ConnectTimeout time.Duration
	// BackoffBase is the most that a pool rests after the first failed dial; it
	// grows by 1.6 with each further one. The rest is uniform in 0..that.
	// 1ms..1m, default 100 ms.
	BackoffBase time.Duration
	// BackoffMax bounds one rest, BackoffBase..10m. Default 10 s.
	BackoffMax time.Duration
	// MaxAge is when a connection is replaced, +-10 %: a new one is made first,
	// then the old one drains. 1s or more; negative is never. Default 1 h.
	MaxAge time.Duration
	// IdleClose is how long a connection stays without calls; it is closed at
	// most a quarter later. 1s or more; negative is for ever. Default 10 min.
	IdleClose time.Duration
	// DrainTimeout bounds how long the calls of a retired connection may take to
	// finish, 1ms..1h. Default 30 s.
	DrainTimeout time.Duration
	// Seed makes the jitter repeatable; 0 is random.
	Seed uint64
}

// Resolve returns a copy of c with the defaults filled in, or an error that
// names the field. onePerConn says that a connection of the codec carries one
// call at a time.
func (c Config) Resolve(onePerConn bool) (Config, error) {
	conns := 4
	if onePerConn {
		conns = 64
	}
	fill(&c.MaxConns, conns)
	fill(&c.MaxWaiting, 256)
	fill(&c.ConnectTimeout, time.Second)
	fill(&c.BackoffBase, 100*time.Millisecond)
	fill(&c.BackoffMax, max(10*time.Second, c.BackoffBase))
	fill(&c.MaxAge, time.Hour)
	fill(&c.IdleClose, 10*time.Minute)
	fill(&c.DrainTimeout, 30*time.Second)
	return c, c.check()
}

func fill[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func (c *Config) check() error {
	switch {
	case c.MaxConns < 1 || c.MaxConns > 64:
		return wrong("MaxConns", c.MaxConns, "1..64")
	case c.MaxWaiting < 1 || c.MaxWaiting > 65536:
		return wrong("MaxWaiting", c.MaxWaiting, "1..65536")
	case c.ConnectTimeout < time.Millisecond || c.ConnectTimeout > time.Minute:
		return wrong("ConnectTimeout", c.ConnectTimeout, "1ms..1m")
	case c.BackoffBase < time.Millisecond || c.BackoffBase > time.Minute:
		return wrong("BackoffBase", c.BackoffBase, "1ms..1m")
	case c.BackoffMax < c.BackoffBase || c.BackoffMax > 10*time.Minute:
		return wrong("BackoffMax", c.BackoffMax, "BackoffBase..10m")
	case c.MaxAge > 0 && c.MaxAge < time.Second:
		return wrong("MaxAge", c.MaxAge, "1s or more, or negative for never")
	case c.IdleClose > 0 && c.IdleClose < time.Second:
		return wrong("IdleClose", c.IdleClose, "1s or more, or negative for ever")
	case c.DrainTimeout < time.Millisecond || c.DrainTimeout > time.Hour:
		return wrong("DrainTimeout", c.DrainTimeout, "1ms..1h")
	}
	return nil
}

func wrong(field string, got any, want string) error {
	return fmt.Errorf("pool: Config.%s is %v, want %s", field, got, want)
}
