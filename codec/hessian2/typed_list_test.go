package hessian2_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

type (
	linked   []string
	sorted   map[string]int32
	carArray []*person
	weekday  int32
)

func (linked) JavaClassName() string   { return "java.util.LinkedList" }
func (sorted) JavaClassName() string   { return "java.util.TreeMap" }
func (carArray) JavaClassName() string { return "[com.acme.Person" }

func TestListsOfEveryKindOfElement(t *testing.T) {
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		n := int64(7)
		for _, v := range []any{
			[]bool{true, false}, []int8{-128, 127}, []int16{-1, 300}, []int32{1, 1 << 30}, []int64{1, 1 << 40}, []int{1, -1}, []uint16{65535}, []uint32{1 << 31}, []uint64{1 << 62},
			[]float32{1.5, -0.25}, []float64{1.1, 1e300}, []string{"", "é😀"}, [][]byte{{1}, {}}, [][]string{{"a"}, {}, nil}, []time.Time{time.UnixMilli(1e12).UTC()},
			[]any{nil, true, int32(1), int64(2), 1.5, "s"}, []map[string]int32{{"a": 1}}, []*int64{&n, nil}, [3]string{"a", "b", "c"}, [][2]int32{{1, 2}},
			[]hessian2.Ints{{1}, {2, 3}}, [][][]int32{{{1}, {2}}, {}}, []place{{"a", 1}}, []*place{{"a", 1}, nil}, []shade{"DARK", "", "DARK"},
		} {
			out := reflect.New(reflect.TypeOf(v))
			if err := s.Decode(written(t, s, v), out.Interface()); err != nil {
				t.Errorf("%T: %v", v, err)
			} else if !reflect.DeepEqual(out.Elem().Interface(), v) {
				t.Errorf("%T is %v, want %v", v, out.Elem(), v)
			}
		}
	})
}

func TestListsOfALengthMustBeAsLongAsTheArray(t *testing.T) {
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		refused[[2]string](t, s, []string{"a"})
		refused[[2]string](t, s, []string{"a", "b", "c"})
		want(t, "null", as[[2]string](t, s, nil), [2]string{})
		want(t, "as long", as[[2]string](t, s, []string{"a", "b"}), [2]string{"a", "b"})
	})
}

func TestNamedTypesAreTypedCollections(t *testing.T) {
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		for _, v := range []any{linked{"a", "b"}, linked{}, sorted{"a": 1}, sorted{}, carArray{{Name: "x"}, nil}} {
			typ := ""
			switch g := as[any](t, s, v).(type) {
			case *hessian2.List:
				typ = g.Type
			case *hessian2.Map:
				typ = g.Type
			}
			want(t, "the type", typ, v.(interface{ JavaClassName() string }).JavaClassName())
		}
	})
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		for _, v := range []any{linked{"a", "b"}, linked{}, sorted{"a": 1}, sorted{}, carArray{{Name: "x"}, nil}} {
			if got := as[any](t, s, v); !hessian2.Equal(got, v) || reflect.TypeOf(got) != reflect.TypeOf(v) {
				t.Errorf("%#v is %#v", v, got)
			}
		}
		both := as[[]any](t, s, []any{linked{"a"}, linked{"b"}, sorted{"c": 1}, linked{"d"}, sorted{"e": 2}}) // types by reference
		if !reflect.DeepEqual(both, []any{linked{"a"}, linked{"b"}, sorted{"c": 1}, linked{"d"}, sorted{"e": 2}}) {
			t.Errorf("%#v", both)
		}
	}, hessian2.Register(linked{}, sorted{}, carArray{}, &person{}))
}

func TestSlicesAreSharedAndMayNotContainThemselves(t *testing.T) {
	type two struct{ A, B []string }
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		l := []string{"x", "y"}
		got := as[two](t, s, two{l, l})
		got.A[0] = "changed"
		want(t, "the other", got.B[0], "changed")
		apart := as[two](t, s, two{l, l[:1]})
		want(t, "a shorter part", len(apart.B), 1)
		self := []any{nil}
		self[0] = self
		if _, err := s.Append(nil, self); err != nil {
			t.Error(err)
		}
		refused[[]any](t, s, self)
		loop := map[string]any{}
		loop["me"] = loop
		m, ok := as[any](t, s, loop).(*hessian2.Map)
		if !ok || m.Entries[0].Value != m {
			t.Errorf("%#v", m)
		}
	})
}

func TestTheReceiverDeclaresTypes(t *testing.T) {
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		for _, c := range []struct {
			v        any
			javaType string
			want     any
		}{
			{[]int32{1}, "[I", hessian2.Ints{1}}, {[]int64{1}, "[J", hessian2.Longs{1}}, {[]float64{1.5}, "[D", hessian2.Doubles{1.5}}, {[]float32{1.5}, "[F", hessian2.Floats{1.5}},
			{[]bool{true}, "[Z", hessian2.Bools{true}}, {[]int16{1}, "[S", hessian2.Shorts{1}}, {[]string{"a"}, "[Ljava.lang.String;", hessian2.Strings{"a"}},
			{[]any{"a"}, "[Ljava.lang.Object;", &hessian2.List{Type: "[object", Items: []any{"a"}}},
			{[]*person{nil}, "[Lcom.acme.Person;", &hessian2.List{Type: "[com.acme.Person", Items: []any{nil}}},
			{[][]int32{{1}, {}}, "[[I", &hessian2.List{Type: "[[int", Items: []any{hessian2.Ints{1}, hessian2.Ints{}}}},
			{[]string{"a"}, "java.util.List", list("a")}, {[]string{"a"}, "java.util.Collection", list("a")}, {[]string{"a"}, "java.util.Set", &hessian2.List{Type: "java.util.HashSet", Items: []any{"a"}}},
			{map[string]int32{"a": 1}, "java.util.SortedMap", &hessian2.Map{Type: "java.util.TreeMap", Entries: []hessian2.Entry{{Key: "a", Value: int32(1)}}}},
			{map[string]int32{"a": 1}, "java.util.Map", &hessian2.Map{Entries: []hessian2.Entry{{Key: "a", Value: int32(1)}}}},
			{int32(1), "long", int64(1)}, {int64(1), "int", int32(1)}, {1, "java.lang.Integer", int32(1)}, {1, "short", int32(1)}, {1, "double", 1.0}, {int32('x'), "char", "x"}, {"y", "char", "y"},
			{nil, "java.lang.Long", nil}, {nil, "[I", nil}, {[]byte{1}, "[B", []byte{1}}, {"a", "java.lang.Object", "a"}, {(*int32)(nil), "java.lang.Integer", nil}, {[]int32(nil), "[I", nil},
		} {
			e := s.Encoder(nil)
			if err := e.Value(c.v, c.javaType); err != nil {
				t.Errorf("%#v as %s: %v", c.v, c.javaType, err)
				continue
			}
			// What is declared for one value is not for the next.
			if err := e.Value([]int32{5}, ""); err != nil {
				t.Fatal(err)
			}
			got, err := values(s, e.Close())
			if err != nil || !hessian2.Equal(got, []any{c.want, list(int32(5))}) {
				t.Errorf("%#v as %s is %v, %v, want %v", c.v, c.javaType, got, err, c.want)
			}
		}
		for _, c := range []struct {
			v        any
			javaType string
		}{{int64(1 << 40), "int"}, {200, "byte"}, {-32769, "short"}, {int64(1 << 33), "char"}} {
			e := s.Encoder(nil)
			if err := e.Value(c.v, c.javaType); err == nil || !strings.Contains(err.Error(), "hessian2") {
				t.Errorf("%#v as %s: %v", c.v, c.javaType, err)
			}
			e.Close()
		}
	})
}

func TestMapsHaveKeysOfEveryKind(t *testing.T) {
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		for _, v := range []any{
			map[string]string{"a": "b", "": ""}, map[string]any{"a": nil, "b": int32(1)}, map[int32]string{-1: "x"}, map[int64]int64{1 << 40: 2}, map[int]bool{1: true}, map[uint8]int32{255: 1},
			map[float64]string{1.5: "x"}, map[bool]string{true: "t"}, map[shade]int32{"DARK": 1}, map[any]any{"a": int32(1), int32(1): "a", true: nil}, map[string][]string{"a": {"b"}},
			map[string]map[string]int32{"a": {"b": 1}}, map[[2]int32]string{{1, 2}: "x"}, map[string]*place{"a": {"b", 1}, "n": nil}, map[hessian2.UUID]string{hessian2.UUIDOf(1, 2): "u"}, map[place]string{{"a", 1}: "x"},
		} {
			out := reflect.New(reflect.TypeOf(v))
			if err := s.Decode(written(t, s, v), out.Interface()); err != nil {
				t.Errorf("%T: %v", v, err)
			} else if !reflect.DeepEqual(out.Elem().Interface(), v) {
				t.Errorf("%T is %v, want %v", v, out.Elem(), v)
			}
		}
		bools := &hessian2.Map{Entries: []hessian2.Entry{{Key: true, Value: int32(1)}, {Key: false}}}
		if got := as[any](t, s, bools); !hessian2.Equal(got, bools) {
			t.Errorf("keys of bools: %v", got)
		}
		refused[map[any]string](t, s, &hessian2.Map{Entries: []hessian2.Entry{{Key: []byte("a"), Value: "b"}}})
		refused[map[int]string](t, s, map[string]string{"a": "b"})
		refused[map[string]string](t, s, list())
	}, hessian2.Register(shade("")))
}

func TestEnumsMayBeTextsAndNumbers(t *testing.T) {
	type week struct {
		Day   weekday
		Days  []weekday
		Shade shade
		Any   any
	}
	days := hessian2.Enum("com.acme.Weekday", map[weekday]string{1: "MONDAY", 2: "TUESDAY"})
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		in := week{1, []weekday{2, 1, 2}, "DARK", weekday(2)}
		if got := as[week](t, s, in); !reflect.DeepEqual(got, in) {
			t.Errorf("%+v", got)
		}
		want(t, "from a text", as[weekday](t, s, "MONDAY"), 1)
		want(t, "from null", as[weekday](t, s, nil), 0)
		refused[weekday](t, s, "SUNDAY")
		refused[weekday](t, s, object("com.acme.Other", "name", "MONDAY"))
		if _, err := s.Append(nil, weekday(9)); err == nil {
			t.Error("a constant without a name was written")
		}
		got := as[*hessian2.Object](t, hessian2.NewDraft(), nil)
		want(t, "nothing", got, nil)
	}, days, hessian2.Register(shade("")))
}
