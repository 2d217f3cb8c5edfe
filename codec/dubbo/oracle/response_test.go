package oracle

import (
	"errors"
	"testing"

	hessian "github.com/apache/dubbo-go-hessian2"
	"github.com/apache/dubbo-go-hessian2/java_exception"
	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

// The types of a response's body.
const (
	typeException = 0x90 + iota
	typeValue
	typeNull
	typeExceptionAttached
	typeValueAttached
	typeNullAttached
)

// typeOf is the type of a response that is a whole frame.
func typeOf(frame []byte) byte { return frame[hessian.HEADER_LENGTH] }

// attached makes their side send attachments, or not.
func attached(yes bool) map[string]string {
	a := map[string]string{"note": "grüße"}
	if yes {
		a["dubbo"] = "2.0.2"
	}
	return a
}

// asked is the frame and the request of a call of the other library, which our side
// answers with attachments, unless the call is one of an old protocol.
func (o *ours) asked(attach bool) (*codec.Frame, *onramp.Request) {
	o.t.Helper()
	frame := write(o.t, theirGreeting(), hessian.DubboHeader{Type: hessian.PackageRequest_TwoWay, ID: 7}, hessian.NewRequest([]any{"x"}, nil))
	if !attach {
		copy(frame[hessian.HEADER_LENGTH:], "\x053.0.0")
	}
	return o.open(frame)
}

// answered reads a response with the other library.
func answered(t testing.TB, frame []byte) (hessian.DubboHeader, *hessian.Response) {
	t.Helper()
	h, c := theirs(t, frame)
	got := &hessian.Response{}
	if err := c.ReadBody(got); err != nil {
		t.Fatalf("%v: %x", err, frame)
	}
	return h, got
}

func TestOurValuesAreReadByDubboGo(t *testing.T) {
	each(t, func(t testing.TB, v any) {
		o := newOurs(t)
		for _, attach := range []bool{true, false} {
			f, r := o.asked(attach)
			p := &onramp.Response{Body: onramp.Body{Value: arrays(v)}}
			p.Header.Add("note", "grüße")
			frame := o.response(f, r, p, nil)
			want := byte(typeValue)
			if v == nil {
				want = typeNull
			}
			if attach {
				want += typeNullAttached - typeNull
			}
			if typeOf(frame) != want {
				t.Errorf("the response to a call with attachments %v is of type %x, want %x", attach, typeOf(frame), want)
			}
			h, got := answered(t, frame)
			if h.Type != hessian.PackageResponse || h.ID != 7 || h.ResponseStatus != hessian.Response_OK || got.Exception != nil {
				t.Errorf("it reads %+v %+v", h, got)
			}
			if attach && got.Attachments["note"] != "grüße" || !attach && len(got.Attachments) != 0 {
				t.Errorf("it reads the attachments %v", got.Attachments)
			}
			if err := same(got.RspObj, v); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestOurExceptionsAreReadByDubboGo(t *testing.T) {
	o := newOurs(t)
	for name, c := range map[string]struct {
		err   error
		class string
		text  string
	}{
		"an exception of the JDK": {hessian2.NewException("java.lang.IllegalStateException", "broken"), "java.lang.IllegalStateException", "broken"},
		"an exception of both":    {hessian2.NewException("com.acme.SoldOut", "ausverkauft, 缺货"), "com.acme.SoldOut", "ausverkauft, 缺货"},
		"an error of Go":          {errors.New("sold out"), "java.lang.RuntimeException", "sold out"},
	} {
		for _, attach := range []bool{true, false} {
			f, r := o.asked(attach)
			p := &onramp.Response{}
			p.Header.Add("note", "grüße")
			frame := o.response(f, r, p, &onramp.Error{Code: onramp.Unknown, Business: true, Err: c.err})
			want := byte(typeException)
			if attach {
				want = typeExceptionAttached
			}
			if typeOf(frame) != want {
				t.Errorf("%s: the response is of type %x, want %x", name, typeOf(frame), want)
			}
			_, got := answered(t, frame)
			x, ok := got.Exception.(java_exception.Throwabler)
			if !ok || x.JavaClassName() != c.class || x.Error() != c.text {
				t.Errorf("%s: it reads %T %v", name, got.Exception, got.Exception)
			}
			if (got.Attachments["note"] == "grüße") != attach {
				t.Errorf("%s: it reads the attachments %v", name, got.Attachments)
			}
		}
	}
}

func TestOurRefusalsAreReadByDubboGo(t *testing.T) {
	o := newOurs(t)
	f, r := o.asked(true)
	for status, e := range map[byte]*onramp.Error{
		hessian.Response_SERVER_TIMEOUT:    {Code: onramp.DeadlineExceeded, Origin: onramp.Remote, Err: errors.New("too late")},
		hessian.Response_SERVICE_NOT_FOUND: {Code: onramp.Unimplemented, Origin: onramp.Refused, Err: errors.New("no such service")},
		hessian.Response_BAD_REQUEST:       {Code: onramp.InvalidArgument, Origin: onramp.Refused, Err: errors.New("not a number")},
	} {
		h, got := answered(t, o.response(f, r, nil, e))
		if h.Type != hessian.PackageResponse|hessian.PackageResponse_Exception || h.ResponseStatus != status || got.Exception == nil {
			t.Errorf("%v: it reads %+v %v", e, h, got.Exception)
		}
	}
}

// opened opens a response of the other library, and tells its type.
func (o *ours) opened(h hessian.DubboHeader, body any) (*onramp.Response, byte, error) {
	o.t.Helper()
	h.Type, h.ID = hessian.PackageResponse, 1<<40+7
	frame := write(o.t, hessian.Service{}, h, body)
	f := o.read(frame)
	if f.Kind != codec.Response || f.ID != 1<<40+7 || f.Status != uint16(h.ResponseStatus) || f.Serializer != 2 {
		o.t.Errorf("the frame is of kind %v, id %d, status %d, serialization %d", f.Kind, f.ID, f.Status, f.Serializer)
	}
	p := &onramp.Response{}
	err := o.body.OpenResponse(f, greeting(onramp.Unary), p)
	return p, typeOf(frame), err
}

func TestDubboGosValuesAreReadByUs(t *testing.T) {
	each(t, func(t testing.TB, v any) {
		o := newOurs(t)
		for _, attach := range []bool{true, false} {
			p, kind, err := o.opened(hessian.DubboHeader{ResponseStatus: hessian.Response_OK}, hessian.NewResponse(v, nil, attached(attach)))
			if err != nil {
				t.Fatal(err)
			}
			want := byte(typeValue)
			if v == nil {
				want = typeNull
			}
			if attach {
				want += typeNullAttached - typeNull
			}
			if kind != want {
				t.Errorf("the other library wrote the type %x, want %x", kind, want)
			}
			var got any
			if err := p.Body.Decode(&got); err != nil {
				t.Fatal(err)
			}
			if err := same(got, v); err != nil {
				t.Error(err)
			}
			if note := p.Header.Get("note"); (note == "grüße") != attach {
				t.Errorf("with attachments %v: note is %q", attach, note)
			}
		}
	})
}

func TestDubboGosExceptionsAreReadByUs(t *testing.T) {
	o := newOurs(t)
	sold := &SoldOut{DetailMessage: "ausverkauft, 缺货", Item: "car", Cause: java_exception.NewIllegalArgumentException("no stock")}
	for name, c := range map[string]struct {
		err         error
		class, text string
	}{
		"an exception of the JDK": {java_exception.NewIllegalStateException("broken"), "java.lang.IllegalStateException", "broken"},
		"an exception of both":    {sold, "com.acme.SoldOut", "ausverkauft, 缺货"},
		"an error of Go":          {errors.New("sold out"), "java.lang.Throwable", "sold out"},
	} {
		for _, attach := range []bool{true, false} {
			_, kind, err := o.opened(hessian.DubboHeader{ResponseStatus: hessian.Response_OK}, hessian.NewResponse(nil, c.err, attached(attach)))
			if want := map[bool]byte{true: typeExceptionAttached, false: typeException}[attach]; kind != want {
				t.Errorf("%s: the other library wrote the type %x, want %x", name, kind, want)
			}
			var e *onramp.Error
			var x *hessian2.Exception
			if !errors.As(err, &e) || !e.Business || e.Origin != onramp.Remote || !errors.As(err, &x) {
				t.Errorf("%s: the error is %T %v", name, err, err)
				continue
			}
			if x.Class != c.class || x.Message != c.text {
				t.Errorf("%s: it is %q with the text %q", name, x.Class, x.Message)
			}
			if cause, _ := x.Cause.(*hessian2.Exception); c.err == error(sold) && (cause == nil || cause.Class != "java.lang.IllegalArgumentException") {
				t.Errorf("%s: its cause is %v", name, x.Cause)
			}
		}
	}
}

func TestDubboGosStatusesAreReadByUs(t *testing.T) {
	o := newOurs(t)
	for status, want := range map[byte]onramp.Code{
		hessian.Response_CLIENT_TIMEOUT: onramp.DeadlineExceeded, hessian.Response_SERVER_TIMEOUT: onramp.DeadlineExceeded,
		hessian.Response_BAD_REQUEST: onramp.InvalidArgument, hessian.Response_BAD_RESPONSE: onramp.Internal,
		hessian.Response_SERVICE_NOT_FOUND: onramp.Unimplemented, hessian.Response_SERVICE_ERROR: onramp.Internal,
		hessian.Response_SERVER_ERROR: onramp.Internal, hessian.Response_CLIENT_ERROR: onramp.Internal,
	} {
		_, _, err := o.opened(hessian.DubboHeader{ResponseStatus: status}, "the reason")
		e := onramp.AsError(err)
		if e == nil || e.Code != want || e.Business {
			t.Errorf("status %d: %v", status, err)
		}
	}
}
