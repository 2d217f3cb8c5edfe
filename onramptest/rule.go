package onramptest

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/onrampmesh/onramp"
)

// Rule is one line of a fake's script: which calls it answers, and how. Its
// methods change it and return it, for chaining; they must not be called once
// Client has it.
//
// Without Times a rule answers any number of calls, but at least one.
type Rule struct {
	target   string
	answer   answer
	when     func(*onramp.Request) bool
	delay    time.Duration
	times    int // 0 is any number
	optional bool
	fault    error // what was wrong with how it was made
	fake     *fake // set by Client
	number   int

	used int // guarded by the fake's lock
}

// answer is how a rule answers a call.
type answer func(ctx context.Context, req *onramp.Request) (*onramp.Response, error)

// newRule checks the target: "service/method", or "service/*" for all methods.
func newRule(target string, a answer) *Rule {
	r := &Rule{target: target, answer: a}
	if strings.Contains(target, "://") {
		r.fault = fmt.Errorf("target %q: want only service/method: a call does not know where its service is", target)
	} else if i := strings.LastIndexByte(target, '/'); i <= 0 || i == len(target)-1 {
		r.fault = fmt.Errorf("target %q: want service/method, such as com.acme.Greeter/sayHello", target)
	}
	return r
}

// Reply answers calls of target ("com.acme.Greeter/sayHello") with value. Each
// call gets a shallow copy of what value points to.
func Reply(target string, value any) *Rule {
	r := newRule(target, nil)
	r.answer = func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
		return r.reply(req, shallow(value))
	}
	if value == nil {
		r.fault = fmt.Errorf("target %q: Reply(nil): want the reply, a pointer to what the method returns", target)
	}
	return r
}

// ReplyFunc answers calls of target with what f returns for the request's
// message. f's context ends by the request's deadline.
func ReplyFunc[Req, Resp any](target string, f func(ctx context.Context, req *Req) (*Resp, error)) *Rule {
	r := newRule(target, nil)
	r.answer = func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		in := new(Req)
		if req.Kind.Streaming() {
			return r.reply(req, nil)
		}
		if err := req.Body.Decode(in); err != nil {
			return nil, r.wrongf("its function takes a %T: %v", in, err)
		}
		if !req.Deadline.IsZero() {
			var cancel context.CancelFunc
			ctx, cancel = context.WithDeadline(ctx, req.Deadline)
			defer cancel()
		}
		out, err := f(ctx, in)
		if err != nil {
			return nil, remote(req, err)
		}
		if out == nil {
			return nil, r.wrongf("its function returned nil and no error: want one of a %T and an error", out)
		}
		return r.reply(req, out)
	}
	return r
}

// reply answers a unary call with value. A caller who wants another type fails
// the test.
func (r *Rule) reply(req *onramp.Request, value any) (*onramp.Response, error) {
	if req.Kind.Streaming() {
		return nil, r.wrongf("it replies with one message, and the call is a stream: use Messages, or Handle")
	}
	p := req.Reply()
	p.Body = onramp.Received(nil, 0, mismatch{r, value})
	p.Body.Value = value
	return p, nil
}

// mismatch is asked when the caller wants another type than the reply's.
type mismatch struct {
	rule  *Rule
	value any
}

// Decode implements onramp.Decoder.
func (m mismatch) Decode(_ []byte, into any) error {
	return m.rule.wrongf("it replies with a %T, and the caller wants a %T", m.value, into)
}

// Fail answers calls of target with err: a code (onramp.Unavailable), an
// *onramp.Error, or any other error, which becomes Unknown. A code and an error
// of another type are what the peer said (origin Remote).
func Fail(target string, err error) *Rule {
	r := newRule(target, func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
		return nil, remote(req, err)
	})
	if err == nil || err == onramp.OK {
		r.fault = fmt.Errorf("target %q: Fail wants an error; use Reply for a success", target)
	}
	return r
}

// Handle answers calls of target with h: the way to everything else, such as
// headers in the reply.
func Handle(target string, h onramp.Handler) *Rule { return newRule(target, answer(h)) }

// Delay lets r answer d later, or not at all when the call's deadline or context
// ends before.
func Delay(d time.Duration, r *Rule) *Rule {
	r.delay += d
	return r
}

// Times lets r answer exactly n calls; then the next rule of the same target is
// asked, so that rules in a row are a sequence.
func (r *Rule) Times(n int) *Rule {
	if r.times = n; n < 1 {
		r.fault = fmt.Errorf("target %q: Times(%d): want 1 or more", r.target, n)
	}
	return r
}

// Once is Times(1).
func (r *Rule) Once() *Rule { return r.Times(1) }

// Optional says that it is no failure when r answers fewer calls than it could.
func (r *Rule) Optional() *Rule {
	r.optional = true
	return r
}

// When narrows r to calls that f accepts. f must not keep the request.
func (r *Rule) When(f func(*onramp.Request) bool) *Rule {
	r.when = f
	return r
}

// matches reports whether r is for this call, whether or not it is used up.
func (r *Rule) matches(req *onramp.Request) bool {
	service, ok := strings.CutSuffix(r.target, "/*")
	if ok {
		ok = service == req.Service
	} else {
		i := len(req.Service)
		ok = len(r.target) == i+1+len(req.Method) && r.target[:i] == req.Service && r.target[i] == '/' && r.target[i+1:] == req.Method
	}
	return ok && (r.when == nil || r.when(req))
}

// open reports whether r answers one more call.
func (r *Rule) open() bool { return r.times == 0 || r.used < r.times }

// left says what of r did not happen, or "".
func (r *Rule) left() string {
	switch {
	case r.optional || r.used > 0 && r.times == 0 || r.times > 0 && r.used == r.times:
		return ""
	case r.used == 0:
		return "was never called"
	}
	return fmt.Sprintf("was called %d of %d times", r.used, r.times)
}

// wrongf fails the test because the rule was asked for what it cannot give, and
// returns the call's error.
func (r *Rule) wrongf(format string, args ...any) error {
	r.fake.t.Helper()
	text := fmt.Sprintf("rule %d, %s: ", r.number, r.target) + fmt.Sprintf(format, args...)
	r.fake.failf("%s%s", text, from())
	return &onramp.Error{Code: onramp.Internal, Target: r.target, Err: fmt.Errorf("the fake's %s", text)}
}

// remote gives err the form in which a call fails. An *onramp.Error is copied,
// because whoever gets it may fill it in.
func remote(req *onramp.Request, err error) error {
	e := &onramp.Error{Code: onramp.Unknown, Err: err}
	switch x := err.(type) {
	case onramp.Code:
		e.Code, e.Err = x, nil
	case *onramp.Error:
		*e = *x
	default:
		if o := onramp.Classify(err); o.Code != onramp.Unknown {
			*e = *onramp.AsError(err)
		}
	}
	if e.Target == "" {
		e.Target = req.Target()
	}
	return e
}

// shallow copies what a pointer points to; other values copy themselves.
func shallow(v any) any {
	src := reflect.ValueOf(v)
	if src.Kind() != reflect.Pointer || src.IsNil() {
		return v
	}
	dst := reflect.New(src.Type().Elem())
	dst.Elem().Set(src.Elem())
	return dst.Interface()
}
