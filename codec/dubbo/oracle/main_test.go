package oracle

import (
	"bufio"
	"bytes"
	"testing"
	"time"

	hessian "github.com/apache/dubbo-go-hessian2"
	"github.com/apache/dubbo-go-hessian2/java_exception"
	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/dubbo"
	"github.com/onrampmesh/onramp/codec/hessian2"
	"github.com/onrampmesh/onramp/internal/leak"
)

func TestMain(m *testing.M) {
	hessian.RegisterPOJOs(&Car{}, &SoldOut{})
	leak.Main(m)
}

// Car is a class of both sides.
type Car struct {
	Color   string
	Mileage int32
	Weight  int64
	Price   float64
	Sold    bool
	Tags    []string
	Next    *Car
}

// JavaClassName names the class for both libraries.
func (Car) JavaClassName() string { return "com.acme.Car" }

// SoldOut is an exception of both sides.
type SoldOut struct {
	SerialVersionUID     int64
	DetailMessage        string
	SuppressedExceptions []java_exception.Throwabler
	StackTrace           []java_exception.StackTraceElement
	Cause                java_exception.Throwabler
	Item                 string
}

// Error returns the text.
func (e SoldOut) Error() string { return e.DetailMessage }

// JavaClassName names the class.
func (SoldOut) JavaClassName() string { return "com.acme.SoldOut" }

// GetStackTrace returns where it was thrown.
func (e SoldOut) GetStackTrace() []java_exception.StackTraceElement { return e.StackTrace }

// ours is this module's side: what the engine does with a framer and a body.
type ours struct {
	t      testing.TB
	framer *dubbo.Framer
	body   *dubbo.Body
}

func newOurs(t testing.TB) *ours {
	t.Helper()
	opt := dubbo.Hessian2(hessian2.New(hessian2.Register(Car{})))
	framer, err := dubbo.NewFramer(opt)
	if err != nil {
		t.Fatal(err)
	}
	body, err := dubbo.NewBody(opt)
	if err != nil {
		t.Fatal(err)
	}
	return &ours{t: t, framer: framer, body: body}
}

// seal appends the content to a frame's head.
func (o *ours) seal(f *codec.Frame, content func(dst []byte) ([]byte, error)) []byte {
	o.t.Helper()
	out, err := o.framer.Append(nil, f)
	if err == nil && f.Content == nil {
		out, err = content(out)
	}
	if err == nil {
		err = o.framer.Seal(out, f)
	}
	if err != nil {
		o.t.Fatal(err)
	}
	return out
}

// request writes a call.
func (o *ours) request(id uint64, timeout time.Duration, r *onramp.Request) []byte {
	o.t.Helper()
	f := &codec.Frame{ID: id, Timeout: timeout}
	if err := o.body.Request(f, r); err != nil {
		o.t.Fatal(err)
	}
	return o.seal(f, func(dst []byte) ([]byte, error) { return o.body.AppendRequest(dst, f, r) })
}

// response writes the outcome of a handler that answers the request in.
func (o *ours) response(in *codec.Frame, r *onramp.Request, p *onramp.Response, failure error) []byte {
	o.t.Helper()
	f := &codec.Frame{Kind: codec.Response, ID: in.ID, Flags: in.Flags, Serializer: in.Serializer}
	if err := o.body.Response(f, r, p, failure); err != nil {
		o.t.Fatal(err)
	}
	return o.seal(f, func(dst []byte) ([]byte, error) { return o.body.AppendResponse(dst, f, r, p, failure) })
}

// read cuts the one frame that src is.
func (o *ours) read(src []byte) *codec.Frame {
	o.t.Helper()
	if n, err := o.framer.Size(src); err != nil || n != len(src) {
		o.t.Fatalf("a frame of %d bytes: size %d, %v: %x", len(src), n, err, src)
	}
	f := &codec.Frame{}
	if err := o.framer.Decode(src, f); err != nil {
		o.t.Fatal(err)
	}
	return f
}

// open opens the request in src.
func (o *ours) open(src []byte) (*codec.Frame, *onramp.Request) {
	o.t.Helper()
	f, r := o.read(src), &onramp.Request{}
	if err := o.body.OpenRequest(f, r); err != nil {
		o.t.Fatalf("%v: %x", err, src)
	}
	return f, r
}

// theirs reads the head of a frame with the other library.
func theirs(t testing.TB, src []byte) (hessian.DubboHeader, *hessian.HessianCodec) {
	t.Helper()
	c := hessian.NewHessianCodec(bufio.NewReaderSize(bytes.NewReader(src), len(src)+hessian.HEADER_LENGTH))
	var h hessian.DubboHeader
	if err := c.ReadHeader(&h); err != nil {
		t.Fatalf("%v: %x", err, src)
	}
	if h.BodyLen != len(src)-hessian.HEADER_LENGTH {
		t.Fatalf("it reads a body of %d bytes in a frame of %d", h.BodyLen, len(src))
	}
	return h, c
}

// write writes a frame with the other library.
func write(t testing.TB, s hessian.Service, h hessian.DubboHeader, body any) []byte {
	t.Helper()
	h.SerialID = dubbo.Hessian
	out, err := hessian.NewHessianCodec(nil).Write(s, h, body)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
