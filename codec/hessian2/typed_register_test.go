package hessian2_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

type animal interface{ Sound() string }

type dog struct{ Name string }

func (*dog) JavaClassName() string { return "com.acme.Dog" }
func (d *dog) Sound() string       { return d.Name + " barks" }

type cat struct{ Lives int32 }

func (cat) JavaClassName() string { return "com.acme.Cat" }
func (cat) Sound() string         { return "meow" }

type otherDog struct{}

func (otherDog) JavaClassName() string { return "com.acme.Dog" }

func TestRegisteredTypesStandForTheirClasses(t *testing.T) {
	type zoo struct {
		Star animal
		All  []animal
		By   map[string]animal
		Any  any
	}
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		d, c := &dog{"Rex"}, cat{9}
		got := as[zoo](t, s, zoo{d, []animal{c, d, nil}, map[string]animal{"c": &c}, []any{d, c}})
		if got.Star.Sound() != "Rex barks" || got.All[0].Sound() != "meow" || got.All[1] != got.Star || got.All[2] != nil || got.By["c"].Sound() != "meow" {
			t.Errorf("%+v", got)
		}
		if l, ok := got.Any.(*hessian2.List); !ok || l.Items[0] != any(got.Star) || !reflect.DeepEqual(l.Items[1], &c) {
			t.Errorf("%#v", got.Any)
		}
		refused[animal](t, s, &person{})
		refused[animal](t, s, "text")
		refused[[]animal](t, s, []any{d, int32(1)})
	}, hessian2.Register(&dog{}, cat{}))
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		if err := refused[animal](t, s, &dog{}); err != nil && !strings.Contains(err.Error(), "register") {
			t.Error(err)
		}
	})
}

func TestKnownOnlyRefusesWhatIsNotRegistered(t *testing.T) {
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		if _, ok := as[any](t, s, &dog{"Rex"}).(*dog); !ok {
			t.Error("a registered class")
		}
		for _, v := range []any{object("com.acme.Cat"), list(object("com.acme.Cat")), hessian2.NewException("com.acme.Bad", "m")} {
			if err := refused[any](t, s, v); err != nil && !strings.Contains(err.Error(), "KnownOnly") {
				t.Error(err)
			}
		}
		want(t, "where the target says so", as[cat](t, s, object("com.acme.Cat", "lives", int32(3))).Lives, 3)
		if got := as[any](t, s, hessian2.UUIDOf(1, 2)); got != hessian2.UUIDOf(1, 2) {
			t.Errorf("a class of Java's own: %#v", got)
		}
		d := s.Decoder(written(t, s, object("com.acme.Cat"), "next"))
		defer d.Close()
		var next string
		if err := d.Skip(); err != nil || d.Value(&next) != nil || next != "next" {
			t.Errorf("a value that is skipped need not be known: %v, %q", err, next)
		}
	}, hessian2.KnownOnly(), hessian2.Register(&dog{}))
}

func TestWrongRegistrationsAreTold(t *testing.T) {
	type nameless struct{ A int }
	type tagged struct {
		a int `hessian:"a"`
	}
	type channel struct{ C chan int }
	type twice weekday
	names := map[weekday]string{1: "MONDAY"}
	for name, opts := range map[string][]hessian2.Option{
		"nil":                      {hessian2.Register(nil)},
		"a type without a class":   {hessian2.Register(nameless{})},
		"two types of one class":   {hessian2.Register(&dog{}, otherDog{})},
		"two in two options":       {hessian2.Register(&dog{}), hessian2.Register(otherDog{})},
		"an enum without names":    {hessian2.Enum[weekday]("com.acme.Weekday", nil)},
		"an enum without a class":  {hessian2.Enum("", names)},
		"an enum of no class name": {hessian2.Enum("no class", names)},
		"an enum twice":            {hessian2.Enum("com.acme.Weekday", names), hessian2.Enum("com.acme.Weekday", map[twice]string{1: "A"})},
		"an enum of int32":         {hessian2.Enum("com.acme.Int", map[int32]string{1: "A"})},
		"a plain string":           {hessian2.Register("text")},
	} {
		for _, s := range []*hessian2.Serializer{hessian2.New(opts...), hessian2.NewDraft(opts...)} {
			if err := s.Check(); err == nil || !strings.Contains(err.Error(), "hessian2") {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if err := hessian2.New(hessian2.Register(&dog{}, dog{}, (*dog)(nil)), hessian2.Register(&dog{})).Check(); err != nil {
		t.Errorf("one type twice: %v", err)
	}
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		for _, v := range []any{tagged{a: 1}, channel{}, []chan int{nil}, map[string]func(){}, make(chan int)} {
			if s.Accepts(v) {
				t.Errorf("%T is accepted", v)
			}
			if _, err := s.Append(nil, v); err == nil {
				t.Errorf("%T is written", v)
			}
		}
		if err := s.Decode(written(t, s, nil), channel{}); err == nil {
			t.Error("decoded into no pointer")
		}
		if err := s.Decode(written(t, s, nil), (*int)(nil)); err == nil {
			t.Error("decoded into a nil pointer")
		}
	})
}

func TestTypesOfSignatures(t *testing.T) {
	n := int32(1)
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		for want, vs := range map[string][]any{
			"int": {int32(1), int8(1), uint16(1)}, "long": {1, int64(1), uint64(1)}, "double": {1.5}, "float": {float32(1)}, "boolean": {true}, "java.lang.String": {"a"}, "[B": {[]byte{}},
			"java.lang.Integer": {&n}, "java.lang.Boolean": {new(bool)}, "java.util.List": {[]int{}, []any{}, list()}, "java.util.Map": {map[string]int{}, place{}, &hessian2.Map{}},
			"com.acme.Dog": {&dog{}, (*dog)(nil)}, "com.acme.Shade": {shade("")}, "com.acme.Weekday": {weekday(1)}, "java.util.LinkedList": {linked{}}, "[Lcom.acme.Person;": {carArray{}}, "[I": {hessian2.Ints{}}, "[Ljava.lang.String;": {hessian2.Strings{}},
			"java.lang.Object": {nil}, "java.math.BigDecimal": {hessian2.Decimal{}}, "java.util.UUID": {hessian2.UUID{}},
		} {
			for _, v := range vs {
				if got := s.TypeOf(v); got != want {
					t.Errorf("%T is %s, want %s", v, got, want)
				}
			}
		}
	}, hessian2.Enum("com.acme.Weekday", map[weekday]string{1: "MONDAY"}))
}
