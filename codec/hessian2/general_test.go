package hessian2

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"
)

// car is a registered type; its cycle is one that only the general values close.
type car struct {
	Color string
	Next  any
	Kids  []*car
}

func (car) JavaClassName() string { return "com.acme.Car" }

// level is an enum with a name.
type level int

func (l level) String() string { return [...]string{"LOW", "HIGH"}[l] }

func sample() *Object {
	return &Object{Class: "com.acme.Order", Fields: []Field{
		{"id", int64(1)}, {"name", "o\"1"}, {"price", mustDecimal("1.50")},
		{"lines", &List{Items: []any{int32(1), nil, true, 2.5, []byte{1, 2}}}},
		{"tags", &Map{Type: "java.util.TreeMap", Entries: []Entry{{"a", Ints{1, 2}}, {int32(2), Strings{"x"}}}}},
		{"day", LocalDate{2024, 2, 29}},
		{"at", time.Date(2024, 2, 29, 12, 0, 0, 5e6, time.UTC)},
		{"big", big.NewInt(7)},
		{"cars", &List{Type: "[com.acme.Car", Items: []any{&car{Color: "red"}}}},
	}}
}

func mustDecimal(s string) Decimal {
	d, err := ParseDecimal(s)
	if err != nil {
		panic(err)
	}
	return d
}

// selfContaining are a list, a map, an object, an exception and a user's type, each of
// which contains itself.
func selfContaining() map[string]any {
	l := &List{}
	l.Items = []any{int32(1), l}
	m := &Map{}
	m.Entries = []Entry{{"me", m}, {m, int32(1)}}
	o := &Object{Class: "com.acme.Node"}
	o.Fields = []Field{{"next", o}}
	e := NewException("com.acme.A", "a")
	e.Cause = e
	x, y := NewException("com.acme.X", "x"), NewException("com.acme.Y", "y")
	x.Cause, y.Cause, x.Suppressed = y, x, []any{y}
	c := &car{Color: "red"}
	c.Next, c.Kids = &List{Items: []any{c}}, []*car{c}
	return map[string]any{"list": l, "map": m, "object": o, "exception": e, "two exceptions": x, "a user's type in a list": &List{Items: []any{c}}}
}

// shared is a list that holds one list twice, and so on, depth deep: 2^depth paths.
func shared(depth int) any {
	var v any = &List{Items: []any{"leaf"}}
	for i := range depth {
		switch i % 4 {
		case 0:
			v = &List{Items: []any{v, v}}
		case 1:
			v = &Object{Class: "com.acme.Pair", Fields: []Field{{"a", v}, {"b", v}}}
		case 2:
			v = &Map{Entries: []Entry{{"a", v}, {"b", v}}}
		case 3:
			v = &car{Next: &List{Items: []any{v, v}}}
		}
	}
	return &List{Items: []any{v}}
}

func TestGeneralValuesPrintInAFormThatPeopleRead(t *testing.T) {
	const want = `com.acme.Order{id: 1, name: "o\"1", price: 1.50, lines: [1, null, true, 2.5, 0x0102], ` +
		`tags: java.util.TreeMap{"a": int[]{1, 2}, 2: string[]{"x"}}, day: 2024-02-29, at: 2024-02-29T12:00:00.005Z, big: 7, ` +
		`cars: com.acme.Car[]{com.acme.Car{color: "red", next: null, kids: []}}}`
	for _, verb := range []string{"%v", "%s", "%+v", "%#v"} {
		if got := fmt.Sprintf(verb, sample()); got != want {
			t.Errorf("%s: %s\nwant %s", verb, got, want)
		}
	}
	if got := fmt.Sprintf("%v", *sample()); got != want {
		t.Errorf("a copy: %s", got)
	}
	if got := fmt.Sprintf("%d", &List{Items: []any{int32(1)}}); got != "%!d(hessian2.List=[1])" {
		t.Errorf("a wrong verb: %s", got)
	}
	if got := fmt.Sprintf("%q", &List{Items: []any{int32(1)}}); got != `"[1]"` {
		t.Errorf("%%q: %s", got)
	}
	if got := fmt.Sprint(&List{Items: []any{make([]byte, 100)}}); got != "[0x"+strings.Repeat("0", 64)+"... (100 bytes)]" {
		t.Errorf("bytes: %s", got)
	}
	if got := fmt.Sprint((*List)(nil), &List{Items: []any{level(1), (*int32)(nil), (*Object)(nil)}}); got != "<nil> [HIGH, null, null]" {
		t.Errorf("nil and enums: %s", got)
	}
}

func TestAValueWithinItselfIsShownOnce(t *testing.T) {
	want := map[string]string{
		"list": "[1, <cycle>]", "map": `{"me": <cycle>, <cycle>: 1}`, "object": "com.acme.Node{next: <cycle>}",
		"exception": "com.acme.A: a", "two exceptions": "com.acme.X: x",
		"a user's type in a list": `[com.acme.Car{color: "red", next: [<cycle>], kids: [<cycle>]}]`,
	}
	for name, v := range selfContaining() {
		if got := fmt.Sprintf("%v", v); got != want[name] {
			t.Errorf("%s: %s, want %s", name, got, want[name])
		}
		for _, verb := range []string{"%+v", "%#v", "%s", "%q", "%x"} {
			if got := fmt.Sprintf(verb, v); len(got) == 0 || len(got) > 1000 {
				t.Errorf("%s %s: %d bytes", name, verb, len(got))
			}
		}
	}
}

func TestSharedValuesPrintWithinABound(t *testing.T) {
	for _, v := range []any{shared(60), sharedExceptions(60), &List{Items: []any{strings.Repeat("é", 1<<20)}}, &List{Items: []any{make([]byte, 1<<20)}},
		&List{Items: []any{new(big.Int).Lsh(big.NewInt(1), 1<<24)}}, &List{Items: []any{make(Ints, 1<<20)}}} {
		for verb, most := range map[string]int{"%v": 5 << 10, "%s": 5 << 10, "%+v": 65 << 10, "%#v": 65 << 10} {
			var got string
			if cost := costOf(func() { got = fmt.Sprintf(verb, v) }); cost.bytes > 4<<20 {
				t.Errorf("%s of %T takes %d bytes", verb, v, cost.bytes)
			}
			if len(got) > most {
				t.Errorf("%s of %T: %d bytes", verb, v, len(got))
			} else if !strings.Contains(got, "...") && !strings.Contains(got, "<above>") && len(got) > 1000 {
				t.Errorf("%s of %T does not say that it is cut: %.100s", verb, v, got)
			}
		}
	}
}

func TestWhatIsDeepIsNotShown(t *testing.T) {
	var deep any = "bottom"
	for range 100000 {
		deep = &List{Items: []any{deep}}
	}
	want := strings.Repeat("[", printDepth) + "..." + strings.Repeat("]", printDepth)
	if got := fmt.Sprintf("%+v", deep); got != want {
		t.Errorf("%d bytes: %.100s", len(got), got)
	}
}

func sharedExceptions(depth int) *Exception {
	e := NewException("com.acme.Leaf", "leaf")
	for range depth {
		c := NewException("com.acme.E", "e")
		c.Cause, c.Suppressed, c.Fields = e, []any{e, e}, []Field{{"f", e}}
		e = c
	}
	return e
}

func TestGeneralValuesBecomeJSON(t *testing.T) {
	const want = `{"class":"com.acme.Order","id":1,"name":"o\"1","price":1.50,"lines":[1,null,true,2.5,"AQI="],` +
		`"tags":{"a":[1,2],"2":["x"]},"day":"2024-02-29","at":"2024-02-29T12:00:00.005Z","big":7,` +
		`"cars":[{"class":"com.acme.Car","color":"red","next":null,"kids":[]}]}`
	for _, v := range []any{sample(), *sample()} {
		got, err := json.Marshal(v)
		if err != nil || string(got) != want {
			t.Errorf("%s, %v\nwant %s", got, err, want)
		}
	}
	for v, want := range map[any]string{
		&List{Items: []any{math.NaN(), math.Inf(1), math.Inf(-1), 1e-7, 1e21, 0.1, float32(0.1)}}:   `["NaN","Infinity","-Infinity",1e-07,1e+21,0.1,0.1]`,
		&List{Items: []any{UUIDOf(1, 2), Class{"[I"}, Locale{"en_US"}, Duration{1, 5e8}, level(1)}}: `["00000000-0000-0001-0000-000000000002","[I","en_US","PT1.5S",1]`,
		&Map{Entries: []Entry{{true, 1}, {1.5, 2}, {nil, 3}, {time.Unix(0, 0).UTC(), 4}, {&Object{"com.acme.Color", []Field{{"name", "RED"}}}, 5},
			{&List{Items: []any{int32(1), "a"}}, 6}, {[]byte{1}, 7}}}: `{"true":1,"1.5":2,"null":3,"1970-01-01T00:00:00Z":4,"RED":5,"[1,\"a\"]":6,"AQ==":7}`,
		&Object{Class: "com.acme.Derived", Fields: []Field{{"name", "child"}, {"name", "parent"}, {"class", "x"}}}: `{"class":"com.acme.Derived","name":"child"}`,
		&List{Items: []any{"<&\u2028\xff"}}: `["\u003c\u0026\u2028\ufffd"]`,
		&Exception{Class: "com.acme.E", Message: "m", StackTrace: []StackTraceElement{{"C", "m", "C.java", 1}}, Fields: []Field{{"code", int32(7)}}}: `{"class":"com.acme.E","message":"m","stackTrace":["C.m(C.java:1)"],"code":7}`,
		(*List)(nil): "null",
	} {
		if got, err := json.Marshal(v); err != nil || string(got) != want {
			t.Errorf("%v: %s, %v\nwant %s", v, got, err, want)
		}
	}
}

func TestAValueWithinItselfIsNullInJSON(t *testing.T) {
	want := map[string]string{
		"list": "[1,null]", "map": `{"me":null,"null":1}`, "object": `{"class":"com.acme.Node","next":null}`,
		"exception":               `{"class":"com.acme.A","message":"a","cause":null}`,
		"two exceptions":          `{"class":"com.acme.X","message":"x","cause":{"class":"com.acme.Y","message":"y","cause":null},"suppressed":[{"class":"com.acme.Y","message":"y","cause":null}]}`,
		"a user's type in a list": `[{"class":"com.acme.Car","color":"red","next":[null],"kids":[null]}]`,
	}
	for name, v := range selfContaining() {
		if got, err := json.Marshal(v); err != nil || string(got) != want[name] {
			t.Errorf("%s: %s, %v\nwant %s", name, got, err, want[name])
		}
	}
}

// What is copied must be what would be written there.
func TestSharedValuesHaveTheSameJSONInEveryPlace(t *testing.T) {
	x := &List{Items: []any{"x"}}
	key := &Map{Entries: []Entry{{x, x}, {"k", x}}}
	ring := &List{}
	part := &Object{Class: "P", Fields: []Field{{"ring", ring}, {"x", x}}}
	ring.Items = []any{part}
	v := &List{Items: []any{key, x, ring, part, ring, key}}
	const want = `[{"[\"x\"]":["x"],"k":["x"]},["x"],[{"class":"P","ring":null,"x":["x"]}],` +
		`{"class":"P","ring":[null],"x":["x"]},[{"class":"P","ring":null,"x":["x"]}],{"[\"x\"]":["x"],"k":["x"]}]`
	if got, err := json.Marshal(v); err != nil || string(got) != want {
		t.Errorf("%s, %v\nwant %s", got, err, want)
	}
}

func TestJSONOfWhatIsSharedTooOftenIsAnError(t *testing.T) {
	huge := Locale{strings.Repeat("x", 1<<20)}
	often := &List{}
	for range 1000 {
		often.Items = append(often.Items, huge)
	}
	number := new(big.Int).Lsh(big.NewInt(1), 1<<16-1)
	numbers := &List{}
	for range 1000 {
		numbers.Items = append(numbers.Items, number)
	}
	deep := &List{}
	for range 2000 {
		deep = &List{Items: []any{deep}}
	}
	ring := &List{}
	ring.Items = []any{shared(3), ring}
	var rings any = ring
	for range 60 {
		rings = &List{Items: []any{rings, rings}}
	}
	ring.Items = append(ring.Items, rings)
	textKey := &Map{Entries: []Entry{{new(big.Int).Lsh(big.NewInt(1), 1<<16-1), nil}}}
	textKeys := &List{}
	for range 1000 {
		textKeys.Items = append(textKeys.Items, &Map{Entries: []Entry{{textKey.Entries[0].Key, nil}}})
	}
	for name, v := range map[string]any{"rings": rings, "keys": textKeys, "2^60 paths": shared(60), "exceptions": sharedExceptions(60), "one text": often, "one number": numbers, "depth": deep} {
		if out, err := json.Marshal(v); err == nil {
			t.Errorf("%s: %d bytes, want an error", name, len(out))
		}
	}
	fine := &List{}
	one := &List{Items: []any{strings.Repeat("x", 1<<10)}}
	for range 1000 {
		fine.Items = append(fine.Items, one, &List{Items: []any{strings.Repeat("y", 1<<14)}})
	}
	if out, err := json.Marshal(fine); err != nil || len(out) < 17e6 {
		t.Errorf("a megabyte that repeats, and 16 that do not: %d bytes, %v", len(out), err)
	}
}

func TestGetFindsFieldsAndKeys(t *testing.T) {
	o := sample()
	if v, ok := o.Get("id"); !ok || v != int64(1) {
		t.Errorf("id: %v, %v", v, ok)
	}
	if _, ok := o.Get("none"); ok {
		t.Error("a field that is not there was found")
	}
	if _, ok := (*Object)(nil).Get("id"); ok {
		t.Error("a field of nil was found")
	}
	m := &Map{Entries: []Entry{{int32(1), "int"}, {int64(2), "long"}, {&List{Items: []any{"k"}}, "list"}, {math.NaN(), "NaN"}, {"s", "string"}, {nil, "nil"}}}
	for _, c := range []struct {
		key  any
		want any
	}{{1, "int"}, {int64(1), "int"}, {uint8(2), "long"}, {&List{Items: []any{"k"}}, "list"}, {math.NaN(), "NaN"}, {"s", "string"}, {nil, "nil"}, {"1", nil}, {1.0, nil}} {
		if v, ok := m.Get(c.key); v != c.want || ok != (c.want != nil) {
			t.Errorf("Get(%v) = %v, %v, want %v", c.key, v, ok, c.want)
		}
	}
	if _, ok := (*Map)(nil).Get(1); ok {
		t.Error("a key of nil was found")
	}
}

func TestDeepEqualAndOtherWalksEnd(t *testing.T) {
	for name, v := range selfContaining() {
		if w := selfContaining()[name]; !reflect.DeepEqual(v, w) {
			t.Errorf("%s: DeepEqual is false", name)
		}
	}
	if !reflect.DeepEqual(shared(60), shared(60)) {
		t.Error("DeepEqual of shared values is false")
	}
	wrapped := fmt.Errorf("wrapped: %w", selfContaining()["two exceptions"].(error))
	if errors.Is(wrapped, errors.ErrUnsupported) {
		t.Error("errors.Is found what is not there")
	}
}
