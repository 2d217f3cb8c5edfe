package client

import (
	"context"
	"fmt"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/feature"
)

// laneStage tells the sidecar who owns what, and has its answers classified by
// the only one who knows its dialect.
type laneStage struct {
	lane feature.Lane
	set  *feature.Set
	next onramp.Handler
}

func (s *laneStage) do(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
	s.lane.Dress(req, s.set)
	resp, err := s.next(ctx, req)
	seen := feature.Settle(req, err)
	meant := s.lane.Classify(resp, err)
	if meant.Code == seen.Code && meant.Origin == seen.Origin && meant.Business == seen.Business {
		return resp, err
	}
	meant.At, meant.Latency = seen.At, seen.Latency
	req.Attempt.Outcome = meant
	return resp, s.translate(meant, err)
}

// translate returns the error that says what the lane made of an answer.
func (s *laneStage) translate(o onramp.Outcome, err error) error {
	if o.Code == onramp.OK {
		return nil
	}
	e := &onramp.Error{}
	if err != nil {
		*e = *onramp.AsError(err)
	}
	e.Code, e.Origin, e.Business = o.Code, o.Origin, o.Business
	if e.Err == nil {
		e.Err = fmt.Errorf("the sidecar %s failed the call", s.lane.Name())
	} else {
		e.Err = fmt.Errorf("by the sidecar %s: %w", s.lane.Name(), e.Err)
	}
	return e
}
