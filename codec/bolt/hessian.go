package bolt

import (
	"errors"
	"fmt"
	"sync"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

// Hessian2 makes the bodies of codec 1 from Go values, and Go values from them, by a
// stream of the draft dialect:
//
//	bolt.New(bolt.Hessian2(hessian2.NewDraft()))
//
// It is asked for a value in the order of the options, among those of With, and never
// for a Protobuf message. JSON then is for answers to requests in it, unless
// bolt.With(bolt.JSON, ...) asks for more: what Hessian has no form for is an error.
func Hessian2(stream hessian2.Stream) Option {
	return func(c *config) {
		switch {
		case stream == nil:
			c.errs = append(c.errs, errors.New("bolt.Hessian2: the stream is nil: hand it hessian2.NewDraft()"))
		case stream.Check() != nil:
			c.errs = append(c.errs, fmt.Errorf("bolt.Hessian2: %w", stream.Check()))
		case stream.Dialect() != hessian2.Draft:
			c.errs = append(c.errs, fmt.Errorf("bolt.Hessian2: the stream writes %s, which is Dubbo's and which no peer reads in codec 1: make it by hessian2.NewDraft", stream.Dialect()))
		default:
			c.add("bolt.Hessian2", Hessian, newHessian(stream))
		}
	}
}

// hessian is the serializer of codec 1. Its bodies hold the call too, so that Body
// makes them by its other methods.
type hessian struct {
	hessian2.Stream
	requests  sync.Pool // of *sofaRequest
	responses sync.Pool // of *sofaResponse
	names     codec.Names
}

func newHessian(stream hessian2.Stream) *hessian {
	return &hessian{
		Stream:    stream,
		requests:  sync.Pool{New: func() any { return new(sofaRequest) }},
		responses: sync.Pool{New: func() any { return new(sofaResponse) }},
	}
}

// Accepts reports whether v, or each of them when v is onramp.Args, can be written.
func (h *hessian) Accepts(v any) bool {
	args, several := onramp.ArgsOf(v)
	if !several {
		return h.accepts(v)
	}
	for _, a := range args {
		if a != nil && !h.accepts(a) {
			return false
		}
	}
	return true
}

func (h *hessian) accepts(v any) bool {
	_, message := v.(interface{ ProtoMessage() })
	return !message && h.Stream.Accepts(v)
}
