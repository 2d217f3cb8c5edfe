package onramptest

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/onrampmesh/onramp"
)

// codecErrors is how handlers' failures reach their callers.
func codecErrors() []check[*CodecSuite] {
	return []check[*CodecSuite]{
		{
			name: "a handler's error keeps its code",
			of:   "onramp.Error", says: "Error is how every call fails. It says what (Code), how far the call came (Origin) ... and why (Err).",
			do:  "map each onramp.Code to a status of the protocol, or put it in a header, and map it back with origin Remote",
			run: codesKept,
		},
		{
			name: "a business error arrives as one",
			of:   "onramp.Error.Business", says: "Business marks an error that the handler returned on purpose: the peer is healthy.",
			do:  "tell business errors from failures on the wire, and set Error.Business on the client: breakers count the others",
			run: businessKept,
		},
		{
			name: "a refusal arrives as one",
			of:   "onramp.Refused", says: "Refused: it left this process and the peer says that it did not run.",
			do:  "have a status that says that a call did not run, for handlers' errors with origin Refused",
			run: refusalKept,
		},
		{
			name: "an error that a handler met further down is its answer",
			of:   "onramp.Local", says: "Local: nothing left this process.",
			do:  "send errors of origin Local and Wire as failures of the handler: the caller's call ran, and must not be sent again",
			run: furtherDown,
		},
		{
			name: "an error that is no onramp.Error arrives as a failure",
			of:   "onramp.Classify", says: "Any other error is Unknown",
			do:  "turn what a handler returns into an *onramp.Error by onramp.AsError, and keep its text",
			run: bareError,
		},
		{
			name: "an error's text of any length is answered",
			of:   "codec.Codec.Serve", says: "Serve answers calls on nc until the peer or ctx ends it.",
			do:  "cut the text of an error to what a frame carries",
			run: longError,
		},
		{
			name: "a handler that panics fails its own call only",
			of:   "codec.Codec.Serve", says: "Serve answers calls on nc until the peer or ctx ends it.",
			do:  "recover around the handler and answer Internal; the connection goes on",
			run: panicAnswered,
		},
	}
}

// failing answers the method fail with err, and the others with echo.
func (s *CodecSuite) failing(err func() error) onramp.Handler {
	return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		if req.Method == "fail" {
			return nil, err()
		}
		return s.echo(ctx, req)
	}
}

// fails makes the call that fails, and wants its text kept.
func (r *codecRig) fails(text string) *onramp.Error {
	r.t.Helper()
	_, e := r.do(context.Background(), r.request("fail", "x"))
	if e == nil {
		r.t.stop("the call succeeded, and its handler returned an error")
	}
	if !strings.Contains(e.Error(), text) {
		r.t.broken("the handler's text %q is not in %q", text, e)
	}
	return e
}

func codesKept(t *checking, s *CodecSuite) {
	var code atomic.Uint32
	r := s.rig(t, s.failing(func() error {
		c := onramp.Code(code.Load())
		return &onramp.Error{Code: c, Err: fmt.Errorf("because of %d", c)}
	}))
	defer r.close()
	for c := onramp.Canceled; c <= onramp.Unauthenticated; c++ {
		code.Store(uint32(c))
		e, want := r.fails(fmt.Sprint("because of ", uint8(c))), c
		if s.Lacks&LacksCodes != 0 {
			want = onramp.OK
		}
		if r.want(e, want, onramp.Remote); e.Business {
			t.broken("the failure %v arrived as a business error", e)
		}
		if t.Failed() {
			return // the others fail alike
		}
	}
	r.works("after errors")
}

func businessKept(t *checking, s *CodecSuite) {
	r := s.rig(t, s.failing(func() error { return onramp.Business(onramp.NotFound, "no such greeting") }))
	defer r.close()
	e := r.fails("no such greeting")
	if s.Lacks&LacksCodes == 0 && e.Code != onramp.NotFound && e.Code != onramp.Unknown {
		t.broken("the handler's code not found arrived as %v", e.Code)
	}
	if !e.Business || e.Origin != onramp.Remote {
		t.broken("the business error arrived as %v, Business %v", e, e.Business)
	}
	r.works("after a business error")
}

func refusalKept(t *checking, s *CodecSuite) {
	s.lacks(t, LacksRefusal, "refusals")
	r := s.rig(t, s.failing(func() error { return onramp.NewError(onramp.ResourceExhausted, onramp.Refused, "too busy") }))
	defer r.close()
	_, e := r.do(context.Background(), r.request("fail", "x"))
	code := onramp.ResourceExhausted
	if s.Lacks&LacksCodes != 0 {
		code = onramp.OK
	}
	r.want(e, code, onramp.Refused)
	r.works("after a refusal")
}

func furtherDown(t *checking, s *CodecSuite) {
	var origin atomic.Uint32
	r := s.rig(t, s.failing(func() error {
		return &onramp.Error{Code: onramp.Unavailable, Origin: onramp.Origin(origin.Load()), Err: fmt.Errorf("no endpoint of billing")}
	}))
	defer r.close()
	for _, o := range []onramp.Origin{onramp.Local, onramp.Wire} {
		origin.Store(uint32(o))
		if e := r.fails("no endpoint of billing"); e.Origin.Resendable() {
			t.broken("the handler returned an error of origin %v, and the caller got %v: its own call would be sent again", o, e)
		}
	}
}

func bareError(t *checking, s *CodecSuite) {
	r := s.rig(t, s.failing(func() error { return fmt.Errorf("disk full") }))
	defer r.close()
	if e := r.fails("disk full"); e.Origin.Resendable() || e.Business {
		t.broken("the handler returned a bare error, and the caller got %v, Business %v", e, e.Business)
	}
	r.works("after a bare error")
}

func longError(t *checking, s *CodecSuite) {
	r := s.rig(t, s.failing(func() error {
		return &onramp.Error{Code: onramp.Internal, Err: fmt.Errorf("%s", strings.Repeat("long text\n", 20_000))}
	}))
	defer r.close()
	if e := r.fails(""); e.Origin != onramp.Remote {
		t.broken("a handler's error with a text of 200 kB arrived as origin %v: %.200s", e.Origin, e)
	}
	r.works("after an error with a text of 200 kB")
}

func panicAnswered(t *checking, s *CodecSuite) {
	r := s.rig(t, s.failing(func() error { panic("out of paper") }))
	defer r.close()
	for range 3 {
		_, e := r.do(context.Background(), r.request("fail", "x"))
		if e == nil || e.Origin != onramp.Remote || !onramp.Classify(e).Failed() {
			t.stop("the handler panicked, and the caller got %v; want a failure of origin Remote", orNil(e))
		}
		r.works("after a handler's panic")
	}
}
