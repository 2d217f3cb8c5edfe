package onramptest

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/onrampmesh/onramp"
)

// Recorder keeps what passed it. Its method Intercept is an onramp.Interceptor:
// put it above a Client, into a client's or a server's pipeline, per call or per
// attempt. The zero Recorder is ready; many goroutines may use one at once.
type Recorder struct {
	mu    sync.Mutex
	calls []*Call
}

// Call is one call that passed a Recorder.
type Call struct {
	Service, Version, Group, Method string
	Kind                            onramp.Kind
	// Header is a copy of the request's header as the Recorder saw it.
	Header onramp.Header
	// Body is a shallow copy of the message, or a copy of the encoded bytes.
	Body any
	// Deadline and Attempt are the request's.
	Deadline time.Time
	Attempt  int
	Peer     onramp.Peer
	// Start is when the call came by.
	Start time.Time
	// Done says that the handler below returned; for a stream, that it is open.
	Done bool
	// Err is what the handler returned, and Latency after what time.
	Err     error
	Latency time.Duration
}

// Target returns "service/method".
func (c *Call) Target() string { return c.Service + "/" + c.Method }

// Intercept is an onramp.Interceptor.
func (r *Recorder) Intercept(next onramp.Handler) onramp.Handler {
	return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		c := seen(req)
		r.mu.Lock()
		r.calls = append(r.calls, c)
		r.mu.Unlock()
		resp, err := next(ctx, req)
		r.mu.Lock()
		c.Done, c.Err, c.Latency = true, err, time.Since(c.Start)
		r.mu.Unlock()
		return resp, err
	}
}

// seen notes a request.
func seen(req *onramp.Request) *Call {
	c := &Call{
		Service: req.Service, Version: req.Version, Group: req.Group, Method: req.Method,
		Kind: req.Kind, Deadline: req.Deadline, Attempt: req.Attempt.Number, Peer: req.Peer,
		Start: time.Now(), Body: shallow(req.Body.Value),
	}
	if c.Body == nil && req.Body.Raw != nil {
		c.Body = slices.Clone(req.Body.Raw)
	}
	c.Header.CopyFrom(&req.Header)
	return c
}

// Calls returns the calls in the order they came: those of the targets given
// ("service/method"), or all.
func (r *Recorder) Calls(targets ...string) []Call {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []Call
	for _, c := range r.calls {
		if len(targets) == 0 || slices.Contains(targets, c.Target()) {
			out = append(out, *c)
		}
	}
	return out
}

// Reset forgets every call.
func (r *Recorder) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = nil
}
