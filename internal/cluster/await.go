package cluster

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/discovery"
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
	why := errors.New("discovery has not answered yet")
	s, known := c.cfg.Cache.Status(c.cfg.Target)
	switch {
	case v.foreign != "":
		why = errors.New(v.foreign)
	case known && failing(&s):
		why = fmt.Errorf("last discovery error: %w", s.Err)
	case known && s.Empty != nil:
		why = s.Empty
	case known && s.Listed:
		why = errors.New("discovery knows the service and lists no endpoint of it")
		if s.State == discovery.Gone {
			why = errors.New("discovery says that the service is gone")
		}
	}
	return &onramp.Error{
		Code: onramp.Classify(cause).Code, Origin: onramp.Local,
		Err: fmt.Errorf("no endpoint of %s: %w: %w", c.cfg.Target, why, cause),
	}
}

// outdated adds to the error of a call that no endpoint took why they may be the
// wrong ones: discovery does not answer.
func (c *Cluster) outdated(err *onramp.Error) *onramp.Error {
	s, known := c.cfg.Cache.Status(c.cfg.Target)
	if !known || !failing(&s) || err.Code != onramp.Unavailable || err.Err == nil {
		return err
	}
	e := *err
	e.Err = fmt.Errorf("%w; the list of endpoints is %v old, last discovery error: %w", err.Err, s.Age.Round(time.Millisecond), s.Err)
	return &e
}

// failing reports whether an error is the last word of discovery.
func failing(s *discovery.Status) bool {
	return s.Err != nil && s.State != discovery.Known && s.State != discovery.Gone
}
