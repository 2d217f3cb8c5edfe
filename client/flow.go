package client

import (
	"sync/atomic"

	"github.com/onrampmesh/onramp"
)

// flow is a streaming call: it holds its generation until the stream ends,
// however it ends. It is the first observer of the Request and hears last.
type flow struct {
	method   *method
	pipeline *pipeline
	gen      *generation
	slot     uint32
	over     atomic.Bool
}

// End counts the call out and records it.
func (f *flow) End(req *onramp.Request, o onramp.Outcome) {
	if !f.finish() {
		return
	}
	if record := f.method.service.client.cfg.recorder; record != nil {
		record(f.method.record(req, f.pipeline, o))
	}
}

// finish counts the call out once.
func (f *flow) finish() bool {
	if !f.over.CompareAndSwap(false, true) {
		return false
	}
	f.gen.leave(f.slot)
	return true
}
