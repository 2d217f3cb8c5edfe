package client

import (
	"context"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/feature"
	"github.com/onrampmesh/onramp/feature/timeout"
)

// The names of the stages that stand for no feature. The others have their
// feature's name.
const (
	stageDeadline            = "deadline"
	stageInterceptors        = "interceptors"
	stageAttemptInterceptors = "attempt-interceptors"
	stageLane                = "lane"
	stageHop                 = "hop"
)

// rank is the place of one stage in a pipeline.
type rank struct {
	name string
	// above and below name stages that stand on that side of this one whenever
	// both are there.
	above, below []string
	why          string
	// build returns the stage before next, or next itself when this pipeline has
	// no such stage. The last rank gets a nil next.
	build func(b *builder, next onramp.Handler) onramp.Handler
}

// order is the one place that says in which order stages stand, outermost first.
func order() []rank {
	return []rank{
		unit(feature.ClientSpans, nil, []string{"metrics", stageDeadline, "retry"},
			"one span covers the whole call: waiting, retries and local failures included"),
		unit(feature.Metrics, []string{"client-spans"}, []string{stageDeadline, "retry"},
			"what is refused before it begins (deadline, limit, open breaker) counts as a call that failed"),
		{stageDeadline, nil, []string{stageInterceptors, "fault", "rate-limit", "retry", stageHop},
			"everything below may wait, and all of it waits within one deadline; nothing is sent for a call that is over", buildDeadline},
		{stageInterceptors, []string{stageDeadline}, []string{"fault", "routing", "retry"},
			"your code sees each call once, with its deadline, before the mesh decides anything, and may change what is decided upon", buildInterceptors},
		unit(feature.Fault, []string{stageInterceptors}, []string{"rate-limit", "retry"},
			"an injected fault is the caller's to see: a retry below would hide it"),
		unit(feature.RateLimit, []string{stageInterceptors, "fault"}, []string{"routing", "retry"},
			"a call takes one permit, however often it is sent"),
		unit(feature.Routing, []string{"rate-limit"}, []string{"mirror", "header-mutation", "retry"},
			"the subset is decided once, so that all attempts of a call go to the same one"),
		unit(feature.HeaderMutation, []string{"routing"}, []string{"mirror", "retry"},
			"routes say what is changed, and a header is changed once and not once per attempt"),
		unit(feature.Mirror, []string{"routing", "header-mutation"}, []string{"retry"},
			"a copy is sent for a call and not for each attempt"),
		unit(feature.Retry, []string{stageDeadline, stageInterceptors, "fault", "rate-limit", "routing", "mirror"}, []string{stageAttemptInterceptors, "service-breaker", stageHop},
			"it repeats all that stands below it, and each attempt asks the breaker and picks an endpoint anew"),
		{stageAttemptInterceptors, []string{"retry"}, []string{"service-breaker", stageHop},
			"your code sees each attempt, also the ones that the breaker refuses", buildAttemptInterceptors},
		unit(feature.ServiceBreaker, []string{"retry", stageAttemptInterceptors}, []string{stageLane, stageHop},
			"it counts attempts, not calls, and what it refuses costs no pick"),
		{stageLane, []string{"service-breaker", "retry"}, []string{stageHop},
			"the sidecar is told of each attempt who owns what, and its answers get their meaning before a stage judges them", buildLane},
		{stageHop, []string{stageLane}, nil,
			"the cluster: pick, endpoint gate, pool and codec", buildHop},
	}
}

// unit is the rank of a feature's stage. It is absent when another owner has the
// feature, and when the service has no such unit.
func unit(n feature.Name, above, below []string, why string) rank {
	return rank{n.String(), above, below, why, func(b *builder, next onramp.Handler) onramp.Handler {
		u := b.service.units[n]
		if u == nil || b.path.Set.Modes[n] == feature.Absent {
			return next
		}
		return u.Wrap(b.path, next)
	}}
}

func buildDeadline(b *builder, next onramp.Handler) onramp.Handler {
	d := b.path.Policy.Timeout
	if b.options.Timeout > 0 {
		d = b.options.Timeout
	}
	return timeout.Stage(d, next)
}

func buildInterceptors(b *builder, next onramp.Handler) onramp.Handler {
	return behind(next, b.service.client.cfg.interceptors)
}

func buildAttemptInterceptors(b *builder, next onramp.Handler) onramp.Handler {
	return behind(next, b.service.client.cfg.attemptInterceptors)
}

// behind puts next behind interceptors, which may wait: the attempt begins when
// they let it through, so that neither the time they took is left of its deadline
// nor the endpoint is taken to be slow.
func behind(next onramp.Handler, in []onramp.Interceptor) onramp.Handler {
	if len(in) == 0 {
		return next
	}
	return onramp.Chain(func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		req.Attempt.Start = time.Now()
		return next(ctx, req)
	}, in...)
}

func buildLane(b *builder, next onramp.Handler) onramp.Handler {
	if b.path.Set.Lane == nil {
		return next
	}
	return (&laneStage{lane: b.path.Set.Lane, set: b.path.Set, next: next}).do
}

func buildHop(b *builder, _ onramp.Handler) onramp.Handler { return b.hop.RoundTrip }
