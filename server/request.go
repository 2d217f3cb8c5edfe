package server

import (
	"context"
	"sync/atomic"

	"github.com/onrampmesh/onramp"
)

// RequestOf returns the request behind the context that Handle's and HandleStream's
// functions get, or one that was derived from it: its Header, its Peer, its names and
// its Deadline, to be read; its Body has been decoded. What the function sets in
// ReplyHeader goes out with its reply.
//
//	tenant := server.RequestOf(ctx).Header.Get("tenant")
//	server.RequestOf(ctx).ReplyHeader().Set("cache", "hit")
//
// The request is the function's, and its goroutine's, until the function returns:
// what goes on afterwards gets nil, as does a context of no call.
func RequestOf(ctx context.Context) *onramp.Request {
	c, ok := ctx.(*callContext)
	if !ok {
		c, ok = ctx.Value(requestKey{}).(*callContext)
	}
	if !ok {
		return nil
	}
	return c.req.Load()
}

type requestKey struct{}

// callContext is the context of a typed handler: the codec's, and the request.
type callContext struct {
	context.Context
	req atomic.Pointer[onramp.Request] // nil once the handler has returned
}

// Value implements context.Context.
func (c *callContext) Value(key any) any {
	if key == (requestKey{}) {
		return c
	}
	return c.Context.Value(key)
}

// AfterFunc runs f in a goroutine of its own when the call has ended. The context
// package looks for it, so that derived contexts need no goroutine.
func (c *callContext) AfterFunc(f func()) (stop func() bool) { return context.AfterFunc(c.Context, f) }

// begin makes c the context of one call.
func (c *callContext) begin(ctx context.Context, req *onramp.Request) {
	c.Context = ctx
	c.req.Store(req)
}

// end takes the request back.
func (c *callContext) end() { c.req.Store(nil) }

// unaryCall is what a typed handler is given, in one allocation.
type unaryCall[Req any] struct {
	ctx callContext
	in  Req
}
