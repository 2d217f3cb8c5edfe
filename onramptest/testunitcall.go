package onramptest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/feature"
)

// unitFault is what a call can see a stage do wrong.
type unitFault int

const (
	contextFault unitFault = iota // the context that next got
	requestFault                  // the request that next got
	startFault                    // Attempt.Start
	sharedFault                   // one request in two hands
	unitFaults
)

// unitKey is where the context of a call keeps the call.
type unitKey struct{}

// unitTry is one time that next was called.
type unitTry struct {
	at     time.Time
	number int
	resent bool
	before onramp.Outcome // what Attempt.Outcome was
	ctx    context.Context
	resp   *onramp.Response
	err    error
}

// unitCall is one call through the stage: who makes it, and who answers it.
type unitCall struct {
	ctx    context.Context
	cancel context.CancelFunc // of ctx, when the answer needs it
	req    *onramp.Request
	sent   sentRequest
	answer unitAnswer

	mu       sync.Mutex
	tries    []*unitTry
	under    map[*onramp.Request]int // calls of next under way
	faults   [unitFaults]string
	returned bool

	resp     *onramp.Response
	err      error
	panicked any
	began    time.Time
	ended    time.Time
}

// newCall prepares a call as the client does.
func (r *unitRig) newCall(ctx context.Context, kind onramp.Kind, a unitAnswer) *unitCall {
	c := &unitCall{req: new(onramp.Request), answer: a, under: map[*onramp.Request]int{}}
	c.ctx = context.WithValue(ctx, unitKey{}, c)
	c.fill(kind)
	f := r.unit.Feature()
	c.sent.anyHeader = f == feature.HeaderMutation || f == feature.ClientSpans
	c.sent.anyRoute = f == feature.Routing
	return c
}

func (c *unitCall) fill(kind onramp.Kind) {
	now := time.Now()
	r := c.req
	r.Service, r.Version, r.Group, r.Method, r.Kind = "com.acme.Greeter", "1.0", "blue", "sayHello", kind
	r.Header.Add("tenant", "acme")
	r.Body.Value = c
	r.Route = onramp.Route{Key: "key", Hash: 4711}
	r.Start(now)
	r.Attempt = onramp.Attempt{Number: 1, Start: now}
	if !kind.Streaming() {
		r.Deadline = now.Add(time.Second)
	}
	r.Attach(c)
	c.sent = sentOf(r)
}

// run makes the call through h.
func (c *unitCall) run(h onramp.Handler) {
	defer func() {
		c.panicked = recover()
		c.mu.Lock()
		c.returned, c.ended = true, time.Now()
		c.mu.Unlock()
	}()
	c.began = time.Now()
	c.resp, c.err = h(c.ctx, c.req)
}

// enter notes that next was called, and what is wrong with how.
func (c *unitCall) enter(ctx context.Context, req *onramp.Request) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if want, ok := c.ctx.Deadline(); ok {
		if d, ok := ctx.Deadline(); !ok || d.After(want) {
			c.noted(contextFault, fmt.Sprintf("the call's context ends in %v, and that of next %v", time.Until(want), time.Until(d)))
		}
	}
	if text := c.sent.differs(req); text != "" {
		c.noted(requestFault, text)
	}
	if text := c.sent.longer(req); text != "" {
		c.noted(requestFault, text)
	}
	if late := time.Since(req.Attempt.Start); late != 0 {
		c.noted(startFault, fmt.Sprintf("next was called %v after Attempt.Start", late))
	}
	switch {
	case c.under[req] > 0:
		c.noted(sharedFault, "next was called twice at once with one *Request")
	case c.returned && req == c.req:
		c.noted(sharedFault, "next was called with the caller's *Request after the stage had returned")
	}
	c.under[req]++
	a := &req.Attempt
	c.tries = append(c.tries, &unitTry{at: time.Now(), number: a.Number, resent: a.Resent, before: a.Outcome, ctx: ctx})
	return len(c.tries)
}

// settle notes how a try ended, in the request too, as the cluster does.
func (c *unitCall) settle(n int, req *onramp.Request, resp *onramp.Response, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tries[n-1].resp, c.tries[n-1].err = resp, err
	if c.returned && req == c.req {
		c.noted(sharedFault, "the stage returned while next still had the caller's *Request")
	}
	a := &req.Attempt
	a.Tried = append(a.Tried, fmt.Sprintf("node-%d:1", n))
	a.Outcome = onramp.Classify(err)
	a.Outcome.At = time.Now()
	a.Outcome.Latency = a.Outcome.At.Sub(a.Start)
}

func (c *unitCall) leave(_ int, req *onramp.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.under[req]--
}

func (c *unitCall) note(f unitFault, text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.noted(f, text)
}

// noted keeps the first of each kind.
func (c *unitCall) noted(f unitFault, text string) {
	if c.faults[f] == "" {
		c.faults[f] = text
	}
}

// fault returns what was noted, "" for nothing.
func (c *unitCall) fault(f unitFault) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.faults[f]
}

// last is the last try, nil when there was none.
func (c *unitCall) last() *unitTry {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.tries) == 0 {
		return nil
	}
	return c.tries[len(c.tries)-1]
}

// sentRequest is what the caller set in a request.
type sentRequest struct {
	text, header, route string
	body                any
	deadline, started   time.Time
	attached            any
	// What a unit of its feature may change.
	anyHeader, anyRoute bool
}

func sentOf(r *onramp.Request) sentRequest {
	var header strings.Builder
	for k, v := range r.Header.All() {
		fmt.Fprintf(&header, "%s: %s; ", k, v)
	}
	return sentRequest{
		text:   fmt.Sprintf("%s:%s/%s in group %s, kind %d, %d bytes, stream %v", r.Service, r.Version, r.Method, r.Group, r.Kind, len(r.Body.Raw), r.Stream),
		header: header.String(), route: fmt.Sprintf("%+v", r.Route),
		body: r.Body.Value, deadline: r.Deadline, started: r.Started(), attached: r.Attached(),
	}
}

// differs says what of a request is not as the caller set it, its deadline aside.
func (s sentRequest) differs(r *onramp.Request) string {
	is := sentOf(r)
	switch {
	case is.text != s.text:
		return fmt.Sprintf("the request was %s, and is %s", s.text, is.text)
	case is.header != s.header && !s.anyHeader:
		return fmt.Sprintf("the request's header was %q, and is %q", s.header, is.header)
	case is.route != s.route && !s.anyRoute:
		return fmt.Sprintf("the request's route was %s, and is %s", s.route, is.route)
	case is.body != s.body:
		return fmt.Sprintf("the request's body was %T, and is %T", s.body, is.body)
	case !is.started.Equal(s.started):
		return fmt.Sprintf("the request's Started moved by %v", is.started.Sub(s.started))
	case is.attached != s.attached:
		return "the request's Attached, which is the pipeline's own, is another value"
	}
	return ""
}

// longer says how the deadline that next sees is beyond the caller's.
func (s sentRequest) longer(r *onramp.Request) string {
	switch {
	case s.deadline.IsZero() && !r.Deadline.IsZero():
		return fmt.Sprintf("the stream has no deadline, and next sees one in %v", time.Until(r.Deadline))
	case !s.deadline.IsZero() && (r.Deadline.IsZero() || r.Deadline.After(s.deadline)):
		return fmt.Sprintf("the deadline is in %v, and next sees one in %v", time.Until(s.deadline), time.Until(r.Deadline))
	}
	return ""
}
