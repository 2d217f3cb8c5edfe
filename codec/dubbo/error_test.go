package dubbo_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/dubbo"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

// soldOut is an exception of a Java class of its own.
type soldOut struct {
	DetailMessage string
	Item          string
	Left          int32
}

func (*soldOut) JavaClassName() string { return "com.acme.SoldOut" }
func (s *soldOut) Error() string       { return s.DetailMessage }

// bare is a soldOut whose fields Go cannot write.
type bare struct{ C chan int }

func (bare) JavaClassName() string { return "com.acme.Bare" }
func (bare) Error() string         { return "nothing to see" }

func refused(code onramp.Code) *onramp.Error {
	return onramp.NewError(code, onramp.Refused, "why")
}

func TestEachErrorOfAServerArrivesAsItWas(t *testing.T) {
	w := newWire(t)
	late := refused(onramp.ResourceExhausted)
	late.RetryAfter = 1500 * time.Millisecond
	failed := onramp.NewError(onramp.Unavailable, onramp.Remote, "why")
	failed.RetryAfter = 2 * time.Second
	for what, row := range map[string]struct {
		err      error
		status   uint16
		code     onramp.Code
		origin   onramp.Origin
		business bool
		text     string
		after    time.Duration
	}{
		"business":              {onramp.Business(onramp.Unknown, "why"), 20, onramp.Unknown, onramp.Remote, true, "java.lang.RuntimeException: why", 0},
		"business with a code":  {onramp.Business(onramp.NotFound, "why"), 20, onramp.NotFound, onramp.Remote, true, "why", 0},
		"internal":              {onramp.NewError(onramp.Internal, onramp.Remote, "why"), 20, onramp.Internal, onramp.Remote, false, "why", 0},
		"unavailable":           {failed, 20, onramp.Unavailable, onramp.Remote, false, "why", 2 * time.Second},
		"lost further down":     {onramp.NewError(onramp.Unavailable, onramp.Wire, "why"), 20, onramp.Unavailable, onramp.Remote, false, "why", 0},
		"not sent further down": {onramp.NewError(onramp.Unavailable, onramp.Local, "why"), 20, onramp.Unavailable, onramp.Remote, false, "why", 0},
		"a handler's argument":  {onramp.NewError(onramp.InvalidArgument, onramp.Remote, "why"), 20, onramp.InvalidArgument, onramp.Remote, false, "why", 0},
		"of nobody":             {errors.New("why"), 20, onramp.Unknown, onramp.Remote, false, "why", 0},
		"late":                  {onramp.NewError(onramp.DeadlineExceeded, onramp.Remote, "why"), 31, onramp.DeadlineExceeded, onramp.Remote, false, "why", 0},
		"too late":              {refused(onramp.DeadlineExceeded), 31, onramp.DeadlineExceeded, onramp.Remote, false, "why", 0},
		"not served":            {refused(onramp.Unimplemented), 60, onramp.Unimplemented, onramp.Refused, false, "why", 0},
		"not read":              {refused(onramp.InvalidArgument), 40, onramp.InvalidArgument, onramp.Remote, false, "why", 0},
		"busy":                  {refused(onramp.ResourceExhausted), 100, onramp.ResourceExhausted, onramp.Refused, false, "why", 0},
		"busy for a while":      {late, 100, onramp.ResourceExhausted, onramp.Refused, false, "why", 1500 * time.Millisecond},
		"going away":            {refused(onramp.Unavailable), 100, onramp.Unavailable, onramp.Refused, false, "why", 0},
		"not allowed":           {refused(onramp.PermissionDenied), 20, onramp.PermissionDenied, onramp.Refused, false, "why", 0},
		"no code":               {&onramp.Error{}, 20, onramp.Unknown, onramp.Remote, false, "", 0},
		"a long text":           {onramp.Business(onramp.Unknown, strings.Repeat("é", 9000)), 20, onramp.Unknown, onramp.Remote, true, strings.Repeat("é", 64), 0},
		"no UTF-8":              {refused(onramp.Unavailable), 100, onramp.Unavailable, onramp.Refused, false, "", 0},
	} {
		in, f := w.serve(call("x"))
		out, err := w.response(f, in, nil, row.err)
		if err != nil {
			t.Fatal(err)
		}
		got := w.decode(out)
		e := asError(t, w.body.OpenResponse(got, in, &onramp.Response{}))
		if got.Status != row.status || e.Code != row.code || e.Origin != row.origin || e.Business != row.business || e.RetryAfter != row.after || !strings.Contains(e.Error(), row.text) {
			t.Errorf("%s: status %d, %v, %v, business %v, after %v: %v", what, got.Status, e.Code, e.Origin, e.Business, e.RetryAfter, e)
		}
		if len(e.Error()) > 1400 {
			t.Errorf("%s: a text of %d bytes", what, len(e.Error()))
		}
	}
}

// A Java client sends a call again for each status but 20: none may stand for a call
// that has run, but for one whose caller has given up.
func TestNoErrorOfACallThatRanIsSentAgainByJava(t *testing.T) {
	w := newWire(t)
	for code := onramp.Canceled; code <= onramp.Unauthenticated; code++ {
		for _, origin := range []onramp.Origin{onramp.Remote, onramp.Wire, onramp.Local} {
			in, f := w.serve(call("x"))
			out, err := w.response(f, in, nil, onramp.NewError(code, origin, "why"))
			if err != nil {
				t.Fatal(err)
			}
			if status := out[3]; status != 20 && code != onramp.DeadlineExceeded {
				t.Errorf("%v, %v: status %d", code, origin, status)
			}
		}
	}
}

func TestAHandlersExceptionIsTheObjectThatItNames(t *testing.T) {
	s := hessian2.New(hessian2.Register(&soldOut{}))
	w := newWire(t, dubbo.Hessian2(s))
	sold := &soldOut{DetailMessage: "no more cars", Item: "car", Left: 7}
	for what, err := range map[string]error{
		"itself": &onramp.Error{Business: true, Err: sold}, "wrapped": &onramp.Error{Business: true, Err: fmt.Errorf("shop: %w", sold)},
		"as detail": &onramp.Error{Business: true, Err: errors.New("x"), Detail: sold},
	} {
		_, err := w.answer(call("x"), nil, err)
		var got *soldOut
		if e := asError(t, err); !errors.As(err, &got) || *got != *sold || e.Detail != any(got) || !e.Business {
			t.Errorf("%s: %v", what, err)
		}
	}
	// A client that does not know the class has its name, text and fields.
	out, err := w.response(&codec.Frame{Flags: 1}, call("x"), nil, &onramp.Error{Business: true, Err: sold})
	if err != nil {
		t.Fatal(err)
	}
	err = newWire(t).body.OpenResponse(w.decode(out), call("x"), &onramp.Response{})
	if e := asError(t, err); !strings.Contains(err.Error(), "com.acme.SoldOut") || e.Detail == nil {
		t.Errorf("%v, %#v", err, e.Detail)
	}
}

func TestAnExceptionThatCannotBeWrittenIsToldByItsText(t *testing.T) {
	_, err := newWire(t).answer(call("x"), nil, &onramp.Error{Business: true, Err: bare{}})
	var x *hessian2.Exception
	if !errors.As(err, &x) || x.Class != "java.lang.RuntimeException" || x.Message != "nothing to see" {
		t.Errorf("got %v", err)
	}
}

func TestAReplyThatCannotBeWrittenIsTheServersFault(t *testing.T) {
	w := newWire(t)
	in, f := w.serve(call("x"))
	_, err := w.response(f, in, &onramp.Response{Body: onramp.Body{Value: make(chan int)}}, nil)
	if e := asError(t, err); e.Code != onramp.Internal || e.Origin != onramp.Remote {
		t.Errorf("got %v", err)
	}
}

// Peers that are not 2.0.2 to 2.0.99 get no attachments, and no types that have them.
func TestAttachmentsGoOnlyToPeersThatReadThem(t *testing.T) {
	w := newWire(t)
	for version, want := range map[string]bool{
		"2.0.2": true, "2.0.10": true, "2.0.99": true, "2.0.2.1": true, "2.0.9-SNAPSHOT": true,
		"2.0.1": false, "2.0.0": false, "2.0.100": false, "2.6.2": false, "2.7.23": false, "3.3.6": false, "5.3.0": false,
		"2.0": false, "2.0.": false, "2.0.x": false, "2.0.2x": false, "": false, "2.1.2": false, "2.0.9999": false, "2.0.-2": false,
	} {
		r := &onramp.Request{}
		f := w.decode(frame(0xc2, 0, body(str(version), str("s"), []byte{'N'}, str("m"), str(""), mapOf())))
		if err := w.body.OpenRequest(f, r); err != nil {
			t.Fatal(err)
		}
		for _, failure := range []error{nil, onramp.Business(onramp.NotFound, "x")} {
			out, err := w.response(f, r, &onramp.Response{Header: header("k", "v")}, failure)
			if err != nil {
				t.Fatal(err)
			}
			if got := out[16] >= 0x93; got != want {
				t.Errorf("%q: type %#x", version, out[16])
			}
		}
	}
}

func TestAForwardedExceptionGoesOutByteForByte(t *testing.T) {
	w := newWire(t)
	for _, name := range []string{"dubbo336_exception_checked_resp", "dubbo_java_resp_exception_att", "dubbo_go_resp_nomethod"} {
		src, p := goldenFrame(t, name), &onramp.Response{}
		failure := w.body.OpenResponse(w.decode(src), call("x"), p)
		in, f := w.serve(call("x"))
		out, err := w.response(f, in, p, failure)
		if err != nil || !bytes.Equal(out[16:], src[16:]) || out[3] != 20 {
			t.Errorf("%s: %x, %v", name, out, err)
		}
	}
}

func TestBadRepliesAreErrorsThatSayWhy(t *testing.T) {
	w := newWire(t)
	for what, row := range map[string]struct {
		status byte
		body   []byte
		text   string
		code   onramp.Code
	}{
		"no type":                     {20, nil, "its type is no int", onramp.Internal},
		"a text as type":              {20, str("x"), "its type is no int", onramp.Internal},
		"half a type":                 {20, []byte{'I', 0}, "its type is no int", onramp.Internal},
		"type 6":                      {20, []byte{0x96}, "its type is 6, want 0 to 5", onramp.Internal},
		"type -1":                     {20, []byte{0x8f}, "its type is -1, want 0 to 5", onramp.Internal},
		"a value that is none":        {20, []byte{0x94, 0x40}, "hessian2", onramp.Internal},
		"attachments that are none":   {20, []byte{0x94, 0x91, 0x91}, "attachments", onramp.Internal},
		"an exception that is an int": {20, []byte{0x90, 0x91}, "which is no exception", onramp.Unknown},
		"an exception that is none":   {20, []byte{0x90, 0x40}, "the server threw an exception, which cannot be read", onramp.Unknown},
		"no exception":                {20, []byte{0x90}, "cannot be read", onramp.Unknown},
		"status 70, no text":          {70, nil, "dubbo: service error (status 70)", onramp.Internal},
		"status 70, null":             {70, []byte{'N'}, "dubbo: service error (status 70)", onramp.Internal},
		"status 70, an int":           {70, []byte{0x90}, "dubbo: service error (status 70)", onramp.Internal},
		"status 70, plain":            {70, []byte("plain text"), "dubbo: service error (status 70)", onramp.Internal},
		"status 0":                    {0, nil, "dubbo: error (status 0)", onramp.Internal},
		"status 255":                  {255, str("x"), "dubbo: error (status 255): x", onramp.Internal},
		"lines and controls":          {70, str("first \x1b[2J line\nsecond"), "(status 70): first  [2J line", onramp.Internal},
		"a code that is none":         {100, body(str("x"), mapOf("onramp-code", "17", "onramp-retry-after", "x")), "x", onramp.ResourceExhausted},
		"a code":                      {100, body(str("x"), mapOf("onramp-code", "14")), "x", onramp.Unavailable},
		"client error":                {90, str("x"), "client error (status 90): x", onramp.Internal},
		"server error":                {80, str("x"), "server error (status 80): x", onramp.Internal},
		"bad response":                {50, str("x"), "bad response (status 50): x", onramp.Internal},
		"client timeout":              {30, str("x"), "client timeout (status 30): x", onramp.DeadlineExceeded},
	} {
		e := asError(t, w.body.OpenResponse(w.decode(frame(2, row.status, row.body)), call("x"), &onramp.Response{}))
		if e.Code != row.code || !strings.Contains(e.Error(), row.text) || strings.Contains(e.Error(), "second") {
			t.Errorf("%s: %v, want %q", what, e, row.text)
		}
	}
}

func TestATypeInAnyFormOfAnIntIsRead(t *testing.T) {
	w := newWire(t)
	for _, prefix := range []string{"\x91", "\xc8\x01", "\xd4\x00\x01", "I\x00\x00\x00\x01", "\xe1", "L\x00\x00\x00\x00\x00\x00\x00\x01", "\x94", "I\x00\x00\x00\x04"} {
		p := &onramp.Response{}
		src := frame(2, 20, body([]byte(prefix), str("hi"), mapOf("k", "v")))
		var out string
		if err := w.body.OpenResponse(w.decode(src), call("x"), p); err != nil || p.Body.Decode(&out) != nil || out != "hi" {
			t.Errorf("%x: %q, %v", prefix, out, err)
		}
	}
	for _, null := range []string{"N", "\x92", "\x95H\x01k\x01vZ", "\x95N", "\x91N", "\x94NN"} {
		p, out := &onramp.Response{}, "before"
		if err := w.body.OpenResponse(w.decode(frame(2, 20, []byte(null))), call("x"), p); err != nil || p.Body.Decode(&out) != nil || out != "" {
			t.Errorf("%x: %q, %v", null, out, err)
		}
	}
}

// dubbo-go closes a connection on which a value comes that is null.
func TestAValueThatIsNullIsWrittenAsNull(t *testing.T) {
	w := newWire(t)
	in, f := w.serve(call("x"))
	for _, value := range []any{new(any), new(*soldOut), (*soldOut)(nil), nil, new(*string)} {
		for want, h := range map[byte]onramp.Header{0x92: {}, 0x95: header("k", "v")} {
			out, err := w.response(f, in, &onramp.Response{Header: h, Body: onramp.Body{Value: value}}, nil)
			if err != nil || out[16] != want || want == 0x92 && len(out) != 17 {
				t.Errorf("%T: %x, %v", value, out[16:], err)
			}
		}
	}
}

// An error that is the server's fault is no exception of the application's, whatever
// caused it, and what it carries along arrives with it.
func TestAFailureIsNotThrownAsTheExceptionThatCausedIt(t *testing.T) {
	w := newWire(t, dubbo.Hessian2(hessian2.New(hessian2.Register(&soldOut{}))))
	h := header("trace", "7")
	for _, business := range []bool{false, true} {
		p, err := w.answer(call("x"), nil, &onramp.Error{Code: onramp.Internal, Business: business, Header: &h, Err: &soldOut{DetailMessage: "no more cars"}})
		p.Header.Reset() // the error outlives the response
		var thrown *soldOut
		e := asError(t, err)
		if errors.As(err, &thrown) != business || e.Business != business || !strings.Contains(err.Error(), "no more cars") {
			t.Errorf("business %v: %v", business, err)
		}
		if e.Header == nil || e.Header.Get("trace") != "7" || e.Header.Len() != 1 {
			t.Errorf("business %v: the header is %v", business, e.Header)
		}
	}
}

func TestANilErrorOfATypeOfItsOwnIsToldByItsText(t *testing.T) {
	for what, failure := range map[string]error{"the error": &onramp.Error{Business: true, Err: (*quiet)(nil)}, "its detail": &onramp.Error{Business: true, Err: errors.New("why"), Detail: (*soldOut)(nil)}} {
		_, err := newWire(t).answer(call("x"), nil, failure)
		var x *hessian2.Exception
		if !errors.As(err, &x) || x.Class != "java.lang.RuntimeException" || x.Message != "why" {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// quiet is an exception whose nil pointer has a text.
type quiet struct{}

func (*quiet) JavaClassName() string { return "com.acme.Quiet" }
func (*quiet) Error() string         { return "why" }

func TestAReplyIsOneValue(t *testing.T) {
	w := newWire(t)
	in, f := w.serve(call("x"))
	for _, value := range []any{onramp.Args{"a"}, &onramp.Args{"a", "b"}} {
		_, err := w.response(f, in, &onramp.Response{Body: onramp.Body{Value: value}}, nil)
		if e := asError(t, err); e.Code != onramp.Internal || !strings.Contains(err.Error(), "a method of Java returns one value") {
			t.Errorf("%v", err)
		}
	}
}

func TestAnExceptionThatIsRefusedHasItsText(t *testing.T) {
	w := newWire(t, dubbo.Hessian2(hessian2.New(hessian2.KnownOnly())))
	err := w.body.OpenResponse(w.decode(goldenFrame(t, "dubbo336_exception_checked_resp")), call("x"), &onramp.Response{})
	if e := asError(t, err); !e.Business || e.Detail != nil || !strings.Contains(err.Error(), "p.Greeter$Checked: no more cars") {
		t.Errorf("got %v", err)
	}
}
