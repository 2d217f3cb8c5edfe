package cluster

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/onrampmesh/onramp"
)

var errClosed = errors.New("the client is closed")

// await returns a view with endpoints. Without one it waits until the request's
// deadline or ctx ends; this is also how a service that was scaled to zero is called.
func (c *Cluster) await(ctx context.Context, req *onramp.Request) (*view, error) {
	if v := c.view.Load(); v.picker != nil {
		return v, nil
	}
	var late <-chan time.Time
	if !req.Deadline.IsZero() {
		t := time.NewTimer(time.Until(req.Deadline))
		defer t.Stop()
		late = t.C
	}
	for {
		v := c.view.Load()
		switch {
		case v.closed:
			return nil, &onramp.Error{Code: onramp.Unavailable, Origin: onramp.Local, Err: errClosed}
		case v.picker != nil:
			return v, nil
		}
		select {
		case <-v.changed:
		case <-late:
			return nil, c.missing(v, context.DeadlineExceeded)
		case <-ctx.Done():
			return nil, c.missing(v, ctx.Err())
		}
	}
}

// missing is the error of a call that found no endpoint in time.
func (c *Cluster) missing(v *view, cause error) error {
	why := v.foreign
	s, known := c.cfg.Cache.Status(c.cfg.Target)
	switch {
	case why != "":
	case known && s.Err != nil:
		why = "last discovery error: " + s.Err.Error()
	case known && s.Listed:
		why = fmt.Sprintf("discovery says %s, with no endpoints", s.State)
	default:
		why = "discovery has not answered yet"
	}
	return &onramp.Error{
		Code: onramp.Classify(cause).Code, Origin: onramp.Local,
		Err: fmt.Errorf("no endpoint of %s: %s: %w", c.cfg.Target, why, cause),
	}
}
