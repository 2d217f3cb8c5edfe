package client

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/feature/timeout"
	"github.com/onrampmesh/onramp/policy"
)

// Doer is what typed faces stand on: a Client, an onramp.Handler (a fake), or
// anything of yours in between.
type Doer interface {
	Do(ctx context.Context, req *onramp.Request) (*onramp.Response, error)
}

// Resolver is an optional interface of a Doer that resolves a target once, so
// that its calls need not. A Client is one.
type Resolver interface {
	// Resolve returns the handler of the target's calls, and the target as it was
	// read. The handler does all that Do does.
	Resolve(target string, o MethodOptions) (onramp.Handler, discovery.Target, error)
}

// MethodOptions are what a caller says of one method.
type MethodOptions = onramp.MethodOptions

// MethodOption sets one of the MethodOptions.
type MethodOption = onramp.MethodOption

// Idempotent says that a call of the method may run twice without harm: attempts
// that may have run are then repeated too.
func Idempotent() MethodOption { return func(o *MethodOptions) { o.Idempotent = true } }

// Oneway says that the method has no reply: a call ends when it is written, and
// its reply is the zero value.
func Oneway() MethodOption { return func(o *MethodOptions) { o.Oneway = true } }

// Timeout sets the deadline of calls whose context has none. It is at least 1 ms. Without
// it the service's policy decides: 1 s by default.
func Timeout(d time.Duration) MethodOption {
	return func(o *MethodOptions) {
		if o.Timeout = d; d == 0 {
			o.Timeout = noTimeout
		}
	}
}

// noTimeout is the wrong Timeout of 0, which is not the same as none.
const noTimeout = -1

// Resolve returns the handler of a target's calls. Method and StreamMethod use it.
func (c *Client) Resolve(target string, o MethodOptions) (onramp.Handler, discovery.Target, error) {
	t, err := c.parse(target)
	if err != nil {
		return nil, t, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	m, err := c.method(t, o)
	if err != nil {
		return nil, t, err
	}
	return m.do, t, nil
}

// bound is a target that calls can be made to.
type bound struct {
	do             onramp.Handler
	target         discovery.Target
	version, group string
	uniqueID       string
	signature      string
	kind           onramp.Kind
	requests       sync.Pool // of *onramp.Request
}

// bind resolves a target once.
func bind(d Doer, target string, opts []MethodOption) (*bound, error) {
	var o MethodOptions
	for i, set := range opts {
		if set == nil {
			return nil, fail(onramp.InvalidArgument, target, fmt.Errorf("option %d is nil", i+1))
		}
		set(&o)
	}
	if o.Timeout != 0 && o.Timeout < time.Millisecond {
		got := o.Timeout.String()
		if o.Timeout == noTimeout {
			got = "0"
		}
		return nil, fail(onramp.InvalidArgument, target, fmt.Errorf("the option Timeout is %s, want 1ms or more; leave it out for the policy's", got))
	}
	if o.Wrong != "" {
		return nil, fail(onramp.InvalidArgument, target, errors.New(o.Wrong))
	}
	b := &bound{signature: o.Signature}
	var err error
	if r, ok := d.(Resolver); ok {
		b.do, b.target, err = r.Resolve(target, o)
	} else {
		b.do, b.target, err = plain(d, target, o)
	}
	if err != nil {
		return nil, err
	}
	b.version, b.group, b.uniqueID = b.target.Params["version"], b.target.Params["group"], b.target.Params[onramp.UniqueID]
	if o.Oneway {
		b.kind = onramp.Oneway
	}
	b.requests.New = func() any { return new(onramp.Request) }
	return b, nil
}

// fill makes req a call to the target.
func (b *bound) fill(req *onramp.Request) {
	req.Service, req.Method, req.Version, req.Group = b.target.Service, b.target.Method, b.version, b.group
	req.Signature, req.Kind = b.signature, b.kind
	if b.uniqueID != "" {
		req.Header.Set(onramp.UniqueID, b.uniqueID)
	}
}

// plain resolves a target for a Doer that does not: names are read, sources are
// not looked up, and calls get the deadline and the end that a Client gives them.
func plain(d Doer, target string, o MethodOptions) (onramp.Handler, discovery.Target, error) {
	if d == nil {
		return nil, discovery.Target{}, fail(onramp.InvalidArgument, target, fmt.Errorf("there is nothing to call with: the Doer is nil"))
	}
	t, err := parse(lenient(target), target)
	if err != nil {
		return nil, t, err
	}
	within := o.Timeout
	if within == 0 {
		within = policy.Default().Timeout
	}
	name := t.Service + "/" + t.Method
	run := timeout.Stage(within, d.Do)
	return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		return bare(ctx, req, name, run)
	}, t, nil
}

// lenient returns a grammar that knows whatever scheme a target names, for Doers
// that have no codecs and sources to check it against.
func lenient(target string) *discovery.Grammar {
	g := &discovery.Grammar{}
	if scheme, _, ok := strings.Cut(target, "://"); ok {
		g.Protocols = []string{scheme}
	}
	return g
}
