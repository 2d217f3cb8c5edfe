package client

import (
	"context"
	"log/slog"
	"sync/atomic"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/breaker"
	"github.com/onrampmesh/onramp/feature"
	"github.com/onrampmesh/onramp/policy"
)

// serviceBreaker is the circuit of a service as a whole. It outlives plans and
// policies.
type serviceBreaker struct {
	circuit     *breaker.Circuit
	wouldReject atomic.Uint64
	last        atomic.Pointer[onramp.Error] // the latest failure, without what its frame held
}

// note keeps a failure, for the error of a circuit that opens because of it.
func (b *serviceBreaker) note(err error) {
	e := onramp.AsError(err)
	b.last.Store(&onramp.Error{Code: e.Code, Origin: e.Origin, Endpoint: e.Endpoint, Err: e.Err})
}

// Feature returns feature.ServiceBreaker.
func (b *serviceBreaker) Feature() feature.Name { return feature.ServiceBreaker }

// Wrap builds the stage. Under mode Observe the circuit learns, and what it would
// have refused is counted.
func (b *serviceBreaker) Wrap(p *feature.Path, next onramp.Handler) onramp.Handler {
	if p.Policy.ServiceBreaker.Disabled {
		return next
	}
	s := &breakerStage{unit: b, circuit: b.circuit, observe: p.Set.Modes[feature.ServiceBreaker] == feature.Observe, next: next}
	return s.do
}

// breakerStage is the breaker's stage of one pipeline.
type breakerStage struct {
	unit    *serviceBreaker
	circuit *breaker.Circuit
	observe bool
	next    onramp.Handler
}

func (s *breakerStage) do(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
	ticket, err := s.circuit.Allow()
	if err != nil {
		if s.observe {
			s.unit.wouldReject.Add(1)
			return s.next(ctx, req)
		}
		return nil, refusal(err, s.unit.last.Load())
	}
	settled := false
	defer func() {
		if !settled { // a panic above the wire: the ticket must not be lost
			s.circuit.Done(ticket, onramp.Outcome{Code: onramp.Canceled, Origin: onramp.Local, At: req.Attempt.Start})
		}
	}()
	resp, err := s.next(ctx, req)
	settled = true
	o := feature.Settle(req, err)
	if err != nil && o.Failed() {
		s.unit.note(err)
	}
	s.circuit.Done(ticket, o)
	return resp, err
}

// refusal marks the error of an open circuit as final: every further attempt of
// the call would meet the same circuit. last, which may be nil, is the latest failure.
func refusal(err error, last *onramp.Error) error {
	e := *onramp.AsError(err)
	e.Err = &openCircuit{e.Err, last}
	return &e
}

type openCircuit struct {
	error
	last *onramp.Error
}

// Final returns true; see feature.Final.
func (openCircuit) Final() bool { return true }

// Unwrap returns the breaker's own cause.
func (o openCircuit) Unwrap() error { return o.error }

// Error says that the circuit is open, what the breaker knows of it, and the text of
// the latest failure.
func (o openCircuit) Error() string {
	const text = "the service's circuit is open"
	if o.error == nil {
		return text
	}
	if o.last == nil {
		return text + ": " + o.error.Error()
	}
	return text + ": " + o.error.Error() + "; the latest failure was: " + o.last.Error()
}

// newServiceBreaker returns the circuit of one service, which logs its changes.
func newServiceBreaker(service string, p policy.Breaker, log *slog.Logger) *serviceBreaker {
	changed := breaker.OnChange(func(from, to breaker.State) {
		log.Warn("the service's circuit changed", "service", service, "from", from.String(), "to", to.String())
	})
	return &serviceBreaker{circuit: breaker.New(service, p, changed)}
}

// Reconfigure hands the circuit its new policy; its window and state stay.
func (b *serviceBreaker) Reconfigure(p *policy.Service) {
	// The policy was resolved, so that the circuit has nothing to refuse.
	_ = b.circuit.Reconfigure(p.ServiceBreaker)
}
