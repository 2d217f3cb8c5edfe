package bolt_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

// draft encodes a value as a body of codec 1.
func draft(tb testing.TB, v any) []byte {
	tb.Helper()
	out, err := hessian2.NewDraft().Append(nil, v)
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

// sofaAnswer is SofaResponse with its fields in another order than Java's.
type sofaAnswer struct {
	AppResponse   any    `hessian:"appResponse"`
	ResponseProps any    `hessian:"responseProps"`
	ErrorMsg      string `hessian:"errorMsg"`
	IsError       bool   `hessian:"isError"`
}

func (sofaAnswer) JavaClassName() string { return sofaResponse }

// bothReaders are a wire with a stream and one without.
func bothReaders(t *testing.T) map[string]*wire {
	return map[string]*wire{"with a stream": newHessian(t), "without one": newWire(t)}
}

// failed opens a response that is an error.
func (w *wire) failed(t *testing.T, f *codec.Frame) *onramp.Error {
	t.Helper()
	f.Kind = codec.Response
	return asError(t, w.body.OpenResponse(f, call(), &onramp.Response{}))
}

func TestAnExceptionOfAHandlersIsABusinessErrorWithItsObject(t *testing.T) {
	frame := goldenFrame(t, "bolt_v2_ver1_resp_3")
	for name, w := range bothReaders(t) {
		for _, marked := range []bool{true, false} {
			f := w.decode(frame)
			if !marked {
				f.Header = nil
			}
			e := w.failed(t, f)
			if !e.Business || e.Code != onramp.Unknown || e.Origin != onramp.Remote || !strings.Contains(e.Error(), "java.lang.IllegalStateException: boom: x") {
				t.Errorf("%s: %+v", name, e)
			}
			var x *hessian2.Exception
			if found := errors.As(e, &x); found != (name == "with a stream") {
				t.Fatalf("%s: Err is a %T, Detail a %T", name, e.Err, e.Detail)
			}
			if x != nil && (e.Detail != e.Err || x.Class != "java.lang.IllegalStateException" || x.Message != "boom: x" || x.Cause != nil || len(x.StackTrace) != 23 || x.StackTrace[0].MethodName != "boom") {
				t.Errorf("%s: %+v", name, x)
			}
		}
	}
}

func TestErrorsOfJavasFrameworkAreNoBusinessErrors(t *testing.T) {
	for name, w := range bothReaders(t) {
		for _, row := range []struct {
			text   string
			code   onramp.Code
			origin onramp.Origin
		}{
			{"RPC-020100010: RPC cannot find service: [com.acme.Greeter:1.0]", onramp.Unimplemented, onramp.Refused},
			{"RPC-020100011: Cannot find invoke method: [x], service: [com.acme.Greeter:1.0] ", onramp.Unimplemented, onramp.Refused},
			{"RPC-020100010: RPC cannot find service: [com.acme.Below:1.0]", onramp.Internal, onramp.Remote},
			{"RPC-020100011: Cannot find invoke method: [com.acme.Greeter], service: [com.acme.Below:1.0]", onramp.Internal, onramp.Remote},
			{"RPC-019990009: RPC server stopped: [10.0.0.1:12200]", onramp.Unavailable, onramp.Refused},
			{"anything else", onramp.Internal, onramp.Remote},
		} {
			for _, header := range [][]byte{nil, block("sofa_head_response_error", "true")} {
				content := draft(t, &sofaAnswer{IsError: true, ErrorMsg: row.text})
				e := w.failed(t, &codec.Frame{Serializer: 1, Content: content, Header: header})
				if e.Business || e.Code != row.code || e.Origin != row.origin || e.Err.Error() != row.text || e.Detail != nil {
					t.Errorf("%s: %+v, want %s", name, e, row.text)
				}
			}
		}
		for _, frame := range []string{"bolt_v1_min_resp_5", "bolt_v2_ver1_resp_5"} {
			e := w.failed(t, w.decode(goldenFrame(t, frame)))
			if e.Business || e.Code != onramp.Unimplemented || e.Origin != onramp.Refused || !strings.Contains(e.Error(), "RPC-020100011: Cannot find invoke method: [noSuchMethod]") {
				t.Errorf("%s, %s: %+v", name, frame, e)
			}
		}
	}
}

func TestTheBodysObjectDecidesWhateverTheFramesClassSays(t *testing.T) {
	reason := hessian2.NewException("com.alipay.remoting.rpc.exception.RpcServerException", "cannot read it")
	reason.Cause = hessian2.NewException("java.io.IOException", "tag 7")
	for name, w := range bothReaders(t) {
		for _, class := range []string{sofaResponse, "com.alipay.remoting.rpc.exception.RpcServerException", ""} {
			e := w.failed(t, &codec.Frame{Serializer: 1, Status: 0x12, Class: []byte(class), Content: draft(t, reason)})
			want := "bolt: server cannot deserialize the request (status 0x12): cannot read it, caused by java.io.IOException: tag 7"
			if e.Code != onramp.InvalidArgument || e.Business || e.Err.Error() != want {
				t.Errorf("%s: %v, want %s", name, e.Err, want)
			}
			var x *hessian2.Exception
			if found := errors.As(e, &x); found != (name == "with a stream") || found && e.Detail != any(x) {
				t.Errorf("%s: the object is %T", name, e.Detail)
			}
		}
	}
}

// likeAnError is a value with some of the fields of a Throwable.
type likeAnError struct {
	DetailMessage string `hessian:"detailMessage"`
	Cause         any    `hessian:"cause"`
}

func (likeAnError) JavaClassName() string { return "com.acme.Report" }

func TestAnObjectThatIsNoThrowableIsAResult(t *testing.T) {
	for name, w := range bothReaders(t) {
		for _, v := range []any{&likeAnError{DetailMessage: "x"}, &car{"x", 1}, "RPC-020100010: RPC cannot find service: [com.acme.Greeter:1.0]"} {
			for _, content := range [][]byte{draft(t, &sofaAnswer{AppResponse: v}), contentOfAnswer(t, v)} {
				if err := w.body.OpenResponse(&codec.Frame{Kind: codec.Response, Serializer: 1, Content: content}, call(), &onramp.Response{}); err != nil {
					t.Errorf("%s, %T: %v", name, v, err)
				}
			}
		}
	}
}

// contentOfAnswer is the body of a response that our server makes.
func contentOfAnswer(t *testing.T, v any) []byte {
	t.Helper()
	w := newHessian(t)
	out, err := w.response(w.serve(greet("m", "", "x")), &onramp.Response{Body: onramp.Body{Value: v}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.decode(out).Content
}

func TestTextsOfErrorsAreFoundWhereverTheyStand(t *testing.T) {
	long := strings.Repeat("ö", 3000)
	deep := hessian2.NewException("com.acme.Bad", "0")
	for i := range 10 {
		up := hessian2.NewException("com.acme.Bad", fmt.Sprint(i+1))
		up.Cause, deep = deep, up
	}
	for _, row := range []struct {
		body any
		want string
	}{
		{"plain text", "plain text"},
		{hessian2.NewException("java.lang.OutOfMemoryError", ""), "java.lang.OutOfMemoryError"},
		{hessian2.NewException("java.lang.Error", "heap"), "java.lang.Error: heap"},
		{&sofaAnswer{ErrorMsg: "said"}, "said"},
		{&sofaAnswer{AppResponse: "told"}, "told"},
		{&sofaAnswer{AppResponse: hessian2.NewException("a.B", "thrown"), IsError: true}, "a.B: thrown"},
		{deep, "com.acme.Bad: 10, caused by com.acme.Bad: 9, caused by com.acme.Bad: 8, caused by com.acme.Bad: 7, caused by com.acme.Bad: 6\n"},
		{hessian2.NewException("a.B", "two\nlines\u202e"), "a.B: two lines "},
		{hessian2.NewException("a.B", long), "a.B: öööö"},
		{&sofaAnswer{ErrorMsg: long}, "öööö"},
		{int32(5), "its cause is the response's body, in codec 1"},
		{&car{"x", 1}, "com.acme.Car"},
	} {
		for name, w := range bothReaders(t) {
			e := w.failed(t, &codec.Frame{Serializer: 1, Status: 2, Content: draft(t, row.body)})
			text := e.Err.Error() + "\n" // a want that ends with a line feed is the whole text
			if !strings.Contains(text, "bolt: server exception (status 0x2): "+row.want) || len(text) > 1200 || !utf8.ValidString(text) {
				t.Errorf("%s: %q, want %q", name, text, row.want)
			}
		}
	}
}

// soldOut is a handler's error with a class of Java's.
type soldOut struct {
	DetailMessage string `hessian:"detailMessage"`
	Left          int32  `hessian:"left"`
}

func (*soldOut) JavaClassName() string { return "com.acme.SoldOut" }
func (s *soldOut) Error() string       { return s.DetailMessage }

// unwritable is one that has no form.
type unwritable struct{ C chan int }

func (*unwritable) JavaClassName() string { return "com.acme.Unwritable" }
func (*unwritable) Error() string         { return "no form" }

func TestErrorsOfHandlersBecomeExceptionsOfTheirClass(t *testing.T) {
	w := newHessian(t)
	asked := w.serve(greet("buy", "", "car"))
	passed := hessian2.NewException("com.acme.FromElsewhere", "passed on")
	for _, row := range []struct {
		err            error
		class, message string
	}{
		{onramp.Business(onramp.NotFound, "none left"), "java.lang.RuntimeException", "none left"},
		{&onramp.Error{Business: true, Err: &soldOut{"sold out", 7}}, "com.acme.SoldOut", "sold out"},
		{&onramp.Error{Business: true, Err: fmt.Errorf("in the shop: %w", &soldOut{"sold out", 7})}, "com.acme.SoldOut", "sold out"},
		{&onramp.Error{Business: true, Err: hessian2.NewException("com.acme.Mine", "made")}, "com.acme.Mine", "made"},
		{&onramp.Error{Business: true, Detail: passed, Err: errors.New("other")}, "com.acme.FromElsewhere", "passed on"},
		{&onramp.Error{Business: true, Code: onramp.Unknown, Err: hessian2.NewException("", "no class")}, "java.lang.RuntimeException", "no class"},
		{&onramp.Error{Business: true, Detail: (*soldOut)(nil), Err: errors.New("no object")}, "java.lang.RuntimeException", "no object"},
		{&onramp.Error{Business: true, Err: (*hessian2.Exception)(nil)}, "java.lang.RuntimeException", "null"},
		{&onramp.Error{Business: true, Err: &unwritable{}}, "java.lang.RuntimeException", "no form"},
		{&onramp.Error{Business: true, Code: onramp.Aborted}, "java.lang.RuntimeException", "aborted"},
	} {
		out, err := w.response(asked, nil, row.err)
		if err != nil {
			t.Errorf("%v: %v", row.err, err)
			continue
		}
		f := w.decode(out)
		if f.Status != 0 || f.Serializer != 1 || string(f.Class) != sofaResponse || rawPairs(t, f.Header)["sofa_head_response_error"] != "true" {
			t.Errorf("%v: %+v", row.err, f)
		}
		e := w.failed(t, f)
		var x *hessian2.Exception
		switch {
		case !e.Business || e.Origin != onramp.Remote || e.Code != max(asError(t, row.err).Code, onramp.Unknown):
			t.Errorf("%v: %+v", row.err, e)
		case !errors.As(e, &x):
			o, ok := e.Detail.(*hessian2.Object)
			if !ok || o.Class != row.class {
				t.Errorf("%v: %T %+v", row.err, e.Detail, e.Detail)
			}
		case x.Class != row.class || x.Message != row.message:
			t.Errorf("%v: %+v", row.err, x)
		}
	}
}

func TestARegisteredExceptionIsTheCallersGoError(t *testing.T) {
	w := newWire(t, bolt.Hessian2(hessian2.NewDraft(hessian2.Register((*soldOut)(nil)))))
	_, err := w.answer(w.serve(greet("buy", "", "car")), nil, &onramp.Error{Business: true, Err: &soldOut{"sold out", 7}})
	e := asError(t, err)
	var s *soldOut
	if !errors.As(err, &s) || s.Left != 7 || !e.Business || e.Err != error(s) || e.Detail != any(s) {
		t.Errorf("%#v", e)
	}
}

func TestErrorsSurviveBetweenTwoPeersThatSpeakHessian(t *testing.T) {
	w := newHessian(t)
	asked := w.serve(greet("buy", "", "car"))
	for _, row := range []struct {
		err    error
		status uint16
		class  string
		want   onramp.Outcome
	}{
		{onramp.NewError(onramp.ResourceExhausted, onramp.Refused, "over quota"), 4, rpcServerException, onramp.Outcome{Code: onramp.ResourceExhausted, Origin: onramp.Refused}},
		{onramp.NewError(onramp.Unavailable, onramp.Refused, "x"), 4, rpcServerException, onramp.Outcome{Code: onramp.Unavailable, Origin: onramp.Refused}},
		{onramp.NewError(onramp.DeadlineExceeded, onramp.Remote, "x"), 7, rpcServerException, onramp.Outcome{Code: onramp.DeadlineExceeded}},
		{context.DeadlineExceeded, 7, rpcServerException, onramp.Outcome{Code: onramp.DeadlineExceeded}},
		{onramp.NewError(onramp.InvalidArgument, onramp.Remote, "x"), 0, sofaResponse, onramp.Outcome{Code: onramp.InvalidArgument}},
		{onramp.NewError(onramp.InvalidArgument, onramp.Refused, "x"), 0, sofaResponse, onramp.Outcome{Code: onramp.InvalidArgument, Origin: onramp.Refused}},
		{onramp.NewError(onramp.Unimplemented, onramp.Refused, "x"), 0, sofaResponse, onramp.Outcome{Code: onramp.Unimplemented, Origin: onramp.Refused}},
		{onramp.NewError(onramp.Unauthenticated, onramp.Refused, "no tenant"), 0, sofaResponse, onramp.Outcome{Code: onramp.Unauthenticated, Origin: onramp.Refused}},
		{onramp.NewError(onramp.Unimplemented, onramp.Remote, "x"), 0, sofaResponse, onramp.Outcome{Code: onramp.Unimplemented}},
		{onramp.NewError(onramp.Internal, onramp.Remote, "boom"), 0, sofaResponse, onramp.Outcome{Code: onramp.Internal}},
		{onramp.NewError(onramp.Unavailable, onramp.Wire, "x"), 0, sofaResponse, onramp.Outcome{Code: onramp.Unavailable}},
		{errors.New("plain"), 0, sofaResponse, onramp.Outcome{Code: onramp.Unknown}},
		{context.Canceled, 0, sofaResponse, onramp.Outcome{Code: onramp.Canceled}},
		{onramp.Business(onramp.Internal, "x"), 0, sofaResponse, onramp.Outcome{Code: onramp.Internal, Business: true}},
	} {
		out, err := w.response(asked, nil, row.err)
		if err != nil {
			t.Fatal(err)
		}
		f := w.decode(out)
		if f.Status != row.status || string(f.Class) != row.class || f.Serializer != 1 {
			t.Errorf("%v: status %#x, class %s, codec %d", row.err, f.Status, f.Class, f.Serializer)
		}
		for name, reader := range bothReaders(t) {
			e := reader.failed(t, f)
			if got := onramp.Classify(e); got != row.want || !strings.HasSuffix(e.Err.Error(), cause(row.err)) {
				t.Errorf("%s, %v: got %+v %v, want %+v", name, row.err, got, e.Err, row.want)
			}
		}
	}
}

const rpcServerException = "com.alipay.remoting.rpc.exception.RpcServerException"

// cause is the text that a peer is told.
func cause(err error) string {
	if e, ok := err.(*onramp.Error); ok {
		return e.Err.Error()
	}
	return err.Error()
}

func TestAnErrorOfHessianTakesItsHeaderAndRetryAfterAlong(t *testing.T) {
	w := newHessian(t)
	h := header("x-reason", "stock")
	_, err := w.answer(w.serve(greet("buy", "", "car")), nil, &onramp.Error{Code: onramp.Internal, RetryAfter: 1500 * time.Millisecond, Header: &h})
	if e := asError(t, err); e.RetryAfter != 1500*time.Millisecond || e.Header == nil || e.Header.Get("x-reason") != "stock" {
		t.Errorf("%+v", e)
	}
}

func TestTextsOfHessianErrorsAreBounded(t *testing.T) {
	w := newHessian(t)
	asked := w.serve(greet("buy", "", "car"))
	long := strings.Repeat("ö", 4000)
	for _, err := range []error{errors.New(long), onramp.Business(onramp.NotFound, long), onramp.NewError(onramp.InvalidArgument, onramp.Remote, long)} {
		if out, _ := w.response(asked, nil, err); len(out) == 0 || len(out) > 2000 {
			t.Errorf("a reply of %d bytes", len(out))
		}
	}
}

func TestAnEncodedExceptionIsPassedOn(t *testing.T) {
	for _, w := range bothReaders(t) {
		java := w.decode(goldenFrame(t, "bolt_v2_ver1_resp_3"))
		p := &onramp.Response{}
		err := w.body.OpenResponse(java, call(), p)
		out, werr := w.response(call(), p, err)
		if werr != nil {
			t.Fatal(werr)
		}
		if f := w.decode(out); f.Serializer != 1 || f.Status != 0 || !bytes.Equal(f.Content, java.Content) || rawPairs(t, f.Header)["sofa_head_response_error"] != "true" {
			t.Errorf("got %+v", f)
		}
	}
}
