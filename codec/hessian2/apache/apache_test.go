package apache_test

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/apache/dubbo-go-hessian2/java_exception"

	"github.com/onrampmesh/onramp/codec/hessian2"
	"github.com/onrampmesh/onramp/codec/hessian2/apache"
)

func sampleCar() *car {
	o := &owner{Name: "Ann"}
	o.Self = o
	c := &car{Model: "T", Price: 9.5, Built: time.UnixMilli(1e12), Wheels: []*wheel{{1}, {2}}, Spare: wheel{3}, Tags: map[string]string{"a": "b"}, Names: []string{"x", "y"}, Owner: o, Color: blue, Extra: int64(7)}
	c.ID = "id1"
	o.Cars = []*car{c}
	return c
}

func TestRegisteredTypesComeBackAsTheyWere(t *testing.T) {
	s := stream()
	want := sampleCar()
	body, err := s.Append(nil, want)
	if err != nil {
		t.Fatal(err)
	}
	var got any
	if err := s.Decode(body, &got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("any: %+v, want %+v", got, want)
	}
	var pointer *car
	if err := s.Decode(body, &pointer); err != nil || !reflect.DeepEqual(pointer, want) {
		t.Errorf("*car: %+v, %v", pointer, err)
	}
	if pointer.Owner.Cars[0] != pointer || pointer.Owner.Self != pointer.Owner {
		t.Error("objects that were shared are two")
	}
	var value car
	if err := s.Decode(body, &value); err != nil || value.Model != "T" {
		t.Errorf("car: %+v, %v", value, err)
	}
}

func TestTheEngineReadsWhatTheLibraryWrites(t *testing.T) {
	body, err := stream().Append(nil, sampleCar())
	if err != nil {
		t.Fatal(err)
	}
	var got any
	if err := hessian2.New().Decode(body, &got); err != nil {
		t.Fatal(err)
	}
	if o, ok := got.(*hessian2.Object); !ok || o.Class != "com.acme.Car" {
		t.Errorf("%v", got)
	}
}

func TestValuesAreReadIntoWhatIsAskedFor(t *testing.T) {
	s := stream()
	for _, c := range []struct{ in, into, want any }{
		{"text", new(string), "text"},
		{int32(7), new(int32), int32(7)},
		{int32(7), new(int64), int64(7)},
		{int64(7), new(int), 7},
		{int64(7), new(uint8), uint8(7)},
		{1.5, new(float32), float32(1.5)},
		{int32(2), new(float64), 2.0},
		{true, new(bool), true},
		{nil, new(string), ""},
		{nil, new(*car), (*car)(nil)},
		{[]byte{1, 2}, new([]byte), []byte{1, 2}},
		{[]string{"a"}, new([]string), []string{"a"}},
		{[]any{"a", "b"}, new([]string), []string{"a", "b"}},
		{[]any{int32(1)}, new([1]int64), [1]int64{1}},
		{[]any{[]any{int32(1)}}, new([][]int), [][]int{{1}}},
		{map[any]any{"a": int32(1)}, new(map[string]int), map[string]int{"a": 1}},
		{map[string]string{"a": "b"}, new(map[string]any), map[string]any{"a": "b"}},
		{[]*wheel{{1}}, new([]*wheel), []*wheel{{1}}},
		{[]*wheel{{1}}, new([]wheel), []wheel{{1}}},
		{blue, new(color), blue},
		{"text", new(*string), "text"},
	} {
		body, err := s.Append(nil, c.in)
		if err != nil {
			t.Errorf("%#v: %v", c.in, err)
			continue
		}
		if err := s.Decode(body, c.into); err != nil {
			t.Errorf("%#v into %T: %v", c.in, c.into, err)
			continue
		}
		got := reflect.ValueOf(c.into).Elem()
		if p, ok := c.into.(**string); ok {
			got = reflect.ValueOf(*p).Elem()
		}
		if !reflect.DeepEqual(got.Interface(), c.want) {
			t.Errorf("%#v into %T is %#v, want %#v", c.in, c.into, got, c.want)
		}
	}
}

func TestWhatDoesNotFitIsAnError(t *testing.T) {
	s := stream()
	var nothing *int
	for _, c := range []struct{ in, into any }{
		{int64(math.MaxInt64), new(int32)}, {int32(-1), new(uint)}, {"text", new(int)}, {int32(1), new(string)},
		{[]any{"a"}, new([2]string)}, {[]any{"a"}, new([]int)}, {"a", new([]string)}, {"a", new(map[string]string)},
		{map[any]any{"a": 1}, new(map[int]int)}, {&wheel{}, new(car)}, {"a", nothing}, {"a", "no pointer"}, {&wheel{}, new(error)},
	} {
		body, err := s.Append(nil, c.in)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Decode(body, c.into); err == nil {
			t.Errorf("%#v was read into a %T", c.in, c.into)
		}
	}
}

func TestTablesAreSharedOverTheValuesOfABody(t *testing.T) {
	s := stream()
	c := sampleCar()
	e := s.Encoder([]byte("head"))
	e.Int(5)
	e.BeginMap()
	fail(t, e.String("key"))
	e.Null()
	e.EndMap()
	fail(t, e.Value(c, ""))
	fail(t, e.Value(c, ""))
	fail(t, e.Value(c.Owner, ""))
	body, ok := strings.CutPrefix(string(e.Close()), "head")
	if !ok {
		t.Fatal("what stood before the body is gone")
	}
	for name, stream := range map[string]hessian2.Stream{"apache": s, "hessian2": hessian2.New(ours()...)} {
		d := stream.Decoder([]byte(body))
		var n int32
		var first, second *car
		var third *owner
		fail(t, d.Value(&n))
		fail(t, d.Skip())
		fail(t, d.Value(&first))
		if err := d.Value(&second); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		fail(t, d.Value(&third))
		if n != 5 || first != second || third != first.Owner || d.Rest() != 0 {
			t.Errorf("%s: %d %p %p %p, %d bytes left", name, n, first, second, third, d.Rest())
		}
		if err := d.Value(&n); err == nil {
			t.Error("a value behind the end")
		}
		d.Close()
	}
}

func fail(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestObjectsCanBeReadFieldByField(t *testing.T) {
	s := stream()
	c := sampleCar()
	e := s.Encoder(nil)
	fail(t, e.Value("before", ""))
	fail(t, e.Value(c, ""))
	fail(t, e.Value(c.Owner, ""))
	d := s.Decoder(e.Close())
	defer d.Close()
	fail(t, d.Skip())
	class, fields, err := d.BeginObject()
	if err != nil || string(class) != "com.acme.Car" {
		t.Fatalf("%s, %v", class, err)
	}
	for _, f := range fields {
		var model string
		var wheels []*wheel
		switch string(f) {
		case "modelName":
			fail(t, d.Value(&model))
			if model != "T" {
				t.Errorf("model %q", model)
			}
		case "wheels":
			fail(t, d.Value(&wheels))
			if len(wheels) != 2 || wheels[1].Size != 2 {
				t.Errorf("wheels %v", wheels)
			}
		case "owner": // refers to the car, which is nobody's
			if err := d.Value(new(any)); err == nil {
				t.Error("a reference to what the library does not have")
			}
			return
		default:
			fail(t, d.Skip())
		}
	}
}

func TestAnExceptionOfAnUnknownClassIsTheEngines(t *testing.T) {
	s := stream()
	theirs := hessian2.New()
	e := theirs.Encoder(nil)
	e.Int(0)
	x := hessian2.NewException("com.acme.SoldOut", "no cars")
	x.Cause = hessian2.NewException("com.acme.Deeper", "why")
	fail(t, e.Value(x, ""))
	fail(t, e.Value(map[string]string{"a": "b"}, ""))
	body := e.Close()
	d := s.Decoder(body)
	defer d.Close()
	var thrown any
	var attachments map[string]string
	fail(t, d.Skip())
	fail(t, d.Value(&thrown))
	fail(t, d.Value(&attachments))
	got, ok := thrown.(*hessian2.Exception)
	if !ok || got.Class != "com.acme.SoldOut" || got.Message != "no cars" || attachments["a"] != "b" || d.Rest() != 0 {
		t.Fatalf("%#v %v", thrown, attachments)
	}
	known, err := theirs.Append(nil, hessian2.NewException("java.lang.IllegalStateException", "m"))
	fail(t, err)
	fail(t, s.Decode(known, &thrown))
	if e, ok := thrown.(*java_exception.IllegalStateException); !ok || e.DetailMessage != "m" {
		t.Errorf("%#v", thrown)
	}
	d = s.Decoder(body) // skipped, so that nobody asks for it
	defer d.Close()
	fail(t, d.Skip())
	fail(t, d.Skip())
	attachments = nil
	if err := d.Value(&attachments); err != nil || attachments["a"] != "b" {
		t.Errorf("%v %v", attachments, err)
	}
}

func TestExceptionsOfTheEngineAreWritten(t *testing.T) {
	s := stream()
	for _, class := range []string{"com.acme.NobodyKnows", "java.lang.RuntimeException"} {
		x := &hessian2.Exception{Class: class, Message: "text", Cause: hessian2.NewException("com.acme.Why", "deep"), StackTrace: []hessian2.StackTraceElement{{DeclaringClass: "a.B", MethodName: "c", FileName: "d", LineNumber: 7}}}
		e := s.Encoder(nil)
		e.Int(1)
		fail(t, e.Value(x, ""))
		c := sampleCar()
		fail(t, e.Value(c, "")) // whose references count the exception
		d := hessian2.New(ours()...).Decoder(e.Close())
		fail(t, d.Skip())
		var got any
		fail(t, d.Value(&got))
		y, ok := got.(*hessian2.Exception)
		if !ok || y.Class != class || y.Message != "text" || len(y.StackTrace) != 1 || y.StackTrace[0].LineNumber != 7 {
			t.Fatalf("%#v", got)
		}
		if why, ok := y.Cause.(*hessian2.Exception); !ok || !strings.Contains(why.Message, "com.acme.Why: deep") {
			t.Errorf("cause %#v", y.Cause)
		}
		var back *car
		fail(t, d.Value(&back))
		if back.Owner.Cars[0] != back {
			t.Error("references are one too low")
		}
		d.Close()
	}
}

func TestDeclaredTypesAreWritten(t *testing.T) {
	s := stream()
	for _, c := range []struct {
		v        any
		javaType string
		want     any
	}{
		{int64(5), "int", int32(5)}, {int32(5), "long", int64(5)}, {5, "java.lang.Short", int32(5)}, {uint8(5), "double", 5.0},
		{int32('x'), "char", "x"}, {[]int{1}, "[I", hessian2.Ints{1}}, {[]any{"a"}, "[Ljava.lang.String;", hessian2.Strings{"a"}},
		{[]string{"a"}, "java.util.List", &hessian2.List{Items: []any{"a"}}}, {[]int64{1}, "[J", hessian2.Longs{1}},
		{[]any{"a"}, "[Ljava.lang.Object;", &hessian2.List{Type: "[object", Items: []any{"a"}}},
		{[2]float64{1, 2.5}, "[D", hessian2.Doubles{1, 2.5}}, {[]byte{1}, "[B", []byte{1}}, {nil, "java.lang.Long", nil}, {true, "boolean", true}, {(*int32)(nil), "java.lang.Integer", nil},
		{float32(1.5), "float", 1.5}, {"a", "java.lang.String", "a"},
	} {
		e := s.Encoder(nil)
		if err := e.Value(c.v, c.javaType); err != nil {
			t.Errorf("%#v as %s: %v", c.v, c.javaType, err)
			continue
		}
		var got any
		fail(t, hessian2.New().Decode(e.Close(), &got))
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%#v as %s is %#v, want %#v", c.v, c.javaType, got, c.want)
		}
	}
	for _, c := range []struct {
		v        any
		javaType string
	}{{int64(math.MaxInt64), "int"}, {200, "byte"}, {uint64(math.MaxUint64), "long"}, {1.5, "int"}, {[]any{"a"}, "[I"}, {"x", "int"}, {nil, "int"}, {true, "long"}, {1, "boolean"}, {1, "java.lang.String"}, {1, "[I"}} {
		e := s.Encoder(nil)
		if err := e.Value(c.v, c.javaType); err == nil {
			t.Errorf("%#v was written as %s", c.v, c.javaType)
		}
		e.Close()
	}
}

type named string

func TestWhatTheLibraryCannotWriteIsAnError(t *testing.T) {
	s := stream()
	type stranger struct{ A int }
	for _, v := range []any{named("a"), []named{"a"}, stranger{}, []stranger{{}}, make(chan int), func() {}, "\xff", &hessian2.List{}, hessian2.Ints{1}, [1]int{1}, struct{ N named }{"x"}} {
		e := s.Encoder(nil)
		if err := e.Value(v, ""); err == nil {
			t.Errorf("%#v was written: %x", v, e.Close())
		}
	}
	if s.Accepts(make(chan int)) || s.Accepts(func() {}) || !s.Accepts(nil) || !s.Accepts(&car{}) {
		t.Error("Accepts")
	}
}

func TestTypesAreNamedAsDubboGoNamesThem(t *testing.T) {
	s := stream()
	n := int32(1)
	for want, vs := range map[string][]any{
		"java.lang.Object": {nil, struct{}{}}, "java.lang.String": {"a"}, "int": {n}, "long": {1, int64(1)}, "java.lang.Integer": {&n},
		"com.acme.Car": {&car{}, (*car)(nil)}, "com.acme.Color": {red}, "[Ljava.lang.String;": {[]string{}}, "[I": {[]int32{}}, "[B": {[]byte{}},
		"java.util.List": {[]any{}, []*car{}}, "java.util.Map": {map[string]int{}}, "java.util.Date": {time.Now(), &time.Time{}}, "boolean": {true}, "double": {1.5},
	} {
		for _, v := range vs {
			if got := s.TypeOf(v); got != want {
				t.Errorf("%T is %s, want %s", v, got, want)
			}
		}
	}
}

func TestWrongOptionsAreTold(t *testing.T) {
	for _, s := range []*apache.Serializer{apache.New(apache.WithLimits(hessian2.Limits{Depth: -1})), apache.New(apache.Tag("")), apache.New(nil)} {
		if s.Check() == nil {
			t.Error("Check is silent")
		}
		if _, err := s.Append(nil, 1); err == nil {
			t.Error("it writes")
		}
		if err := s.Decode([]byte{0x91}, new(int)); err == nil {
			t.Error("it reads")
		}
	}
	if stream().Check() != nil {
		t.Error(stream().Check())
	}
}

func TestSerializersOfUsersAreAsked(t *testing.T) {
	s := stream()
	body, err := s.Append(nil, []any{&point{1, 2}, "next"})
	fail(t, err)
	var all []any
	if err := s.Decode(body, &all); err != nil || !reflect.DeepEqual(all[0], &point{1, 2}) || all[1] != "next" {
		t.Errorf("%v, %v", all, err)
	}
}
