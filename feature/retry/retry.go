// Package retry repeats attempts that failed.
//
// On the path of a call the stage stands below everything that sees the call
// once (deadline, interceptors per call, rate limit, routing) and above
// everything that sees each attempt (interceptors per attempt, the service's
// breaker, the pick). The client makes one Unit for each service and has it
// build a stage for each method and plan.
//
// What is repeated:
//
//	origin          code                                        repeated
//	Local, Refused  Unavailable, ResourceExhausted, Aborted,    always: it certainly did not run
//	                DeadlineExceeded
//	Wire            the same, and Unknown                       when the method is idempotent
//	Remote          Unavailable, ResourceExhausted, Aborted,    when the method is idempotent
//	                DeadlineExceeded
//	any             every other code; Business; feature.Final   never
//
// DeadlineExceeded is an attempt's own bound: when the call's deadline has
// passed, nothing is repeated. Neither is a call whose context ended, whose
// next attempt would begin at or after its deadline, or whose service has spent
// its budget; an attempt that only waited for an endpoint or a connection, and so
// cost nobody anything, is repeated without one. Of a streaming call only the opening is repeated.
package retry

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/feature"
	"github.com/onrampmesh/onramp/policy"
)

// Config is what a Unit is made of.
type Config struct {
	// Policy is the resolved policy the budget starts with.
	Policy policy.Retry
	// Seed makes back-off repeatable; 0 draws from the runtime.
	Seed uint64
	// Stop, when closed, ends every back-off and forbids further attempts.
	// Nil is never.
	Stop <-chan struct{}
}

// Unit is the retry of one service: the state that outlives plans and policies.
// Its methods may run at the same time.
type Unit struct {
	budget *Budget
	jitter *jitter
	stop   <-chan struct{}

	retries, refused, wouldRetry atomic.Uint64
}

// Stats are counts since the Unit was made.
type Stats struct {
	// Retries are attempts beyond the first of their call.
	Retries uint64
	// Refused are retries that the budget did not pay for.
	Refused uint64
	// WouldRetry are failures that another owner governs and that this process
	// would have repeated (mode Observe).
	WouldRetry uint64
}

// New returns the retry of one service.
func New(cfg Config) *Unit {
	return &Unit{budget: NewBudget(cfg.Policy), jitter: newJitter(cfg.Seed), stop: cfg.Stop}
}

// Feature returns feature.Retry.
func (u *Unit) Feature() feature.Name { return feature.Retry }

// Reconfigure gives the budget a new policy. What was earned and spent stays.
func (u *Unit) Reconfigure(p *policy.Service) { u.budget.Reconfigure(p.Retry) }

// Budget returns the budget that all methods of the service share.
func (u *Unit) Budget() *Budget { return u.budget }

// Stats returns what happened so far.
func (u *Unit) Stats() Stats {
	return Stats{Retries: u.retries.Load(), Refused: u.refused.Load(), WouldRetry: u.wouldRetry.Load()}
}

// Wrap builds the stage. Under mode Observe it makes one attempt a call and
// counts what it would have repeated; a disabled policy makes one attempt.
func (u *Unit) Wrap(p *feature.Path, next onramp.Handler) onramp.Handler {
	s := &stage{unit: u, next: next, policy: p.Policy.Retry, idempotent: p.Idempotent}
	switch {
	case p.Policy.Retry.Disabled || p.Set.Modes[feature.Retry] == feature.Absent:
		return next
	case p.Set.Modes[feature.Retry] == feature.Observe:
		return s.observe
	}
	return s.do
}

// stage is the retry of one method under one plan. It is immutable.
type stage struct {
	unit       *Unit
	next       onramp.Handler
	policy     policy.Retry
	idempotent bool
}

// do runs the first attempt; all that a call without failure costs is here.
func (s *stage) do(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
	total, now := req.Deadline, req.Attempt.Start
	s.unit.budget.Earn(req, now)
	s.bound(req, now, total, s.policy.Attempts)
	resp, err := s.next(ctx, req)
	req.Deadline = total
	if err == nil {
		return resp, nil
	}
	return s.again(ctx, req, resp, err)
}

// observe runs the only attempt and counts.
func (s *stage) observe(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
	s.unit.budget.Earn(req, req.Attempt.Start)
	resp, err := s.next(ctx, req)
	if err != nil && s.policy.Attempts > 1 && Retryable(feature.Settle(req, err), err, s.idempotent) {
		s.unit.wouldRetry.Add(1)
	}
	return resp, err
}

// bound gives an attempt its part of the time left. Only an attempt that may be
// repeated after it ran out of time is cut short: for one that may not, and when
// the budget could not pay, that would turn a slow success into a failure.
// Streams keep their deadline, which is theirs after the opening too.
func (s *stage) bound(req *onramp.Request, now, total time.Time, left int) {
	if left < 2 || !s.idempotent || total.IsZero() || req.Kind.Streaming() || s.unit.budget.dryAt(now) {
		return
	}
	req.Deadline = now.Add(total.Sub(now) / time.Duration(left))
}
