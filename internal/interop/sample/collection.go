package sample

import (
	"strconv"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

func list(items ...any) *hessian2.List { return &hessian2.List{Items: items} }

// typed makes a collection, or an array, of a class.
func typed(class string, items ...any) *hessian2.List {
	return &hessian2.List{Type: class, Items: items}
}

// dict makes a map of keys and values by turns.
func dict(pairs ...any) *hessian2.Map { return dictOf("", pairs...) }

func dictOf(class string, pairs ...any) *hessian2.Map {
	m := &hessian2.Map{Type: class}
	for i := 0; i < len(pairs); i += 2 {
		m.Entries = append(m.Entries, hessian2.Entry{Key: pairs[i], Value: pairs[i+1]})
	}
	return m
}

func numbers(n int) []any {
	items := make([]any, n)
	for i := range items {
		items[i] = int32(i)
	}
	return items
}

func (s *samples) collections() {
	s.group = "lists"
	s.add("list:empty", func() any { return list() })
	s.add("list:3", func() any { return list(int32(1), "two", 3.5) })
	for _, n := range []int{7, 8, 300} {
		s.add("list:"+strconv.Itoa(n), func() any { return list(numbers(n)...) })
	}
	s.add("list:nulls", func() any { return list(nil, nil) })
	s.add("list:nested", func() any { return list(list(int32(1), list(int32(2), list(int32(3)))), list()) })
	s.add("list:mixed", func() any { return list(nil, true, int32(1), int64(1), 1.5, "s", Fill(3), date(instant)) })
	s.add("list:deep", func() any {
		l := list()
		for range 49 {
			l = list(l)
		}
		return l
	})
	s.add("list:linked", func() any { return typed("java.util.LinkedList", "a", "b") })
	s.add("list:linked9", func() any { return typed("java.util.LinkedList", numbers(9)...) })
	s.add("list:linked-twice", func() any { return list(typed("java.util.LinkedList", "a"), typed("java.util.LinkedList", "b")) })
	s.add("list:as-list", func() any { return typed("java.util.Arrays$ArrayList", "a", "b", "c") })
	s.add("set:hash", func() any { return typed("java.util.HashSet", "a", "b", "c") })
	s.add("set:linked", func() any { return typed("java.util.LinkedHashSet", "z", "a", "m") })
	s.add("set:tree", func() any { return typed("java.util.TreeSet", int32(1), int32(2), int32(3)) })
	s.maps()
}

func (s *samples) maps() {
	s.group = "maps"
	s.add("map:empty", func() any { return dict() })
	s.add("map:strings", func() any { return dict("a", "1", "b", "2") })
	s.add("map:keys", func() any {
		return dict(int32(1), "int", int64(2), "long", true, "boolean", 1.5, "double", nil, "null", date(0), "date")
	})
	s.add("map:nulls", func() any { return dict("a", nil) })
	s.add("map:nested", func() any { return dict("m", dict("m", dict("x", int32(1))), "l", list(dict())) })
	s.add("map:300", func() any {
		m := dict()
		for i := range 300 {
			m.Entries = append(m.Entries, hessian2.Entry{Key: "k" + strconv.Itoa(i), Value: int32(i)})
		}
		return m
	})
	s.add("map:linked", func() any { return dictOf("java.util.LinkedHashMap", "a", int32(1)) })
	s.add("map:tree", func() any { return dictOf("java.util.TreeMap", "a", int32(2), "m", int32(3), "z", int32(1)) })
	s.add("map:concurrent", func() any { return dictOf("java.util.concurrent.ConcurrentHashMap", "a", int32(1), "b", int32(2)) })
	s.add("map:cars", func() any {
		c := car("red", 1)
		return dict("a", c, "b", c)
	})
	s.add("map:enum-keys", func() any { return dict(Red, int32(1), Blue, int32(2)) })
}
