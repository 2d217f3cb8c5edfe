package hessian2_test

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

type parent struct {
	Name string
	Age  int32 `hessian:"age"`
}

type child struct {
	parent

	Name   string
	Toys   []string `hessian:"toys"`
	Hidden string   `hessian:"-"`
	secret string
	URL    string
}

func (child) JavaClassName() string { return "com.acme.Child" }

type person struct {
	Name    string
	Friend  *person
	Friends []*person
	Home    place
	Work    *place
}

func (*person) JavaClassName() string { return "com.acme.Person" }

// place has no class: it is a map.
type place struct {
	City string
	Zip  int32
}

func TestFieldsBindByName(t *testing.T) {
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		c := child{Name: "child", Toys: []string{"car"}, Hidden: "h", secret: "s", URL: "u"}
		c.parent = parent{Name: "parent", Age: 5}
		o := as[*hessian2.Object](t, s, c)
		want(t, "class", o.Class, "com.acme.Child")
		names := map[string]int{}
		for _, f := range o.Fields {
			names[f.Name]++
		}
		if len(o.Fields) != 5 || names["name"] != 2 || names["age"] != 1 || names["toys"] != 1 || names["uRL"] != 1 {
			t.Errorf("fields %v", o.Fields)
		}
		got := as[child](t, s, c)
		want(t, "the child's name", got.Name, "child")
		want(t, "the parent's name", got.parent.Name, "parent")
		want(t, "what is not written", got.Hidden+got.secret, "")
		want(t, "URL", got.URL, "u")
	})
}

func TestOneFieldOfTwoOfOneNameIsTheChilds(t *testing.T) {
	type lone struct {
		Name string `hessian:"name"`
	}
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		c := child{Name: "child"}
		c.parent.Name = "parent"
		o := as[*hessian2.Object](t, s, c)
		o.Class = "com.acme.Lone"
		want(t, "the only field", as[lone](t, s, o).Name, "child")
	})
}

func TestUnknownFieldsAreReadOverAndFoundAgain(t *testing.T) {
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		ann := object("com.acme.Person", "name", "Ann", "friend", nil)
		home := &hessian2.Map{Entries: []hessian2.Entry{{Key: "city", Value: "Rome"}, {Key: "zip", Value: int32(7)}}}
		o := object("com.acme.Person",
			"pet", list(object("com.acme.Pet", "owner", ann, "den", home), int32(1)),
			"name", "Bob", "friend", ann, "home", home, "work", home, "friends", list(ann, ann, nil))
		got := as[*person](t, s, o)
		want(t, "name", got.Name, "Bob")
		want(t, "home", got.Home, place{"Rome", 7})
		if got.Friend == nil || got.Friend.Name != "Ann" || len(got.Friends) != 3 || got.Friends[0] != got.Friend || got.Friends[1] != got.Friend || got.Friends[2] != nil {
			t.Errorf("%+v", got)
		}
		if got.Work == nil || got.Work.City != "Rome" {
			t.Errorf("work %+v", got.Work)
		}
	})
}

// What was skipped is read again by the first who asks for it, also when that is within
// another value that was skipped, and when it refers to what comes later or is open.
func TestSkippedValuesMayReferToEachOther(t *testing.T) {
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		ann, ben := object("com.acme.Person", "name", "Ann"), object("com.acme.Person", "name", "Ben")
		ann.Fields = append(ann.Fields, hessian2.Field{Name: "friend", Value: ben})
		ben.Fields = append(ben.Fields, hessian2.Field{Name: "friend", Value: ann})
		top := object("com.acme.Person", "what", list(list(ann), object("com.acme.New", "x", ben)), "friend", ben, "friends", list(ann, ben))
		ann.Fields = append(ann.Fields, hessian2.Field{Name: "friends", Value: list(top)})
		ben.Fields = append(ben.Fields, hessian2.Field{Name: "friends", Value: list(ben)})
		got := as[*person](t, s, top)
		a, b := got.Friends[0], got.Friends[1]
		if got.Friend != b || a.Friend != b || b.Friend != a || a.Name != "Ann" || b.Name != "Ben" || a.Friends[0] != got || b.Friends[0] != b {
			t.Errorf("%+v %+v %+v", got, a, b)
		}
	})
}

func TestSkippedValuesAreReadInTheirGeneralForm(t *testing.T) {
	type holder struct{ Value any }
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		inner := object("com.acme.Inner", "n", int32(1))
		self := list(inner)
		self.Items = append(self.Items, self)
		got := as[holder](t, s, object("com.acme.Outer", "skipped", self, "value", inner))
		o, ok := got.Value.(*hessian2.Object)
		if !ok || o.Class != "com.acme.Inner" {
			t.Fatalf("%#v", got.Value)
		}
		got = as[holder](t, s, object("com.acme.Outer", "skipped", self, "value", self))
		l, ok := got.Value.(*hessian2.List)
		if !ok || len(l.Items) != 2 || l.Items[1] != l {
			t.Errorf("%#v", got.Value)
		}
	})
}

func TestSharedAndCyclicPointersAreKept(t *testing.T) {
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		a, b := &person{Name: "a"}, &person{Name: "b"}
		a.Friend, b.Friend, a.Friends = b, a, []*person{a, b, a, nil}
		got := as[*person](t, s, a)
		if got.Friend.Friend != got || got.Friends[0] != got || got.Friends[1] != got.Friend || got.Friends[2] != got || got.Friends[3] != nil {
			t.Errorf("%+v", got)
		}
		d := s.Decoder(written(t, s, a, b, a))
		defer d.Close()
		var x, y, z *person
		for _, p := range []**person{&x, &y, &z} {
			if err := d.Value(p); err != nil {
				t.Fatal(err)
			}
		}
		if x != z || x.Friend != y {
			t.Error("values of one body are not shared")
		}
	})
}

// A reference to a value that stands in a struct, and not behind a pointer, is a copy.
func TestValuesWithoutPointersAreCopied(t *testing.T) {
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		home := &hessian2.Map{Entries: []hessian2.Entry{{Key: "city", Value: "Rome"}}}
		got := as[*person](t, s, object("com.acme.Person", "home", home, "work", home))
		if got.Work == nil || got.Work.City != "Rome" {
			t.Fatalf("%+v", got)
		}
		places := as[[]place](t, s, list(home, home, home))
		want(t, "the third", places[2], place{City: "Rome"})
		pointers := as[[]*place](t, s, list(home, home))
		if pointers[0] != pointers[1] {
			t.Error("pointers to one value differ")
		}
	})
}

// The elements of a list without a length move while it grows. References to them
// must not point to where they were.
func TestElementsOfOpenListsAreShared(t *testing.T) {
	for name, c := range map[string]struct {
		s    *hessian2.Serializer
		body string
	}{
		"V2":    {hessian2.New(), "W" + strings.Repeat("H\x04city\x04RomeZ", 9) + "Q\x91Q\x99" + "Z"},
		"Draft": {hessian2.NewDraft(), "V" + strings.Repeat("M\x04city\x04Romez", 9) + "J\x01J\x09" + "z"},
	} {
		var places []place
		if err := c.s.Decode([]byte(c.body), &places); err != nil || len(places) != 11 || places[9].City != "Rome" || places[10] != places[0] {
			t.Errorf("%s: %v, %v", name, places, err)
		}
		var pointers []*place
		if err := c.s.Decode([]byte(c.body), &pointers); err != nil || len(pointers) != 11 || pointers[9] != pointers[0] || pointers[10] != pointers[8] {
			t.Errorf("%s: %v, %v", name, pointers, err)
		}
		var generals []any
		if err := c.s.Decode([]byte(c.body), &generals); err != nil || generals[9] != generals[0] {
			t.Errorf("%s: %v, %v", name, generals, err)
		}
	}
}

func TestNullIsTheZeroOfEverything(t *testing.T) {
	type all struct {
		B  bool
		I  int
		U  uint16
		F  float32
		S  string
		T  time.Time
		By []byte
		L  []int
		A  [2]int
		M  map[string]int
		P  *int
		PP **int
		N  any
		E  error
		St place
		Ps *place
		D  hessian2.Decimal
		Bi *big.Int
		Id hessian2.UUID
		Da hessian2.LocalDate
		X  *hessian2.Exception
		O  *hessian2.Object
		Ml *hessian2.List
		Mm *hessian2.Map
		Sh shade
		In hessian2.Ints
	}
	names := []string{"b", "i", "u", "f", "s", "t", "by", "l", "a", "m", "p", "pP", "n", "e", "st", "ps", "d", "bi", "id", "da", "x", "o", "ml", "mm", "sh", "in"}
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		o := object("com.acme.All")
		for _, n := range names {
			o.Fields = append(o.Fields, hessian2.Field{Name: n})
		}
		n := 1
		p := &n
		full := all{B: true, I: 1, U: 1, F: 1, S: "s", T: time.Now(), By: []byte{1}, L: []int{1}, A: [2]int{1}, M: map[string]int{}, P: p, PP: &p, N: 1, St: place{"x", 1}, Ps: &place{}, Bi: big.NewInt(1), Id: hessian2.UUIDOf(1, 1), Da: hessian2.LocalDate{Year: 1, Month: 1, Day: 1}, X: &hessian2.Exception{}, O: object("x"), Ml: list(), Mm: &hessian2.Map{}, Sh: "x", In: hessian2.Ints{1}}
		if err := s.Decode(written(t, s, o), &full); err != nil {
			t.Fatal(err)
		}
		if !hessian2.Equal(full, all{}) || full.P != nil || full.PP != nil || full.L != nil || full.M != nil || full.X != nil {
			t.Errorf("%+v", full)
		}
	})
}

func TestWrongClassesAreErrors(t *testing.T) {
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		err := refused[*person](t, s, object("com.acme.Robot", "name", "R2"))
		if err != nil && !strings.Contains(err.Error(), `"com.acme.Robot"`) {
			t.Error(err)
		}
		refused[person](t, s, &hessian2.Map{Entries: []hessian2.Entry{{Key: "class", Value: "com.acme.Robot"}}})
		refused[person](t, s, "text")
		refused[person](t, s, list())
		refused[[]person](t, s, object("com.acme.Person"))
		refused[map[int]string](t, s, object("com.acme.Person"))
		want(t, "a place of any class", as[place](t, s, object("com.acme.Anything", "zip", int32(3))).Zip, 3)
	})
}

func TestMapsAndObjectsAreReadAsEachOther(t *testing.T) {
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		m := map[string]any{"name": "Ann", "class": "com.acme.Person", "age": int32(3)}
		want(t, "a person from a map", as[*person](t, s, m).Name, "Ann")
		got := as[map[string]any](t, s, &person{Name: "Bob"})
		want(t, "a map from a person", got["name"], any("Bob"))
		type named string
		want(t, "keys of another type", as[map[named]any](t, s, &person{Name: "Bob"})["name"], any("Bob"))
	})
}

func TestAStructThatWouldContainItselfIsAnError(t *testing.T) {
	type loop struct{ Next []loop }
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		o := object("com.acme.Loop", "next", nil)
		l := list(o)
		o.Fields[0].Value = l
		refused[loop](t, s, o)
		refused[[]loop](t, s, l)
		type pointers struct{ Next []*pointers }
		got := as[*pointers](t, s, o)
		want(t, "a cycle of pointers", got.Next[0], got)
	})
}
