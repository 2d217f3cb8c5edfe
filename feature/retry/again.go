package retry

import (
	"context"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/feature"
)

// again is the path of a call whose first attempt failed.
func (s *stage) again(ctx context.Context, req *onramp.Request, resp *onramp.Response, err error) (*onramp.Response, error) {
	var made history
	total := req.Deadline
	for {
		o := feature.Settle(req, err)
		made.add(o, err)
		wait, why := s.judge(ctx, total, o, err, made.n)
		if why == "" && !s.pause(ctx, wait) {
			why = "the call ended during the back-off"
		}
		if why != "" {
			return resp, made.failure(err, why)
		}
		if resp != nil {
			resp.Body.Release()
		}
		s.begin(req, o, wait)
		resp, err = s.next(ctx, req)
		req.Deadline = total
		if err == nil {
			return resp, nil
		}
	}
}

// judge says how long to wait before the next attempt, or why there is none.
func (s *stage) judge(ctx context.Context, total time.Time, o onramp.Outcome, err error, made int) (wait time.Duration, why string) {
	switch {
	case !Retryable(o, err, s.idempotent):
		if ctx.Err() != nil || !total.IsZero() && !o.At.Before(total) {
			return 0, notRetryable // whatever the method, its time is over
		}
		return 0, s.withheld(o, err)
	case made >= s.policy.Attempts:
		return 0, "no attempts are left"
	case ctx.Err() != nil:
		return 0, "the call's context ended"
	case s.stopped():
		return 0, "the client is closed"
	}
	wait = s.wait(o, err, made)
	if !total.IsZero() && !o.At.Add(wait).Before(total) {
		return 0, "the next attempt would begin after the deadline"
	}
	if waited := o.Origin == onramp.Local && o.Code == onramp.DeadlineExceeded; waited {
		return wait, "" // for an endpoint or a connection: nothing was sent, so that going on costs nobody
	}
	if !s.unit.budget.Spend(o.At) {
		s.unit.refused.Add(1)
		return 0, "the service's retry budget is spent"
	}
	return wait, ""
}

// begin prepares the attempt after one that ended with o.
func (s *stage) begin(req *onramp.Request, o onramp.Outcome, waited time.Duration) {
	now := o.At
	if waited > 0 {
		now = time.Now()
	}
	s.unit.retries.Add(1)
	a := &req.Attempt
	a.Number++
	a.Resent, a.Start, a.Outcome = o.Origin.Resendable(), now, onramp.Outcome{}
	s.bound(req, now, req.Deadline, s.policy.Attempts-a.Number+1)
}

// wait returns the back-off after the made-th attempt: none before the first
// re-send of what never left this process, because another endpoint may take it.
func (s *stage) wait(o onramp.Outcome, err error, made int) time.Duration {
	after := onramp.AsError(err).RetryAfter
	if made == 1 && o.Origin == onramp.Local && after <= 0 {
		return 0
	}
	return max(after, s.unit.jitter.backOff(s.policy.BaseDelay, s.policy.MaxDelay, made))
}

// pause waits, and reports whether the call goes on.
func (s *stage) pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
	case <-s.unit.stop:
	}
	return false
}

func (s *stage) stopped() bool {
	select {
	case <-s.unit.stop:
		return true
	default:
		return false
	}
}
