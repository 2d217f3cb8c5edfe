package bolt_test

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/codec/hessian2"
	"github.com/onrampmesh/onramp/codec/json"
	"github.com/onrampmesh/onramp/codec/protobuf"
)

// newHessian is a wire whose values are Hessian.
func newHessian(tb testing.TB, opts ...bolt.Option) *wire {
	tb.Helper()
	return newWire(tb, append([]bolt.Option{bolt.Hessian2(hessian2.NewDraft())}, opts...)...)
}

// goldenFrame returns the frame of that name.
func goldenFrame(tb testing.TB, name string) []byte {
	tb.Helper()
	for _, v := range golden(tb) {
		if v.Name == name {
			return v.frame
		}
	}
	tb.Fatalf("there is no golden frame %s", name)
	return nil
}

// greet is a call with arguments.
func greet(method, signature string, args any) *onramp.Request {
	r := call()
	r.Method, r.Signature, r.Body.Value = method, signature, args
	return r
}

// manyArgs are the arguments of the golden call of that name.
func manyArgs() onramp.Args {
	return onramp.Args{int32(1), int64(2), 3.5, []string{"x", "y"}, []byte{1, 2, 3}}
}

// contentOf encodes a request and returns its content.
func contentOf(t *testing.T, w *wire, r *onramp.Request) []byte {
	t.Helper()
	out, err := w.request(r)
	if err != nil {
		t.Fatal(err)
	}
	f := w.decode(out)
	if f.Serializer != bolt.Hessian {
		t.Fatalf("codec %d", f.Serializer)
	}
	return f.Content
}

func TestHessianRequestsAreJavasByteForByte(t *testing.T) {
	w := newHessian(t)
	app := []string{"app", "java-cli", "protocol", "bolt", "type", "sync"}
	target := []string{"sofa_head_target_app", "java-srv"}
	for _, row := range []struct {
		golden, method string
		args           any
		header         []string
	}{
		{"bolt_v1_sofarpc_req_1", "sayHello", new("world"), app},
		{"bolt_v1_sofarpc_req_1", "sayHello", "world", app},
		{"bolt_v1_sofarpc_req_1", "sayHello", onramp.Args{"world"}, app},
		{"bolt_v1_sofarpc_req_4", "many", manyArgs(), app},
		{"bolt_v1_sofarpc_req_4", "many", new(manyArgs()), app},
		{"bolt_v1_sofarpc_req_4", "many", new(any(manyArgs())), app},
		{"bolt_v1_min_req_5", "noSuchMethod", "x", target},
		{"bolt_v1_min_oneway", "fire", "one", target},
		{"bolt_v2_ver2_req_3", "boom", "x", target},
	} {
		r := greet(row.method, "", row.args)
		r.Header = header(row.header...)
		if got, want := contentOf(t, w, r), w.decode(goldenFrame(t, row.golden)).Content; !bytes.Equal(got, want) {
			t.Errorf("%s, %T:\n%q, want\n%q", row.golden, row.args, got, want)
		}
	}
}

func TestNothingOfACallStaysForTheNext(t *testing.T) {
	w := newHessian(t)
	asked, plain := w.serve(greet("m", "", "x")), contentOf(t, w, greet("m", "", "x"))
	full := greet("m", "(java.lang.String,int)", onramp.Args{"a", int32(1)})
	full.Header = header("k", "v", "sofa_head_target_app", "app")
	for range 20 { // what is kept is taken again sooner or later
		_ = contentOf(t, w, full)
		if again := contentOf(t, w, greet("m", "", "x")); !bytes.Equal(again, plain) {
			t.Fatalf("%q, want %q", again, plain)
		}
		if _, err := w.answer(asked, &onramp.Response{Header: header("k", "v"), Body: onramp.Body{Value: "x"}}, nil); err != nil {
			t.Fatal(err)
		}
		p, err := w.answer(asked, nil, nil)
		if err != nil || !bytes.HasSuffix(p.Body.Raw, []byte("o\x90FNNN")) {
			t.Fatalf("%q, %v", p.Body.Raw, err)
		}
	}
}

func TestASignatureTellsTheTypes(t *testing.T) {
	w := newHessian(t)
	for _, row := range []struct {
		signature string
		args      any
		want      string
	}{
		{"", onramp.Args{}, "Vt\x00\x07[stringn\x00z"},
		{"()", nil, "Vt\x00\x07[stringn\x00z"},
		{"()", onramp.Args{}, "Vt\x00\x07[stringn\x00z"},
		{"(int)", onramp.Args{int32(5)}, "Vt\x00\x07[stringn\x01\x03intz\x95"},
		{"(java.lang.Integer)", onramp.Args{int32(5)}, "Vt\x00\x07[stringn\x01\x11java.lang.Integerz\x95"},
		{"", onramp.Args{new(int32(5))}, "Vt\x00\x07[stringn\x01\x11java.lang.Integerz\x95"},
		{"", onramp.Args{(*int32)(nil)}, "Vt\x00\x07[stringn\x01\x11java.lang.IntegerzN"},
		{"", new(int32(5)), "Vt\x00\x07[stringn\x01\x03intz\x95"},
		{"", new(new(int32(5))), "Vt\x00\x07[stringn\x01\x11java.lang.Integerz\x95"},
		{"", new(any(int32(5))), "Vt\x00\x07[stringn\x01\x03intz\x95"},
		{"", new([]byte("a")), "Vt\x00\x07[stringn\x01\x02[Bz\x21a"},
		{"([I)", onramp.Args{[]int32{1}}, "Vt\x00\x07[stringn\x01\x02[IzVt\x00\x04[intn\x01\x91z"},
		{"", onramp.Args{[]int32{1}}, "Vt\x00\x07[stringn\x01\x0ejava.util.ListzVn\x01\x91z"},
		{"(java.lang.Object,java.lang.String)", onramp.Args{nil, "b"}, "Vt\x00\x07[stringn\x02\x10java.lang.Object\x10java.lang.StringzN\x01b"},
	} {
		got := contentOf(t, w, greet("m", row.signature, row.args))
		if _, tail, ok := strings.Cut(string(got), "\x01m\x14com.acme.Greeter:1.0N"); !ok || tail != row.want {
			t.Errorf("%q %T: %q, want %q", row.signature, row.args, got, row.want)
		}
	}
}

func TestArgumentsThatDoNotFitTheirSignatureAreNotSent(t *testing.T) {
	w := newHessian(t)
	long := "(" + strings.Repeat("x,", 300) + "x)"
	for _, row := range []struct {
		signature string
		args      any
		want      string
	}{
		{"(int,int)", int32(1), "the signature (int,int) of com.acme.Greeter/m has 2 parameters, and the call 1 arguments: several, or none, are an onramp.Args"},
		{"()", int32(1), "has 0 parameters, and the call 1 arguments"},
		{"(int)", onramp.Args{}, "has 1 parameters, and the call 0 arguments"},
		{"(int)", onramp.Args{int32(1), "x"}, "has 1 parameters, and the call 2 arguments"},
		{"(int)", nil, "has 1 parameters, and the call 0 arguments"},
		{"int", int32(1), `Request.Signature is "int", want types in parentheses`},
		{"(", int32(1), "want types in parentheses"},
		{"(int,)", onramp.Args{int32(1), int32(2)}, "in which type 2 is empty"},
		{"(,int)", onramp.Args{int32(1), int32(2)}, "in which type 1 is empty"},
		{long, onramp.Args{}, "has 301 parameters"},
		{"", make(onramp.Args, 256), "256 arguments: a Java method has at most 255"},
		{"", onramp.Args{"ok", func() {}}, "has no form in Hessian: send another type"},
	} {
		_, err := w.request(greet("m", row.signature, row.args))
		e := asError(t, err)
		if e.Code != onramp.InvalidArgument || e.Origin != onramp.Local || !strings.Contains(e.Error(), row.want) || len(e.Error()) > 400 {
			t.Errorf("%.20s: %v, want %q", row.signature, e, row.want)
		}
	}
	if in := w.serve(greet("m", "", make(onramp.Args, 255))); in.Body.Encoding != 1 {
		t.Error("255 arguments are refused")
	}
}

func TestRequestsOfJavaAndNodeDecode(t *testing.T) {
	w := newHessian(t)
	for _, row := range []struct {
		golden string
		want   onramp.Args
	}{
		{"bolt_v1_sofarpc_req_1", onramp.Args{"world"}},
		{"bolt_v1_sofarpc_req_4", onramp.Args{int32(1), int64(2), 3.5, &hessian2.List{Items: []any{"x", "y"}}, []byte{1, 2, 3}}},
		{"bolt_v2_ver2_req_3", onramp.Args{"x"}},
		{"bolt_v1_min_oneway", onramp.Args{"one"}},
		{"bolt_v2v1_req", onramp.Args{"world"}},
		{"bolt_v2v2_crc_req", onramp.Args{"world"}},
	} {
		r := &onramp.Request{}
		if err := w.body.OpenRequest(w.decode(goldenFrame(t, row.golden)), r); err != nil {
			t.Errorf("%s: %v", row.golden, err)
			continue
		}
		var got onramp.Args
		if err := r.Body.Decode(&got); err != nil || !reflect.DeepEqual(got, row.want) {
			t.Errorf("%s: %#v, %v, want %#v", row.golden, got, err, row.want)
		}
		if len(row.want) > 1 {
			continue
		}
		var text string
		if err := r.Body.Decode(&text); err != nil || text != row.want[0] {
			t.Errorf("%s: %q, %v", row.golden, text, err)
		}
	}
}

func TestArgumentsDecodeIntoWhatIsAskedFor(t *testing.T) {
	w := newHessian(t)
	in := w.serve(greet("many", "", manyArgs()))
	var a int32
	var b int64
	var c float64
	var d []string
	var e []byte
	into := onramp.Args{&a, &b, &c, &d, &e}
	if err := in.Body.Decode(&into); err != nil || a != 1 || b != 2 || c != 3.5 || !reflect.DeepEqual(d, []string{"x", "y"}) || string(e) != "\x01\x02\x03" {
		t.Errorf("%v %v %v %v %v, %v", a, b, c, d, e, err)
	}
	var none onramp.Args
	if err := w.serve(greet("m", "", onramp.Args{})).Body.Decode(&none); err != nil || len(none) != 0 {
		t.Errorf("%v, %v", none, err)
	}
	left := "as it was"
	if err := w.serve(greet("m", "", nil)).Body.Decode(&left); err != nil || left != "as it was" {
		t.Errorf("no arguments: %q, %v", left, err)
	}
	var generic any
	if err := w.serve(greet("m", "", "x")).Body.Decode(&generic); err != nil || generic != "x" {
		t.Errorf("%v, %v", generic, err)
	}
}

func TestAnotherNumberOfArgumentsIsTheCallersFault(t *testing.T) {
	w := newHessian(t)
	for _, row := range []struct {
		sent onramp.Args
		into any
		want string
	}{
		{manyArgs(), new(int32), "it has 5 arguments, and a *int32 is one: take them as onramp.Args"},
		{onramp.Args{"a", "b"}, new(any), "it has 2 arguments, and a *interface {} is one"},
		{manyArgs(), &onramp.Args{new(int32)}, "it has 5 arguments, and the onramp.Args are 1"},
		{onramp.Args{"a"}, &onramp.Args{new(string), new(string)}, "it has 1 arguments, and the onramp.Args are 2"},
		{onramp.Args{}, &onramp.Args{new(string)}, "it has 0 arguments, and the onramp.Args are 1"},
		{onramp.Args{"a", "b"}, &onramp.Args{new(string), new(int32)}, "argument 2: "},
	} {
		e := asError(t, w.serve(greet("m", "", row.sent)).Body.Decode(row.into))
		if e.Code != onramp.InvalidArgument || e.Origin != onramp.Remote || !strings.Contains(e.Error(), row.want) {
			t.Errorf("%d into %T: %v, want %q", len(row.sent), row.into, e, row.want)
		}
	}
}

func TestMoreArgumentsThanAMethodCanHaveAreRefused(t *testing.T) {
	w := newHessian(t)
	for n, ok := range map[int]bool{255: true, 256: false, 5000: false} {
		in := w.serve(greet("m", "", onramp.Args{}))
		in.Body = onramp.Received(append(bytes.Clone(in.Body.Raw), strings.Repeat("N", n)...), 1, nil)
		in = w.serve(in)
		var args onramp.Args
		if err := in.Body.Decode(&args); (err == nil) != ok || len(args) > 255 {
			t.Errorf("%d: %d, %v", n, len(args), err)
		}
		var one any
		if err := in.Body.Decode(&one); err == nil {
			t.Errorf("%d arguments are one", n)
		}
	}
}

func TestValuesGoToTheSerializerThatTheyAreFor(t *testing.T) {
	h, message := bolt.Hessian2(hessian2.NewDraft()), bolt.With(bolt.Protobuf, protobuf.New())
	for _, row := range []struct {
		what  string
		opts  []bolt.Option
		value any
		want  uint8
	}{
		{"a struct", []bolt.Option{h}, &hello{}, 1},
		{"a struct, after Protobuf", []bolt.Option{message, h}, &hello{}, 1},
		{"a message", []bolt.Option{h, message}, wrapperspb.String("x"), 11},
		{"what Hessian has no form for, and JSON was asked for", []bolt.Option{h, bolt.With(bolt.JSON, json.New())}, &struct {
			C chan int `json:"-"`
		}{}, 12},
		{"JSON is asked first", []bolt.Option{bolt.With(bolt.JSON, json.New()), h}, &hello{}, 12},
		{"nothing at all", []bolt.Option{h}, nil, 1},
		{"nothing at all, after Protobuf", []bolt.Option{message, h}, nil, 11},
	} {
		r := call()
		r.Body.Value = row.value
		if in := newWire(t, row.opts...).serve(r); in.Body.Encoding != uint16(row.want) {
			t.Errorf("%s: codec %d, want %d", row.what, in.Body.Encoding, row.want)
		}
	}
	r := call()
	r.Body.Value = onramp.Args{"x", wrapperspb.String("x")}
	_, err := newWire(t, h, bolt.With(bolt.JSON, protobuf.New())).request(r)
	if e := asError(t, err); e.Code != onramp.InvalidArgument {
		t.Errorf("%v", e)
	}
}

func TestWrongStreamsFailAtConstruction(t *testing.T) {
	for _, row := range []struct {
		opts []bolt.Option
		want string
	}{
		{[]bolt.Option{bolt.Hessian2(hessian2.New())}, "bolt.Hessian2: the stream writes hessian2, which is Dubbo's and which no peer reads in codec 1: make it by hessian2.NewDraft"},
		{[]bolt.Option{bolt.Hessian2(nil)}, "bolt.Hessian2: the stream is nil: hand it hessian2.NewDraft()"},
		{[]bolt.Option{bolt.Hessian2(hessian2.NewDraft(hessian2.WithLimits(hessian2.Limits{Depth: -1})))}, "bolt.Hessian2: hessian2: Limits.Depth is -1"},
		{[]bolt.Option{bolt.With(bolt.Hessian, hessian2.NewDraft())}, "bolt.With(1): a Hessian stream is given by bolt.Hessian2"},
		{[]bolt.Option{bolt.Hessian2(hessian2.NewDraft()), bolt.Hessian2(hessian2.NewDraft())}, "bolt.Hessian2: the id is given twice"},
		{[]bolt.Option{bolt.Hessian2(hessian2.NewDraft()), bolt.With(1, json.New())}, "bolt.With(1): the id is given twice"},
	} {
		if err := bolt.Check(row.opts...); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%v, want %q", err, row.want)
		}
	}
	if err := bolt.Check(bolt.Hessian2(hessian2.NewDraft()), bolt.With(bolt.Protobuf, protobuf.New())); err != nil {
		t.Error(err)
	}
}

func TestRawBodiesOfHessianGoOutAsTheyAre(t *testing.T) {
	w := newHessian(t)
	java := w.decode(goldenFrame(t, "bolt_v1_sofarpc_req_4"))
	in := &onramp.Request{}
	if err := w.body.OpenRequest(java, in); err != nil {
		t.Fatal(err)
	}
	out, err := w.request(&onramp.Request{Service: "other.Name", Method: "m", Signature: "(int)", Body: in.Body})
	if f := w.decode(out); err != nil || f.Serializer != 1 || !bytes.Equal(f.Content, java.Content) {
		t.Errorf("%q, %v", f.Content, err)
	}
}

// car is an object of a class of Java's.
type car struct {
	Name  string `hessian:"name"`
	Doors int32  `hessian:"doors"`
}

func (car) JavaClassName() string { return "com.acme.Car" }

func TestObjectsAreTheirClassInSignatureAndBody(t *testing.T) {
	w := newHessian(t)
	in := w.serve(greet("park", "", &car{"mini", 3}))
	var got car
	if err := in.Body.Decode(&got); err != nil || got != (car{"mini", 3}) {
		t.Errorf("%+v, %v", got, err)
	}
	if !bytes.Contains(in.Body.Raw, []byte("n\x01\x0ccom.acme.CarzO\x9ccom.acme.Car")) {
		t.Errorf("%q", in.Body.Raw)
	}
	var args onramp.Args
	if err := w.serve(greet("park", "", onramp.Args{&car{"a", 1}, &car{"b", 2}})).Body.Decode(&args); err != nil || fmt.Sprintf("%T", args[1]) != "*hessian2.Object" {
		t.Errorf("%v, %v", args, err)
	}
	p, err := w.answer(in, &onramp.Response{Body: onramp.Body{Value: &car{"mini", 5}}}, nil)
	if err == nil {
		err = p.Body.Decode(&got)
	}
	if err != nil || got.Doors != 5 {
		t.Errorf("%+v, %v", got, err)
	}
}
