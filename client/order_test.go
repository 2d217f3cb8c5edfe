package client

import (
	"context"
	"slices"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/feature"
)

func TestTheTableOfStagesIsConsistent(t *testing.T) {
	place := map[string]int{}
	for i, r := range order() {
		if _, twice := place[r.name]; twice {
			t.Errorf("%s stands there twice", r.name)
		}
		place[r.name] = i
		if r.why == "" || r.build == nil {
			t.Errorf("%s has no reason or no builder", r.name)
		}
	}
	for i, r := range order() {
		for _, other := range r.above {
			if j, ok := place[other]; !ok || j >= i {
				t.Errorf("%s must stand above %s", other, r.name)
			}
		}
		for _, other := range r.below {
			if j, ok := place[other]; !ok || j <= i {
				t.Errorf("%s must stand below %s", other, r.name)
			}
		}
		if i > 0 && len(r.above) == 0 && len(r.below) == 0 {
			t.Errorf("%s has a place without a reason", r.name)
		}
	}
}

// marker is a unit whose stage leaves a mark on the call.
type marker struct {
	name feature.Name
	mark func(*onramp.Request, string)
}

func (m *marker) Feature() feature.Name { return m.name }

func (m *marker) Wrap(p *feature.Path, next onramp.Handler) onramp.Handler {
	if p.Set.Modes[m.name] != feature.Enforce {
		return next
	}
	return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		m.mark(req, m.name.String())
		return next(ctx, req)
	}
}

func mark(trace *[]string) func(*onramp.Request, string) {
	return func(_ *onramp.Request, s string) { *trace = append(*trace, s) }
}

func marking(trace *[]string, name string) onramp.Interceptor {
	return func(next onramp.Handler) onramp.Handler {
		return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
			*trace = append(*trace, name)
			return next(ctx, req)
		}
	}
}

func units(mark func(*onramp.Request, string)) []Option {
	var opts []Option
	for n := range feature.N {
		if placed(n) && n != feature.Retry && n != feature.ServiceBreaker {
			opts = append(opts, WithUnit(n, func(string) feature.Unit { return &marker{n, mark} }))
		}
	}
	return opts
}

func TestAPipelineRunsInTheOrderOfTheTable(t *testing.T) {
	var trace []string
	attempts := 0
	c := dial(t, func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		trace = append(trace, stageHop)
		if attempts++; attempts == 1 {
			return nil, onramp.NewError(onramp.Unavailable, onramp.Local, "once")
		}
		return echo(ctx, req)
	}, append(units(mark(&trace)),
		WithInterceptor(marking(&trace, stageInterceptors)), WithAttemptInterceptor(marking(&trace, stageAttemptInterceptors)))...)
	if _, err := Call[message](t.Context(), c, "S/m", &message{}); err != nil {
		t.Fatal(err)
	}
	m, err := c.read("S/m")
	if err != nil {
		t.Fatal(err)
	}
	stages := m.current.Load().steps[0].stages
	var want []string
	for _, r := range order() {
		if r.name != stageLane {
			want = append(want, r.name)
		}
	}
	if !slices.Equal(stages, want) {
		t.Errorf("built  %v\nwant   %v", stages, want)
	}
	again := []string{stageAttemptInterceptors, stageHop}
	var ran []string
	for _, s := range want {
		if s != stageDeadline && s != "retry" && s != "service-breaker" { // they leave no mark
			ran = append(ran, s)
		}
	}
	ran = append(ran, again...)
	if !slices.Equal(trace, ran) {
		t.Errorf("ran    %v\nwant   %v", trace, ran)
	}
}

func TestWhatAnotherOwnsIsAbsentFromTheChain(t *testing.T) {
	l := &scripted{name: "envoy"}
	plan, err := feature.Shares{Version: 1, Dial: feature.Scale, Lane: l, Governance: map[feature.Name]uint16{feature.Retry: feature.Scale, feature.ServiceBreaker: feature.Scale}}.Plan()
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(WithCodec(named("fake")), WithPlan("S", plan), withHops(&hops{lane: echo}))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	m, err := c.read("fake://127.0.0.1:1/S/m")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := m.current.Load().steps[0].stages, []string{stageDeadline, stageLane, stageHop}; !slices.Equal(got, want) {
		t.Errorf("built %v, want %v", got, want)
	}
}
