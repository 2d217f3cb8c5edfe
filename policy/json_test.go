package policy_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/policy"
)

func TestDurationsInJSONAreTextOrNanoseconds(t *testing.T) {
	want := policy.Service{
		Timeout:         300 * time.Millisecond,
		Retry:           policy.Retry{Attempts: 2, Idempotent: []string{"get"}, BaseDelay: time.Millisecond, MaxDelay: time.Second},
		ServiceBreaker:  policy.Breaker{Window: time.Minute, CoolDown: 2 * time.Second},
		EndpointBreaker: policy.Breaker{Disabled: true},
	}
	written, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"text": `{"timeout":"300ms","retry":{"attempts":2,"idempotent":["get"],"baseDelay":"1ms","maxDelay":"1s"},
			"serviceBreaker":{"window":"1m","coolDown":"2s"},"endpointBreaker":{"disabled":true}}`,
		"what was written": string(written),
	} {
		var got policy.Service
		if err := json.Unmarshal([]byte(text), &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
}

func TestWrongJSONIsToldByItsField(t *testing.T) {
	for text, want := range map[string]string{
		`{"timeout":"300"}`:                      `timeout is "300", want a duration like "300ms"`,
		`{"retry":{"baseDelay":"soon"}}`:         `retry.baseDelay is "soon"`,
		`{"serviceBreaker":{"coolDown":true}}`:   "bool",
		`{"timeOut":1,"tiemout":"300ms"}`:        `unknown field "tiemout"`,
		`{"retry":{"tries":1}}`:                  `unknown field "tries"`,
		`{"endpointBreaker":{"failurePct":50}}`:  `unknown field "failurePct"`,
		`{"endpointBreaker":{"coolDown":"1.5"}}`: `coolDown is "1.5"`,
	} {
		var got policy.Service
		if err := json.Unmarshal([]byte(text), &got); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func TestNamesThatNoMethodHasAndSharesBelowOnePercentAreRefused(t *testing.T) {
	for want, p := range map[string]policy.Service{
		`policy: retry.idempotent[1] is "a.B/c", want a method's name without its service, or "*"`: {Retry: policy.Retry{Idempotent: []string{"get", "a.B/c"}}},
		`policy: retry.idempotent[0] is "", want a method's name without its service, or "*"`:      {Retry: policy.Retry{Idempotent: []string{""}}},
		`policy: serviceBreaker.failurePercent is 0.5, want 1..100 (a percentage)`:                 {ServiceBreaker: policy.Breaker{FailurePercent: 0.5}},
	} {
		if _, err := p.Resolve(); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
