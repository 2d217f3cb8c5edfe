package server

import (
	"context"
	"errors"
	"fmt"

	"github.com/onrampmesh/onramp"
)

// Handle has fn handle the calls of target, "com.acme.Greeter/sayHello". Each
// call's message is a new Req; the body is decoded after admission, deadline and
// interceptors. The *Resp is encoded after fn has returned, so fn leaves it
// alone from then on; it is not kept. Req and Resp are types without a pointer. A Req of []byte is a copy of the undecoded
// body, a Resp of []byte goes out as it is.
//
// RequestOf(ctx) is the request: its header, its peer, the header of the reply.
//
// An error of fn goes to the caller with the origin Remote. What it is decides
// whether this server counts as failing:
//
//   - A plain error, errors.New("user not found"), is the application's word. It goes
//     out as onramp.Unknown with Business set: no breaker opens, no endpoint is
//     ejected and nothing is sent again because of it. onramp.Business says the same
//     with a code.
//   - An *onramp.Error or an onramp.Code, also one that is wrapped, keeps its code and
//     its Business. With Unknown, DeadlineExceeded, ResourceExhausted, Internal,
//     Unavailable or DataLoss, and without Business, it is a failure of this server:
//     after some of them the caller's breakers open.
//   - An error of package context is DeadlineExceeded or Canceled.
func Handle[Req, Resp any](s *Server, target string, fn func(ctx context.Context, req *Req) (*Resp, error), opts ...HandlerOption) error {
	if fn == nil {
		return fmt.Errorf("server: handler of %s: it is nil", target)
	}
	if err := messages[Req, Resp](target); err != nil {
		return err
	}
	return s.register(target, unary(fn), opts)
}

func unary[Req, Resp any](fn func(context.Context, *Req) (*Resp, error)) onramp.Handler {
	return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		if req.Stream != nil {
			return nil, wrongKind("it takes one message and gives one back, it does not stream")
		}
		c := new(unaryCall[Req])
		if err := req.Body.Decode(&c.in); err != nil {
			return nil, undecodable(err)
		}
		p := req.Reply()
		c.ctx.begin(ctx, req)
		defer c.ctx.end()
		out, err := fn(&c.ctx, &c.in)
		if err != nil {
			return nil, err
		}
		if out == nil {
			if req.Kind == onramp.Oneway {
				return p, nil
			}
			return nil, &onramp.Error{Code: onramp.Internal, Err: errNothing}
		}
		if raw, ok := any(out).(*[]byte); ok {
			p.Body.Raw, p.Body.Encoding = *raw, req.Body.Encoding
			return p, nil
		}
		p.Body.Value = out
		return p, nil
	}
}

var errNothing = errors.New("the handler returned neither a message nor an error")

func undecodable(err error) *onramp.Error {
	return &onramp.Error{Code: onramp.InvalidArgument, Err: fmt.Errorf("the message cannot be decoded: %w", err)}
}

func wrongKind(text string) *onramp.Error {
	return &onramp.Error{Code: onramp.Unimplemented, Err: errors.New(text)}
}
