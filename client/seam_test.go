package client

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/feature"
	"github.com/onrampmesh/onramp/policy"
)

// flipping is a client whose every governance feature leaves a mark, over a
// world, with the records of its calls by method.
type flipping struct {
	*Client
	world   *world
	hops    *hops
	records sync.Map // method -> Record of its latest call
	// guarded counts the attempts that the records say passed this process's
	// service breaker, enforcing or observing.
	guarded atomic.Int64
}

func newFlipping(t *testing.T, w *world, opts ...Option) *flipping {
	t.Helper()
	f := &flipping{world: w, hops: &hops{direct: w.direct, lane: w.sidecar}}
	did := func(req *onramp.Request, name string) { req.Header.Set(didMark+name, "1") }
	opts = append(append(opts, units(did)...), WithCodec(named("fake")), WithDiscovery(scheme("list")), withHops(f.hops),
		WithRecorder(func(r Record) {
			f.records.Store(r.Method, r)
			if r.Modes[feature.ServiceBreaker] != feature.Absent {
				f.guarded.Add(int64(r.Attempts))
			}
		}))
	c, err := New(opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	f.Client = c
	return f
}

// call makes one call and checks what its record says against what happened.
func (f *flipping) call(m *Method[message, message], id string, plans *sync.Map) error {
	h := f.with(id, m)
	if err := h(); err != nil {
		return fmt.Errorf("call %s: %w", id, err)
	}
	v, _ := f.records.Load(m.target.Method)
	r := v.(Record)
	p, ok := plans.Load(r.Plan)
	if !ok {
		return fmt.Errorf("call %s: the record names plan %d, which was never set", id, r.Plan)
	}
	plan := p.(*feature.Plan)
	if want := plan.Step(r.Hash); want != r.Step || plan.Steps[want].Modes != r.Modes {
		return fmt.Errorf("call %s: hash %d of plan %d is step %d, the record says %d", id, r.Hash, r.Plan, want, r.Step)
	}
	return f.compare(id, &r)
}

// with sends one call whose header carries its id.
func (f *flipping) with(id string, m *Method[message, message]) func() error {
	return func() error {
		req := &onramp.Request{}
		m.fill(req)
		req.Header.Set(callMark, id)
		req.Body.Value = &message{id}
		_, err := m.do(context.Background(), req)
		return err
	}
}

// compare checks that each feature had one owner, the one in the record.
func (f *flipping) compare(id string, r *Record) error {
	f.world.mu.Lock()
	defer f.world.mu.Unlock()
	s := f.world.calls[id]
	delete(f.world.calls, id)
	for _, n := range append([]feature.Name{feature.Retry}, governed...) {
		if len(s.owners[n]) != 1 || !s.owners[n][r.Owner(n)] {
			return fmt.Errorf("call %s: %s was enforced by %v, the record says %s (plan %d, hash %d)", id, n, s.owners[n], r.Owner(n), r.Plan, r.Hash)
		}
	}
	if r.Attempts != s.arrivals {
		return fmt.Errorf("call %s: the record says %d attempts, %d arrived", id, r.Attempts, s.arrivals)
	}
	if r.Owner(feature.Pool) != map[bool]string{true: "process", false: "sidecar"}[r.Lane == ""] {
		return fmt.Errorf("call %s: lane %q, and the pool's owner is %s", id, r.Lane, r.Owner(feature.Pool))
	}
	return nil
}

// randomPlan ramps and flips: any legal shares.
func randomPlan(version uint64, lane feature.Lane) (*feature.Plan, error) {
	s := feature.Shares{Version: version, Lane: lane, Governance: map[feature.Name]uint16{}}
	s.Dial = []uint16{0, 100, 2500, 5000, feature.Scale}[rand.IntN(5)]
	for n := feature.Routing; n <= feature.HeaderMutation; n++ {
		s.Governance[n] = uint16(rand.IntN(int(s.Dial) + 1))
		if rand.IntN(4) == 0 {
			s.Governance[n] = s.Dial
		}
		if rand.IntN(3) == 0 {
			s.Observe = append(s.Observe, n)
		}
	}
	return s.Plan()
}

func TestFlipsRampsAndRepushesUnderLoadGovernEveryCallOnce(t *testing.T) {
	var serial atomic.Uint64
	w := &world{calls: map[string]*seen{}, fails: func(id string, attempt int) bool {
		return attempt == 0 && strings.HasSuffix(id, "7") // every tenth call needs a second attempt
	}}
	f := newFlipping(t, w, WithPolicy(&policy.Service{Timeout: time.Minute, Retry: policy.Retry{BaseDelay: time.Microsecond, MaxDelay: time.Millisecond, BudgetPercent: 100, BudgetPerSecond: 1000}}))
	lane := &scripted{name: "sidecar"}
	var plans sync.Map
	plans.Store(uint64(0), feature.InProcess())
	begin, stop := time.Now(), make(chan struct{})
	var workers sync.WaitGroup
	for i := range 8 {
		m := MethodOf[message, message](f.Client, fmt.Sprintf("com.acme.Greeter/m%d", i), Idempotent())
		workers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if err := f.call(m, fmt.Sprint(serial.Add(1)), &plans); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	flips := 1000
	if testing.Short() {
		flips = 100
	}
	var last *feature.Plan
	for v := range uint64(flips) {
		p, err := randomPlan(v+1, lane)
		if err != nil {
			t.Fatal(err)
		}
		plans.Store(p.Version, p)
		for range 1 + v%2 { // every other plan is pushed twice
			if err := f.SetPlan("com.acme.Greeter", p); err != nil {
				t.Fatal(err)
			}
		}
		last = p
		if v%10 == 0 {
			if err := f.SetPolicy("com.acme.Greeter", &policy.Service{Timeout: time.Duration(v+1) * time.Second, Retry: policy.Retry{BaseDelay: time.Microsecond, BudgetPercent: 100, BudgetPerSecond: 1000}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	close(stop)
	workers.Wait()
	// The circuit leaves no mark on a call, but it counts; its window is 10 s.
	counts := MethodOf[message, message](f.Client, "com.acme.Greeter/m0").service(f.Client).breaker.circuit.Counts()
	if saw := int64(counts.Successes + counts.Failures); time.Since(begin) < 8*time.Second && saw != f.guarded.Load() {
		t.Errorf("the circuit saw %d attempts, the records say %d", saw, f.guarded.Load())
	}
	st := f.Status("com.acme.Greeter")[0]
	if st.Draining != 0 || st.InFlight != 0 || st.Desired != last.Version || st.Effective != last.Version {
		t.Errorf("after the load: %+v", st)
	}
	if err := f.SetPlan("com.acme.Greeter", nil); err != nil {
		t.Fatal(err)
	}
	f.closing.Wait()
	if direct, lanes := f.hops.open(); direct != 1 || lanes != 0 {
		t.Errorf("%d clusters of the service and %d of the sidecar are open", direct, lanes)
	}
	t.Logf("%d calls over %d plans; %d retries in this process", serial.Load(), flips, st.Retry.Retries)
}

func TestAPlanIsRefusedAsAWhole(t *testing.T) {
	c := dial(t, echo)
	m := MethodOf[message, message](c, "S/m")
	good, _ := feature.NewPlan(1, feature.Step{Below: feature.Scale})
	if err := c.SetPlan("S", good); err != nil {
		t.Fatal(err)
	}
	nowhere, err := feature.Shares{Version: 2, Dial: 1, Lane: &scripted{name: "envoy", absent: true}}.Plan()
	if err != nil {
		t.Fatal(err)
	}
	deaf, err := feature.Shares{Version: 3, Dial: 1, Lane: deafLane{&scripted{name: "envoy"}}, Governance: map[feature.Name]uint16{feature.Retry: 1}}.Plan()
	if err != nil {
		t.Fatal(err)
	}
	for p, want := range map[*feature.Plan]string{
		{Version: 4}: "breaks the rule steps", nowhere: "lane envoy does not serve it", deaf: "does not understand fake",
	} {
		if err := c.SetPlan("S", p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q: %v", want, err)
		}
	}
	if st := c.Status("S")[0]; st.Desired != 1 || st.Effective != 1 {
		t.Errorf("%+v", st)
	}
	if _, err := m.Call(t.Context(), &message{}); err != nil {
		t.Error(err)
	}
}

func TestAServiceThatCannotBeResolvedLeavesNothingBehind(t *testing.T) {
	h := &hops{direct: echo, lane: echo}
	for _, fails := range []bool{true, false} { // the service's own cluster, or the sidecar's
		c, err := New(WithCodec(named("fake")), WithDiscovery(scheme("list")), quiet(), WithPlan("S", atSidecar(t, 1, 3000)), func(c *config) error {
			c.hop = func(c *Client, cfg hopConfig) (hop, error) {
				if cfg.lane == fails {
					return nil, errors.New("no")
				}
				return h.make(c, cfg)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := MethodOf[message, message](c, "S/m").Err(); !errors.Is(err, onramp.InvalidArgument) {
			t.Errorf("%v", err)
		}
		_ = c.Close()
	}
	if direct, lanes := h.open(); direct+lanes != 0 || len(h.made) == 0 {
		t.Errorf("%d clusters of the service and %d of the sidecar are open, of %d", direct, lanes, len(h.made))
	}
}

// deafLane understands no protocol.
type deafLane struct{ *scripted }

func (deafLane) Speaks(string) bool { return false }

func TestAPlanBeforeTheFirstCallIsDesiredAndThenEffective(t *testing.T) {
	w := &world{calls: map[string]*seen{}}
	f := newFlipping(t, w)
	p, err := randomPlan(5, &scripted{name: "sidecar"})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.SetPlan("S", p); err != nil {
		t.Fatal(err)
	}
	if st := f.Status("S"); len(st) != 1 || st[0].Desired != 5 || st[0].Effective != 0 {
		t.Errorf("before: %+v", st)
	}
	MethodOf[message, message](f.Client, "S/m")
	if st := f.Status("S"); len(st) != 1 || st[0].Desired != 5 || st[0].Effective != 5 {
		t.Errorf("after: %+v", st)
	}
	if f.Status("unknown") != nil {
		t.Error("an unknown service has a status")
	}
}

func TestACallKeepsItsPipelineOverAFlipAndTheOldOneDrains(t *testing.T) {
	arrived, release := make(chan string), make(chan struct{})
	h := &hops{}
	block := func(name string) onramp.Handler {
		return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
			arrived <- name
			<-release
			return echo(ctx, req)
		}
	}
	h.direct, h.lane = block("direct"), block("lane")
	var recorded []Record
	c, err := New(WithCodec(named("fake")), WithDiscovery(scheme("list")), quiet(), withHops(h), WithRecorder(func(r Record) { recorded = append(recorded, r) }))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	plan, err := feature.Shares{Version: 1, Dial: feature.Scale, Lane: &scripted{name: "sidecar"}}.Plan()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.SetPlan("S", plan); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() { _, err := Call[message](context.Background(), c, "S/m", &message{}); done <- err }()
	if at := <-arrived; at != "lane" {
		t.Fatal(at)
	}
	if err := c.SetPlan("S", nil); err != nil {
		t.Fatal(err)
	}
	if st := c.Status("S")[0]; st.Draining != 1 || st.InFlight != 1 || st.Effective != 0 {
		t.Errorf("during: %+v", st)
	}
	if _, lanes := h.open(); lanes != 1 {
		t.Error("the sidecar's cluster was closed under a call")
	}
	close(release)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	c.closing.Wait()
	if st := c.Status("S")[0]; st.Draining != 0 || st.InFlight != 0 {
		t.Errorf("after: %+v", st)
	}
	if _, lanes := h.open(); lanes != 0 {
		t.Error("the drained sidecar's cluster is still open")
	}
	if len(recorded) != 1 || recorded[0].Plan != 1 || recorded[0].Lane != "sidecar" {
		t.Errorf("%+v", recorded)
	}
}

func TestALaneThatIsPushedAgainIsNotDialedAgain(t *testing.T) {
	w := &world{calls: map[string]*seen{}}
	f := newFlipping(t, w)
	MethodOf[message, message](f.Client, "S/m")
	for v := range uint64(100) {
		plan, err := feature.Shares{Version: v, Dial: 5000, Lane: &scripted{name: "sidecar"}}.Plan()
		if err != nil {
			t.Fatal(err)
		}
		if err := f.SetPlan("S", plan); err != nil {
			t.Fatal(err)
		}
	}
	if len(f.hops.made) != 2 {
		t.Errorf("%d clusters were made for 100 pushes of one lane", len(f.hops.made))
	}
}

func TestAllCallsOfATraceOrKeyTakeOneLane(t *testing.T) {
	h := newHashes(0)
	req := &onramp.Request{}
	req.Route.Key = "user-17"
	byKey := h.draw(req)
	req.Header.Set("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
	byTrace := h.draw(req)
	req.Header.Set("Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-b7ad6b7169203331-00")
	if h.draw(req) != byTrace {
		t.Error("another span of one trace has another hash")
	}
	req.Header.Set("traceparent", "nonsense")
	if h.draw(req) != byKey || byKey == byTrace {
		t.Errorf("key %d, trace %d, then %d", byKey, byTrace, h.draw(req))
	}
	var below int
	for range 100000 {
		if x := h.draw(&onramp.Request{}); x >= feature.Scale {
			t.Fatal(x)
		} else if x < 2500 {
			below++
		}
	}
	if below < 24000 || below > 26000 {
		t.Errorf("%d of 100000 random calls are in the first quarter", below)
	}
	a, b := newHashes(7), newHashes(7)
	for range 10 {
		if a.draw(&onramp.Request{}) != b.draw(&onramp.Request{}) {
			t.Fatal("one seed gives two rows of hashes")
		}
	}
}

func TestAShareOfTheCallsTakesTheLaneWithAllTheirAttempts(t *testing.T) {
	var direct, lane int
	first := map[*onramp.Request]string{}
	answer := func(name string, n *int) onramp.Handler {
		return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
			if req.Attempt.Number == 1 {
				*n++
				first[req] = name
				return nil, onramp.NewError(onramp.Unavailable, onramp.Local, "once")
			}
			if first[req] != name {
				t.Errorf("a retry went %s, and the first attempt %s", name, first[req])
			}
			return echo(ctx, req)
		}
	}
	h := &hops{}
	h.direct, h.lane = answer("direct", &direct), answer("lane", &lane)
	c, err := New(WithCodec(named("fake")), WithDiscovery(scheme("list")), quiet(), withHops(h), WithSeed(2),
		WithPlan("S", atSidecar(t, 1, 3000)), WithPolicy(&policy.Service{Retry: policy.Retry{BudgetPercent: 100}}))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	m := MethodOf[message, message](c, "S/m")
	for range 10000 {
		if _, err := m.Call(t.Context(), &message{}); err != nil {
			t.Fatal(err)
		}
	}
	if lane < 2850 || lane > 3150 || lane+direct != 10000 {
		t.Errorf("%d of 10000 calls took the lane of 30 %%, %d went directly", lane, direct)
	}
}

func TestALaneSaysWhatASidecarsAnswerMeans(t *testing.T) {
	overloaded := errors.New("503")
	h := &hops{lane: func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
		if req.Attempt.Number == 1 {
			return nil, &onramp.Error{Code: onramp.Unavailable, Origin: onramp.Remote, Err: overloaded}
		}
		return echo(context.Background(), req)
	}}
	plan, err := feature.Shares{Version: 1, Dial: feature.Scale, Lane: refusingLane{&scripted{name: "envoy"}}}.Plan()
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(WithCodec(named("fake")), WithDiscovery(scheme("list")), WithPlan("S", plan), withHops(h))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	// The method is not idempotent: only the lane's word that nothing ran lets it be sent again.
	if _, err := Call[message](t.Context(), c, "S/m", &message{}); err != nil {
		t.Error(err)
	}
}

// refusingLane knows that this sidecar's Unavailable means that nothing ran.
type refusingLane struct{ *scripted }

func (refusingLane) Classify(_ *onramp.Response, err error) onramp.Outcome {
	o := onramp.Classify(err)
	if o.Code == onramp.Unavailable {
		o.Origin = onramp.Refused
	}
	return o
}
