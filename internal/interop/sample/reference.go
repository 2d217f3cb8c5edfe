package sample

import "github.com/onrampmesh/onramp/codec/hessian2"

func (s *samples) references() {
	s.group = "shared values"
	s.add("refs:shared", func() any {
		l, m, c, a, o := list(int32(1)), dict("a", int32(1)), car("red", 1), hessian2.Ints{1, 2}, typed("[object", "x")
		return list(l, m, c, a, o, l, m, c, a, o)
	})
	s.add("refs:values", func() any {
		b, c := Fill(3), car("red", 1)
		return list(date(instant), date(instant), b, b, "s", "s", c, c)
	})
	s.add("refs:empty", func() any {
		c := car("red", 1)
		return list(list(), dict(), hessian2.Ints{}, &Nothing{}, c, c)
	})
	s.add("refs:enum", func() any { return numbered(Red, Red) })
	for name, of := range sorted(map[string]string{
		"decimal": "decimal:1.5", "bigint": "bigint:long", "class": "class:string", "uuid": "uuid", "locale": "locale:us",
		"local-date": "time:local-date", "atomic": "atomic:long", "timestamp": "sql:timestamp", "error": "error",
	}) {
		s.of("refs:"+name, func(d hessian2.Dialect) any { return numbered(s.value(of, d)) })
	}
	s.add("refs:arrays", func() any {
		return numbered(hessian2.Ints{1}, hessian2.Strings{"a"}, typed("[object", int32(1)), typed("[[int", hessian2.Ints{1}))
	})
	s.add("refs:300", func() any {
		all := cars(300)
		return list(append(all, all...)...)
	})
	s.cycles()
}

// value makes the sample of a name.
func (s *samples) value(name string, d hessian2.Dialect) any {
	for i := range s.all {
		if s.all[i].Name == name {
			return s.all[i].Make(d)
		}
	}
	return decimal("1.5")
}

// numbered ends with one object twice: who counts the others wrongly names another one.
func numbered(others ...any) *hessian2.List {
	c := car("red", 1)
	return list(append(others, c, car("blue", 2), c)...)
}

func (s *samples) cycles() {
	s.group = "cycles"
	s.add("cycle:car", func() any {
		c := car("red", 1)
		c.Next = c
		return c
	})
	s.add("cycle:ring", func() any {
		a := car("a", 1)
		a.Next = car("b", 2)
		a.Next.Next = car("c", 3)
		a.Next.Next.Next = a
		return a
	})
	s.add("cycle:tree", func() any {
		root := &Node{Name: "root"}
		for _, name := range []string{"left", "right"} {
			root.Children = append(root.Children, &Node{Name: name, Parent: root, Children: []*Node{}})
		}
		return root
	})
	s.add("cycle:list", func() any {
		l := list(int32(1))
		l.Items = append(l.Items, l)
		return l
	})
	s.add("cycle:map", func() any {
		m := dict("a", int32(1))
		m.Entries = append(m.Entries, hessian2.Entry{Key: "me", Value: m})
		return m
	})
	s.add("cycle:array", func() any {
		a := typed("[object", int32(1), nil)
		a.Items[1] = a
		return a
	})
}
