package main

import (
	"context"

	"dubbo.apache.org/dubbo-go/v3/common/constant"
	"dubbo.apache.org/dubbo-go/v3/common/extension"
	"dubbo.apache.org/dubbo-go/v3/filter"
	"dubbo.apache.org/dubbo-go/v3/protocol/base"
	"dubbo.apache.org/dubbo-go/v3/protocol/result"
)

// filterName is what the consumer's filter is called in a reference.
const filterName = "onramp"

// outgoing is what the filter adds to a call. It comes in the context.
type outgoing struct {
	ref    *reference
	header map[string]string
	oneway bool
}

// outgoingKey is the context's key of outgoing.
type outgoingKey struct{}

// outgoingFilter puts attachments into calls: the client's methods have no parameter
// for them.
type outgoingFilter struct{}

func registerFilter() {
	extension.SetFilter(filterName, func() filter.Filter { return outgoingFilter{} })
}

// Invoke passes the call on.
func (outgoingFilter) Invoke(ctx context.Context, next base.Invoker, inv base.Invocation) result.Result {
	if o, ok := ctx.Value(outgoingKey{}).(*outgoing); ok {
		o.ref.add(next)
		for k, v := range o.header {
			inv.SetAttachment(k, v)
		}
		if o.oneway { // no callback: then the library asks for no reply
			inv.SetAttachment(constant.AsyncKey, "true")
		}
	}
	return next.Invoke(ctx, inv)
}

// OnResponse passes the result on.
func (outgoingFilter) OnResponse(_ context.Context, r result.Result, _ base.Invoker, _ base.Invocation) result.Result {
	return r
}
