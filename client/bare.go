package client

import (
	"context"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/feature"
)

// bare runs a call of a Doer that is no Client: it starts and ends it as a
// Client does, and there is nothing in between but the deadline.
func bare(ctx context.Context, req *onramp.Request, target string, run onramp.Handler) (*onramp.Response, error) {
	now := time.Now()
	req.Start(now)
	req.Attempt = onramp.Attempt{Number: 1, Start: now, Tried: req.Attempt.Tried[:0]}
	resp, err := run(ctx, req)
	if err != nil || resp == nil {
		err = explain(target, err)
	}
	if err != nil || resp.Stream == nil {
		o := feature.Settle(req, err)
		o.Latency = o.At.Sub(now)
		req.End(o)
	}
	return resp, err
}
