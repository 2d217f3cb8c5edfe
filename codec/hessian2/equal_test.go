package hessian2

import (
	"math"
	"math/big"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestEqualComparesWhatValuesHold(t *testing.T) {
	now := time.Now()
	obj := func(fields ...Field) *Object { return &Object{Class: "C", Fields: fields} }
	m := func(entries ...Entry) *Map { return &Map{Entries: entries} }
	l := func(items ...any) *List { return &List{Items: items} }
	for i, c := range []struct {
		a, b any
		want bool
	}{
		{nil, nil, true}, {nil, (*List)(nil), true}, {nil, l(), false}, {(*List)(nil), (*Map)(nil), false},
		{int32(1), int32(1), true}, {int32(1), int64(1), false}, {"a", "a", true}, {"a", "b", false},
		{math.NaN(), -math.NaN(), true}, {math.NaN(), 1.0, false}, {0.0, math.Copysign(0, -1), true},
		{[]byte{1}, []byte{1}, true}, {[]byte{1}, []byte{2}, false}, {[]byte{}, []byte(nil), true},
		{now, now.UTC().Round(0), true}, {now, now.Add(1), false},
		{big.NewInt(5), big.NewInt(5), true}, {big.NewInt(5), big.NewInt(6), false},
		{mustDecimal("1.5"), mustDecimal("1.5"), true}, {mustDecimal("1.5"), mustDecimal("1.50"), false},
		{l(1, "a", nil), l(1, "a", nil), true}, {l(1), l(1, 2), false}, {l(1, 2), l(2, 1), false},
		{l(), &List{Type: "java.util.ArrayList"}, true}, {l(), &List{Type: "java.util.LinkedList"}, false},
		{m(), &Map{Type: "java.util.HashMap"}, true}, {m(), &Map{Type: "java.util.TreeMap"}, false},
		{obj(Field{"a", 1}, Field{"b", 2}), obj(Field{"b", 2}, Field{"a", 1}), true},
		{obj(Field{"a", 1}, Field{"a", 2}), obj(Field{"a", 2}, Field{"a", 1}), false},
		{obj(Field{"a", 1}, Field{"b", 1}), obj(Field{"a", 1}, Field{"a", 1}), false},
		{obj(Field{"a", 1}), obj(Field{"a", 1}, Field{"b", 1}), false}, {obj(), &Object{Class: "D"}, false},
		{m(Entry{"a", 1}, Entry{2, "b"}), m(Entry{2, "b"}, Entry{"a", 1}), true},
		{m(Entry{"a", 1}, Entry{2, "b"}), m(Entry{2, "c"}, Entry{"a", 1}), false},
		{m(Entry{"a", 1}, Entry{"a", 2}), m(Entry{"a", 1}, Entry{"b", 2}), false},
		{m(Entry{"a", 1}, Entry{"a", 2}, Entry{"b", 3}, Entry{"c", 4}), m(Entry{"b", 3}, Entry{"c", 4}, Entry{"a", 1}, Entry{"a", 2}), true},
		{m(Entry{"a", 1}, Entry{"a", 1}, Entry{"b", 3}, Entry{"c", 4}), m(Entry{"b", 3}, Entry{"c", 4}, Entry{"a", 1}, Entry{"x", 1}), false},
		{m(Entry{math.NaN(), 1}, Entry{nil, 2}), m(Entry{nil, 2}, Entry{math.NaN(), 1}), true},
		{m(Entry{l(1), 1}, Entry{l(2), 2}, Entry{"x", 3}), m(Entry{"x", 3}, Entry{l(2), 2}, Entry{l(1), 1}), true},
		{m(Entry{l(1), 1}, Entry{l(2), 2}), m(Entry{l(2), 1}, Entry{l(1), 2}), false},
		{m(Entry{l(1), 1}, Entry{l(2), 2}), m(Entry{l(2), 2}, Entry{l(3), 1}), false},
		{m(Entry{[]byte{1}, 1}), m(Entry{[]byte{1}, 1}), true}, {m(Entry{[]byte{1}, 1}), m(Entry{"\x01", 1}), false},
		{&car{Color: "red", Kids: []*car{{}}}, &car{Color: "red", Kids: []*car{{}}}, true}, {&car{Color: "red"}, &car{Color: "blue"}, false},
		{map[string]any{"a": l(1)}, map[string]any{"a": l(1)}, true}, {map[string]int{"a": 1}, map[string]int{"b": 1}, false},
		{map[string]int{"a": 1}, map[string]int{"a": 2}, false},
		{NewException("C", "m"), NewException("C", "m"), true}, {NewException("C", "m"), NewException("C", "n"), false},
		{NewException("C", "m").WithField("a", 1), NewException("C", "m").WithField("a", 2), false},
		{l(strings.Repeat("x", 100)), l(strings.Repeat("x", 99) + "y"), false},
		{big.NewRat(1, 2), big.NewRat(1, 2), true}, {big.NewRat(1, 2), big.NewRat(1, 3), false},
	} {
		if got := Equal(c.a, c.b); got != c.want {
			t.Errorf("%d: Equal(%v, %v) = %v", i, c.a, c.b, got)
		}
		if got := Equal(c.b, c.a); got != c.want {
			t.Errorf("%d, the other way round: Equal(%v, %v) = %v", i, c.b, c.a, got)
		}
	}
	if !l(1).Equal(l(1)) || !m(Entry{1, 2}).Equal(m(Entry{1, 2})) || !obj().Equal(obj()) || l(1).Equal(nil) {
		t.Error("the methods differ from the function")
	}
}

func TestEqualEndsForValuesThatContainThemselves(t *testing.T) {
	for name, v := range selfContaining() {
		for other, w := range selfContaining() {
			if got := Equal(v, w); got != (name == other) {
				t.Errorf("%s and %s: %v", name, other, got)
			}
		}
	}
	// Two lists of two, and one of one, are alike along every path.
	a, b, c := &List{}, &List{}, &List{}
	a.Items, b.Items, c.Items = []any{b}, []any{a}, []any{c}
	if !Equal(a, c) {
		t.Error("a circle of two is not equal to one of one")
	}
	a.Items = []any{b, int32(1)}
	if Equal(a, c) {
		t.Error("a circle that differs is equal")
	}
}

func TestEqualTakesNoLongerForSharedValues(t *testing.T) {
	if !Equal(shared(60), shared(60)) || Equal(shared(60), shared(61)) || !Equal(sharedExceptions(60), sharedExceptions(60)) {
		t.Error("shared values compare wrongly")
	}
	long := func() *List {
		s, l := Locale{strings.Repeat("x", 1<<16)}, &List{}
		for range 20000 {
			l.Items = append(l.Items, s)
		}
		return l
	}
	if !Equal(long(), long()) {
		t.Error("lists of one long text differ")
	}
	chain := func() *List {
		l := &List{}
		for range 50000 {
			l = &List{Items: []any{l}}
		}
		return l
	}
	if !Equal(chain(), chain()) {
		t.Error("deep lists differ")
	}
}

// Keys that are no plain values and come in another order would take quadratic time.
func TestEqualGivesUpLookingForKeysInAnotherOrder(t *testing.T) {
	keys := func(n int, step int) *Map {
		m := &Map{}
		for i := range n {
			m.Entries = append(m.Entries, Entry{&List{Items: []any{int32(i * step % n)}}, nil})
		}
		return m
	}
	if !Equal(keys(500, 1), keys(500, 7)) {
		t.Error("500 keys in another order differ")
	}
	begin := time.Now()
	if Equal(keys(20000, 1), keys(20000, 7)) {
		t.Error("20000 keys in another order were compared")
	}
	if d := time.Since(begin); d > 20*time.Second {
		t.Errorf("took %v", d)
	}
	if !Equal(keys(20000, 1), keys(20000, 1)) {
		t.Error("20000 keys in the same order differ")
	}
	few := &equaler{seen: map[pair]bool{}, tries: 10}
	if !few.all(reflect.ValueOf(keys(1000, 1)), reflect.ValueOf(keys(1000, 1))) {
		t.Error("keys that are found at once use up the steps")
	}
	nested := func(depth int) any {
		var k any = int32(1)
		for range depth {
			k = &Map{Entries: []Entry{{k, nil}}}
		}
		return k
	}
	x := nested(100000)
	if !Equal(x, x) || !Equal(nested(50), nested(50)) || Equal(nested(100000), nested(100000)) {
		t.Error("keys within keys: want 50 to be compared, and 100000 not")
	}
}

// tree draws a value of a few levels.
func drawn(t *rapid.T, depth int) any {
	kind := rapid.IntRange(0, 8).Draw(t, "kind")
	n := rapid.IntRange(0, 3).Draw(t, "n")
	if depth == 0 && kind > 5 {
		kind -= 6
	}
	switch kind {
	case 0:
		return int32(n)
	case 1:
		return strconv.Itoa(n)
	case 2:
		return [...]float64{0, math.NaN(), 1.5, math.Inf(1)}[n]
	case 3:
		return nil
	case 4:
		return UUIDOf(0, int64(n))
	case 5:
		return Ints(make([]int32, n))
	case 6:
		l := &List{}
		for range n {
			l.Items = append(l.Items, drawn(t, depth-1))
		}
		return l
	case 7:
		m := &Map{}
		for range n {
			m.Entries = append(m.Entries, Entry{drawn(t, depth-1), drawn(t, depth-1)})
		}
		return m
	}
	o := &Object{Class: "C"}
	for i := range n {
		o.Fields = append(o.Fields, Field{strconv.Itoa(i), drawn(t, depth-1)})
	}
	return o
}

// mixed returns a copy of v whose fields and entries are in another order.
func mixed(t *rapid.T, v any) any {
	switch v := v.(type) {
	case *List:
		l := &List{}
		for _, x := range v.Items {
			l.Items = append(l.Items, mixed(t, x))
		}
		return l
	case *Map:
		m := &Map{}
		for _, e := range rapid.Permutation(v.Entries).Draw(t, "entries") {
			m.Entries = append(m.Entries, Entry{mixed(t, e.Key), mixed(t, e.Value)})
		}
		return m
	case *Object:
		o := &Object{Class: v.Class}
		for _, f := range rapid.Permutation(v.Fields).Draw(t, "fields") {
			o.Fields = append(o.Fields, Field{f.Name, mixed(t, f.Value)})
		}
		return o
	}
	return v
}

func TestEqualDoesNotSeeTheOrderOfFieldsAndEntries(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Custom(func(t *rapid.T) any { return drawn(t, 3) }).Filter(distinctKeys).Draw(t, "value")
		w := mixed(t, v)
		if !Equal(v, w) || !Equal(w, v) {
			t.Fatalf("%v and %v differ", v, w)
		}
		l := &List{Items: []any{v, "more"}}
		if Equal(l, &List{Items: []any{w, "other"}}) {
			t.Fatal("what differs is equal")
		}
	})
}

func distinctKeys(v any) bool {
	switch v := v.(type) {
	case *List:
		for _, x := range v.Items {
			if !distinctKeys(x) {
				return false
			}
		}
	case *Object:
		for _, f := range v.Fields {
			if !distinctKeys(f.Value) {
				return false
			}
		}
	case *Map:
		for i, e := range v.Entries {
			if !distinctKeys(e.Key) || !distinctKeys(e.Value) {
				return false
			}
			for _, x := range v.Entries[:i] {
				if Equal(x.Key, e.Key) {
					return false
				}
			}
		}
	}
	return true
}
