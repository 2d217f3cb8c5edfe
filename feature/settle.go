package feature

import (
	"time"

	"github.com/onrampmesh/onramp"
)

// Settle returns how the latest attempt of req ended, and sees to it that
// req.Attempt.Outcome says so: stages above then need no clock and no
// classification of their own. err is what the stage below returned.
//
// What the cluster recorded holds, unless a stage in between (an interceptor)
// answered something else: then err decides and the time stamp stays.
func Settle(req *onramp.Request, err error) onramp.Outcome {
	a := &req.Attempt
	if agree(&a.Outcome, err) && !a.Outcome.At.IsZero() {
		return a.Outcome
	}
	o := onramp.Classify(err)
	o.At = a.Outcome.At
	if o.At.IsZero() {
		o.At = time.Now()
	}
	o.Latency = o.At.Sub(a.Start)
	a.Outcome = o
	return o
}

// agree reports whether o is the outcome of err.
func agree(o *onramp.Outcome, err error) bool {
	if err == nil {
		return o.Code == onramp.OK
	}
	e, ok := err.(*onramp.Error)
	return ok && e.Code == o.Code && e.Origin == o.Origin && e.Business == o.Business
}
