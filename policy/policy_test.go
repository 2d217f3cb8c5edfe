package policy

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/internal/leak"
)

func TestMain(m *testing.M) { leak.Main(m) }

func TestDefaultsAreWhatTheDocSays(t *testing.T) {
	breaker := func(consecutive int) Breaker {
		return Breaker{Window: 10 * time.Second, MinCalls: 20, FailurePercent: 50, Consecutive: consecutive, CoolDown: time.Second, Probes: 1}
	}
	want := &Service{
		Timeout:        time.Second,
		Retry:          Retry{Attempts: 3, BaseDelay: 10 * time.Millisecond, MaxDelay: 250 * time.Millisecond, BudgetPercent: 20, BudgetPerSecond: 10},
		ServiceBreaker: breaker(-1), EndpointBreaker: breaker(5),
	}
	if got := Default(); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// bound is a field with values just inside and just outside of its bounds.
type bound struct {
	path       string
	set        func(s *Service, v float64)
	right, bad []float64
}

// bounds lists every field that has bounds. Times are in nanoseconds.
func bounds() []bound {
	const ms, s, m, h = 1e6, 1e9, 60e9, 3600e9
	list := []bound{
		{"timeout", func(s *Service, v float64) { s.Timeout = time.Duration(v) }, []float64{ms, 24 * h}, []float64{-1, ms - 1, 24*h + 1}},
		{"retry.attempts", func(s *Service, v float64) { s.Retry.Attempts = int(v) }, []float64{1, 10}, []float64{-1, 11}},
		{"retry.baseDelay", func(s *Service, v float64) { s.Retry.BaseDelay, s.Retry.MaxDelay = time.Duration(v), time.Minute }, []float64{1, m}, []float64{-1, m + 1}},
		{"retry.maxDelay", func(s *Service, v float64) { s.Retry.BaseDelay, s.Retry.MaxDelay = time.Second, time.Duration(v) }, []float64{s, m}, []float64{-1, s - 1, m + 1}},
		{"retry.budgetPercent", func(s *Service, v float64) { s.Retry.BudgetPercent = v }, []float64{0.01, 100}, []float64{-0.01, 100.01, math.NaN(), math.Inf(1)}},
		{"retry.budgetPerSecond", func(s *Service, v float64) { s.Retry.BudgetPerSecond = v }, []float64{0.01, 1000}, []float64{-0.01, 1000.01, math.NaN()}},
	}
	for path, of := range map[string]func(s *Service) *Breaker{
		"serviceBreaker":  func(s *Service) *Breaker { return &s.ServiceBreaker },
		"endpointBreaker": func(s *Service) *Breaker { return &s.EndpointBreaker },
	} {
		list = append(list,
			bound{path + ".window", func(s *Service, v float64) { of(s).Window = time.Duration(v) }, []float64{100 * ms, h}, []float64{-1, 100*ms - 1, h + 1}},
			bound{path + ".minCalls", func(s *Service, v float64) { of(s).MinCalls = int(v) }, []float64{1, 1e6}, []float64{-1}},
			bound{path + ".failurePercent", func(s *Service, v float64) { of(s).FailurePercent = v }, []float64{1, 100}, []float64{-1, 0.5, 100.5, math.NaN()}},
			bound{path + ".coolDown", func(s *Service, v float64) { of(s).CoolDown = time.Duration(v) }, []float64{ms, h}, []float64{-1, ms - 1, h + 1}},
			bound{path + ".probes", func(s *Service, v float64) { of(s).Probes = int(v) }, []float64{1, 100}, []float64{-1, 101}},
		)
	}
	return list
}

func TestAWrongFieldIsNamedByItsPath(t *testing.T) {
	for _, b := range bounds() {
		for _, v := range b.bad {
			s := &Service{}
			b.set(s, v)
			if _, err := s.Resolve(); err == nil || !strings.HasPrefix(err.Error(), "policy: "+b.path+" is ") || !strings.Contains(err.Error(), ", want ") {
				t.Errorf("%s = %v: %v", b.path, v, err)
			}
		}
		for _, v := range b.right {
			s := &Service{}
			b.set(s, v)
			if _, err := s.Resolve(); err != nil {
				t.Errorf("%s = %v: %v", b.path, v, err)
			}
		}
	}
	s := &Service{Retry: Retry{Idempotent: []string{"get", ""}}}
	if _, err := s.Resolve(); err == nil || !strings.Contains(err.Error(), "policy: retry.idempotent[1] is \"\", want ") {
		t.Error(err)
	}
}

// A field that is added to the policy must be in the table above, or be without bounds.
func TestEveryFieldWithBoundsIsTried(t *testing.T) {
	free := []string{"disabled", "consecutive", "idempotent"}
	tried := map[string]bool{}
	for _, b := range bounds() {
		tried[b.path] = true
	}
	var walk func(of reflect.Type, path string)
	walk = func(of reflect.Type, path string) {
		for _, f := range reflect.VisibleFields(of) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			switch {
			case f.Type.Kind() == reflect.Struct:
				walk(f.Type, path+name+".")
			case !slices.Contains(free, name) && !tried[path+name]:
				t.Errorf("no test tries the bounds of %s", path+name)
			}
		}
	}
	walk(reflect.TypeFor[Service](), "")
}

func TestResolveLeavesItsArgumentAlone(t *testing.T) {
	s := &Service{Retry: Retry{Idempotent: []string{"get"}}}
	r, err := s.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	s.Retry.Idempotent[0] = "put"
	if s.Timeout != 0 || !r.Retry.Repeats("get") || r.Retry.Repeats("put") {
		t.Errorf("%+v, %+v", s, r)
	}
}

func TestIdempotentMethodsAreNamedOrAll(t *testing.T) {
	for _, c := range []struct {
		names  []string
		method string
		want   bool
	}{{nil, "get", false}, {[]string{"get"}, "get", true}, {[]string{"get"}, "Get", false}, {[]string{"*"}, "put", true}} {
		if got := (&Retry{Idempotent: c.names}).Repeats(c.method); got != c.want {
			t.Errorf("%v, %s: %v", c.names, c.method, got)
		}
	}
}

func TestAPolicyIsWrittenWithoutItsDefaults(t *testing.T) {
	b, err := json.Marshal(&Service{Timeout: time.Second, Retry: Retry{Attempts: 2}})
	if err != nil || string(b) != `{"timeout":1000000000,"retry":{"attempts":2}}` {
		t.Errorf("%s, %v", b, err)
	}
}
