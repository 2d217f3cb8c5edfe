package policy

import (
	"encoding/json"
	"reflect"
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

func TestAWrongFieldIsNamedByItsPath(t *testing.T) {
	for path, s := range map[string]Service{
		"timeout is -1ns":                        {Timeout: -1},
		"timeout is 48h":                         {Timeout: 48 * time.Hour},
		"retry.attempts is 11":                   {Retry: Retry{Attempts: 11}},
		"retry.baseDelay":                        {Retry: Retry{BaseDelay: -1}},
		"retry.maxDelay":                         {Retry: Retry{BaseDelay: time.Second, MaxDelay: time.Millisecond}},
		"retry.budgetPercent":                    {Retry: Retry{BudgetPercent: 101}},
		"retry.budgetPerSecond":                  {Retry: Retry{BudgetPerSecond: -1}},
		"retry.idempotent[1]":                    {Retry: Retry{Idempotent: []string{"get", ""}}},
		"serviceBreaker.window":                  {ServiceBreaker: Breaker{Window: 1}},
		"serviceBreaker.failurePercent is 100.5": {ServiceBreaker: Breaker{FailurePercent: 100.5}},
		"endpointBreaker.coolDown":               {EndpointBreaker: Breaker{CoolDown: 2 * time.Hour}},
		"endpointBreaker.probes":                 {EndpointBreaker: Breaker{Probes: 101}},
		"endpointBreaker.minCalls":               {EndpointBreaker: Breaker{MinCalls: -1}},
	} {
		if _, err := s.Resolve(); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("want %q: %v", path, err)
		}
	}
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
