// Package policy says what should happen to a service's calls: plain data, the
// same for every owner, and its validation. It imports the standard library only.
package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Service is the policy of one service. The zero value of every field means its
// default; Default returns them filled in. In JSON a duration is text, "300ms", or a
// number of nanoseconds, and a field that does not exist is an error.
type Service struct {
	// Timeout is the deadline of a call whose caller gave none. Default 1 s.
	Timeout time.Duration `json:"timeout,omitempty"`
	Retry   Retry         `json:"retry,omitzero"`
	// ServiceBreaker stops calls to the service as a whole.
	ServiceBreaker Breaker `json:"serviceBreaker,omitzero"`
	// EndpointBreaker takes single endpoints out.
	EndpointBreaker Breaker `json:"endpointBreaker,omitzero"`
}

// Retry says when and how often an attempt is repeated.
type Retry struct {
	// Disabled makes one attempt a call, re-sends of Local and Refused included.
	Disabled bool `json:"disabled,omitempty"`
	// Idempotent names the methods, without their service, whose calls may run twice without harm, "*"
	// for all of them. Callers may mark further ones themselves.
	Idempotent []string `json:"idempotent,omitempty"`
	// Attempts is the most attempts of one call, 1..10. Default 3.
	Attempts int `json:"attempts,omitempty"`
	// BaseDelay is the mean of the first back-off, doubled for each further one;
	// the delay is uniform in 0..2 x mean. Default 10 ms.
	BaseDelay time.Duration `json:"baseDelay,omitempty"`
	// MaxDelay bounds one back-off. Default 250 ms.
	MaxDelay time.Duration `json:"maxDelay,omitempty"`
	// BudgetPercent is how many retries a hundred calls earn. Default 20.
	BudgetPercent float64 `json:"budgetPercent,omitempty"`
	// BudgetPerSecond is how many retries are earned by time. Default 10.
	BudgetPerSecond float64 `json:"budgetPerSecond,omitempty"`
}

// Repeats reports whether the policy calls a method idempotent.
func (r *Retry) Repeats(method string) bool {
	return slices.Contains(r.Idempotent, method) || slices.Contains(r.Idempotent, "*")
}

// Breaker says when a circuit opens and closes again.
type Breaker struct {
	Disabled bool `json:"disabled,omitempty"`
	// Window is how far back outcomes count. Default 10 s.
	Window time.Duration `json:"window,omitempty"`
	// MinCalls is how many outcomes the window needs before the share of
	// failures counts. Default 20.
	MinCalls int `json:"minCalls,omitempty"`
	// FailurePercent of the window opens the circuit, 1..100. Default 50.
	FailurePercent float64 `json:"failurePercent,omitempty"`
	// Consecutive failures open the circuit whatever the window says; negative
	// is never. Default: 5 for an endpoint, never for a service.
	Consecutive int `json:"consecutive,omitempty"`
	// CoolDown is how long it stays open before a probe. Default 1 s for an
	// endpoint and for a service.
	CoolDown time.Duration `json:"coolDown,omitempty"`
	// Probes is how many successes in a row close it. Default 1.
	Probes int `json:"probes,omitempty"`
}

// Default returns the defaults.
func Default() *Service { s, _ := (&Service{}).Resolve(); return s }

// Resolve returns a copy of s with the defaults filled in, or an error that
// names the field's path.
func (s *Service) Resolve() (*Service, error) {
	r := *s
	r.Retry.Idempotent = slices.Clone(s.Retry.Idempotent)
	fill(&r.Timeout, time.Second)
	fill(&r.Retry.Attempts, 3)
	fill(&r.Retry.BaseDelay, 10*time.Millisecond)
	fill(&r.Retry.MaxDelay, 250*time.Millisecond)
	fill(&r.Retry.BudgetPercent, 20)
	fill(&r.Retry.BudgetPerSecond, 10)
	r.ServiceBreaker.fill(-1)
	r.EndpointBreaker.fill(5)
	return &r, r.check()
}

func (b *Breaker) fill(consecutive int) {
	fill(&b.Window, 10*time.Second)
	fill(&b.MinCalls, 20)
	fill(&b.FailurePercent, 50)
	fill(&b.Consecutive, consecutive)
	fill(&b.CoolDown, time.Second)
	fill(&b.Probes, 1)
}

func fill[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func (s *Service) check() error {
	switch r := &s.Retry; {
	case s.Timeout < time.Millisecond || s.Timeout > 24*time.Hour:
		return wrong("timeout", s.Timeout, "1ms..24h")
	case r.Attempts < 1 || r.Attempts > 10:
		return wrong("retry.attempts", r.Attempts, "1..10")
	case r.BaseDelay < 0 || r.BaseDelay > time.Minute:
		return wrong("retry.baseDelay", r.BaseDelay, "0..1m")
	case r.MaxDelay < r.BaseDelay || r.MaxDelay > time.Minute:
		return wrong("retry.maxDelay", r.MaxDelay, "retry.baseDelay..1m")
	case !(r.BudgetPercent >= 0 && r.BudgetPercent <= 100):
		return wrong("retry.budgetPercent", r.BudgetPercent, "0..100")
	case !(r.BudgetPerSecond >= 0 && r.BudgetPerSecond <= 1000):
		return wrong("retry.budgetPerSecond", r.BudgetPerSecond, "0..1000")
	}
	if i := slices.IndexFunc(s.Retry.Idempotent, noMethod); i >= 0 {
		return wrong(fmt.Sprintf("retry.idempotent[%d]", i), fmt.Sprintf("%q", s.Retry.Idempotent[i]), `a method's name without its service, or "*"`)
	}
	if err := s.ServiceBreaker.check("serviceBreaker"); err != nil {
		return err
	}
	return s.EndpointBreaker.check("endpointBreaker")
}

func noMethod(name string) bool { return name == "" || strings.Contains(name, "/") }

func (b *Breaker) check(path string) error {
	switch {
	case b.Window < 100*time.Millisecond || b.Window > time.Hour:
		return wrong(path+".window", b.Window, "100ms..1h")
	case b.MinCalls < 1:
		return wrong(path+".minCalls", b.MinCalls, "1 or more")
	case !(b.FailurePercent >= 1 && b.FailurePercent <= 100):
		return wrong(path+".failurePercent", b.FailurePercent, "1..100 (a percentage)")
	case b.CoolDown < time.Millisecond || b.CoolDown > time.Hour:
		return wrong(path+".coolDown", b.CoolDown, "1ms..1h")
	case b.Probes < 1 || b.Probes > 100:
		return wrong(path+".probes", b.Probes, "1..100")
	}
	return nil
}

func wrong(path string, got any, want string) error {
	return fmt.Errorf("policy: %s is %v, want %s", path, got, want)
}
