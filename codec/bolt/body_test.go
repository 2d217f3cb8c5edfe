package bolt_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/codec/json"
	"github.com/onrampmesh/onramp/codec/protobuf"
)

type hello struct {
	Name string `json:"name"`
}

func TestARequestArrivesWhole(t *testing.T) {
	w := newWire(t)
	r := call()
	r.Header.Add("rpc_trace_context.sofaTraceId", "0a0fe8")
	r.Header.Add("app", "go-cli")
	r.Body.Value = &hello{"world"}
	in := w.serve(r)
	var got hello
	if err := in.Body.Decode(&got); err != nil || got.Name != "world" {
		t.Fatalf("body %+v, %v", got, err)
	}
	if in.Service != "com.acme.Greeter" || in.Version != "1.0" || in.Method != "sayHello" || in.Kind != onramp.Unary {
		t.Errorf("got %s %s %s %d", in.Service, in.Version, in.Method, in.Kind)
	}
	if in.Header.Len() != 2 || in.Header.Get("App") != "go-cli" || in.Header.Get("rpc_trace_context.sofaTraceId") != "0a0fe8" {
		t.Errorf("%d pairs, app %q", in.Header.Len(), in.Header.Get("App"))
	}
}

func TestAOnewayHasItsOwnTypeAndNoTimeout(t *testing.T) {
	w := newWire(t)
	r := call()
	r.Kind = onramp.Oneway
	out, err := w.request(r)
	if err != nil {
		t.Fatal(err)
	}
	if f := w.decode(out); f.Kind != codec.Oneway || f.Timeout != -time.Millisecond {
		t.Errorf("kind %d, timeout %v", f.Kind, f.Timeout)
	}
	if in := w.serve(r); in.Kind != onramp.Oneway {
		t.Errorf("arrives as kind %d", in.Kind)
	}
}

func TestTheTimeoutOfTheEngineIsKept(t *testing.T) {
	w := newWire(t)
	f := &codec.Frame{Timeout: 1500 * time.Millisecond}
	if err := w.body.Request(f, call()); err != nil || f.Timeout != 1500*time.Millisecond {
		t.Errorf("%v, %v", f.Timeout, err)
	}
}

func TestStreamsAreAnError(t *testing.T) {
	r := call()
	r.Kind = onramp.BidiStream
	_, err := newWire(t).request(r)
	if e := asError(t, err); e.Code != onramp.Unimplemented || e.Origin != onramp.Local {
		t.Errorf("got %v", err)
	}
}

func TestSerializersOfWithAreAskedInTheirOrderAndJSONLast(t *testing.T) {
	one := bolt.With(bolt.Protobuf, protobuf.New())
	any13 := bolt.With(13, json.New())
	for _, row := range []struct {
		what  string
		opts  []bolt.Option
		value any
		want  uint8
	}{
		{"JSON alone", nil, &hello{}, 12},
		{"a message", []bolt.Option{one}, wrapperspb.String("x"), 11},
		{"no message", []bolt.Option{one}, &hello{}, 12},
		{"the first takes all it can", []bolt.Option{any13, one}, &hello{}, 13},
		{"the second takes the rest", []bolt.Option{one, any13}, &hello{}, 13},
		{"JSON is moved up", []bolt.Option{bolt.With(bolt.JSON, json.New()), one}, &hello{}, 12},
		{"JSON is moved up, a message", []bolt.Option{bolt.With(bolt.JSON, json.New()), one}, wrapperspb.String("x"), 11},
	} {
		w := newWire(t, row.opts...)
		r := call()
		r.Body.Value = row.value
		in := w.serve(r)
		if in.Body.Encoding != uint16(row.want) {
			t.Errorf("%s: codec %d, want %d", row.what, in.Body.Encoding, row.want)
		}
	}
}

func TestAProtobufMessageWithoutItsSerializerIsALocalErrorThatSaysWhatToAdd(t *testing.T) {
	const add = "it is a Protobuf message; add bolt.With(bolt.Protobuf, protobuf.New())"
	w := newWire(t)
	r := call()
	r.Body.Value = wrapperspb.String("x")
	_, err := w.request(r)
	if e := asError(t, err); e.Code != onramp.InvalidArgument || e.Origin != onramp.Local || !strings.Contains(e.Error(), "*wrapperspb.StringValue: "+add) {
		t.Errorf("sent: %v", e)
	}
	r = call()
	r.Body = onramp.Body{Raw: []byte("{}"), Encoding: 12}
	in := w.serve(r)
	if err = in.Body.Decode(&wrapperspb.StringValue{}); err == nil || !strings.Contains(err.Error(), "Protobuf") {
		t.Errorf("received: %v", err)
	}
	_, err = w.response(in, &onramp.Response{Body: onramp.Body{Value: wrapperspb.String("x")}}, nil)
	if e := asError(t, err); e.Code != onramp.Internal || !strings.Contains(e.Error(), add) {
		t.Errorf("answered: %v", e)
	}
}

func TestRawBodiesGoOutByteForByteAndKeepTheirCodec(t *testing.T) {
	raw := []byte{0, 1, 2, 0xff, '"'}
	for _, row := range []struct {
		opts     []bolt.Option
		encoding uint16
		want     uint16
	}{
		{nil, 0, 12},
		{nil, 1, 1},
		{[]bolt.Option{bolt.Raw(99)}, 0, 99},
		{[]bolt.Option{bolt.Raw(99)}, 11, 11},
		{[]bolt.Option{bolt.With(11, protobuf.New())}, 0, 11},
	} {
		w := newWire(t, row.opts...)
		r := call()
		r.Body = onramp.Body{Raw: raw, Encoding: row.encoding}
		in := w.serve(r)
		if in.Body.Encoding != row.want || !bytes.Equal(in.Body.Raw, raw) {
			t.Errorf("request: codec %d, %x, want %d", in.Body.Encoding, in.Body.Raw, row.want)
		}
		next := w.serve(&onramp.Request{Service: "other", Method: "m", Body: in.Body})
		if next.Body.Encoding != row.want || !bytes.Equal(next.Body.Raw, raw) {
			t.Errorf("passed on: codec %d, %x, want %d", next.Body.Encoding, next.Body.Raw, row.want)
		}
		p, err := w.answer(in, &onramp.Response{Body: onramp.Body{Raw: raw}}, nil)
		if err != nil || p.Body.Encoding != row.want || !bytes.Equal(p.Body.Raw, raw) {
			t.Errorf("response: codec %d, %x, %v, want %d", p.Body.Encoding, p.Body.Raw, err, row.want)
		}
	}
}

func TestAnEmptyRawBodyKeepsItsCodec(t *testing.T) {
	w := newWire(t)
	r := call()
	r.Body = onramp.Body{Raw: []byte{}, Encoding: 4}
	if in := w.serve(w.serve(r)); in.Body.Encoding != 4 || len(in.Body.Raw) != 0 {
		t.Errorf("got %+v", in.Body)
	}
}

func TestAResponseIsInTheCodecOfItsRequest(t *testing.T) {
	w := newWire(t, bolt.With(11, protobuf.New()))
	for _, row := range []struct {
		asked uint16
		value any
		want  uint16
	}{
		{12, &hello{}, 12},
		{11, wrapperspb.String("x"), 11},
		{99, &hello{}, 12},
		{99, wrapperspb.String("x"), 11},
	} {
		r := call()
		r.Body = onramp.Body{Raw: []byte("{}"), Encoding: row.asked}
		p, err := w.answer(w.serve(r), &onramp.Response{Header: header("k", "v"), Trailer: header("t", "u"), Body: onramp.Body{Value: row.value}}, nil)
		if err != nil || p.Body.Encoding != row.want || p.Header.Get("k") != "v" || p.Header.Get("t") != "u" {
			t.Errorf("asked in %d: answered in %d, %v, want %d", row.asked, p.Body.Encoding, err, row.want)
		}
	}
	r := call()
	r.Body.Encoding = 11
	_, err := w.response(r, &onramp.Response{Body: onramp.Body{Value: &hello{}}}, nil)
	if e := asError(t, err); e.Code != onramp.Internal || e.Origin != onramp.Remote {
		t.Errorf("an answer that no one can read: %v", err)
	}
}

func TestAHandlerMayAnswerNothing(t *testing.T) {
	w := newWire(t)
	p, err := w.answer(call(), nil, nil)
	if err != nil || len(p.Body.Raw) != 0 {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestABadBodyIsTheCallersFaultInARequestAndTheServersInAResponse(t *testing.T) {
	w := newWire(t)
	secret := "{" + strings.Repeat("secret", 300)
	r := call()
	r.Body = onramp.Body{Raw: []byte(secret), Encoding: 12}
	in := w.serve(r)
	e := asError(t, in.Body.Decode(&hello{}))
	if e.Code != onramp.InvalidArgument || strings.Contains(e.Error(), "secret") {
		t.Errorf("request: %v", e)
	}
	p, err := w.answer(in, &onramp.Response{Body: onramp.Body{Raw: []byte(secret)}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if e = asError(t, p.Body.Decode(&hello{})); e.Code != onramp.Internal || e.Origin != onramp.Remote {
		t.Errorf("response: %v", e)
	}
	r.Body.Encoding = 99
	if e = asError(t, w.serve(r).Body.Decode(&hello{})); e.Code != onramp.InvalidArgument || !strings.Contains(e.Error(), "99") {
		t.Errorf("unknown codec: %v", e)
	}
}
