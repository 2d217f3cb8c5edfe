package main

import (
	hessian "github.com/apache/dubbo-go-hessian2"
	"github.com/apache/dubbo-go-hessian2/java8_time"
	"github.com/apache/dubbo-go-hessian2/java_exception"
	"github.com/apache/dubbo-go-hessian2/java_util"
)

// Objects that are met again.

func references(all map[string]func() any) {
	all["refs:shared"] = func() any {
		l, m, c, a, o := list(int32(1)), map[any]any{"a": int32(1)}, car("red", 1), []int32{1, 2}, []hessian.Object{"x"}
		return list(l, m, c, a, o, l, m, c, a, o)
	}
	all["refs:values"] = func() any {
		d, b, c := date(instant), fill(3), car("red", 1)
		return list(d, d, b, b, "s", "s", c, c)
	}
	all["refs:empty"] = func() any {
		c := car("red", 1)
		return list(list(), map[any]any{}, []int32{}, &Nothing{}, c, c)
	}
	all["refs:300"] = func() any {
		l := cars(300)
		return append(l, l...)
	}
	all["refs:enum"] = numbered(func() []any { return list(red, red) })
	all["refs:decimal"] = numbered(func() []any { return list(decimal("1.5")) })
	all["refs:bigint"] = numbered(func() []any { return list(integer("123456789012345678901234567890")) })
	all["refs:class"] = numbered(func() []any { return list(&java_exception.Class{Name: "java.lang.String"}) })
	all["refs:uuid"] = numbered(func() []any { return list(&java_util.UUID{Value: "123e4567-e89b-12d3-a456-426614174000"}) })
	all["refs:locale"] = numbered(func() []any { return list(&java_util.LocaleHandle{Value: "en_US"}) })
	all["refs:local-date"] = numbered(func() []any { return list(&java8_time.LocalDate{Year: 2023, Month: 11, Day: 14}) })
	all["refs:atomic"] = numbered(func() []any { return list(&AtomicLong{7}) })
	all["refs:timestamp"] = numbered(func() []any { return list(&Timestamp{date(instant)}) })
	all["refs:error"] = numbered(func() []any { return list(soldOut()) })
	all["refs:arrays"] = numbered(func() []any {
		return list([]int32{1}, []string{"a"}, []hessian.Object{int32(1)}, [][]int32{{1}})
	})
}

// numbered ends with one object twice: a peer that counts the others wrongly names
// another one.
func numbered(others func() []any) func() any {
	return func() any {
		c := car("red", 1)
		return append(others(), c, car("blue", 2), c)
	}
}

func cycles(all map[string]func() any) {
	all["cycle:car"] = func() any {
		c := car("red", 1)
		c.Next = c
		return c
	}
	all["cycle:ring"] = func() any {
		a := car("a", 1)
		a.Next = car("b", 2)
		a.Next.Next = car("c", 3)
		a.Next.Next.Next = a
		return a
	}
	all["cycle:tree"] = func() any {
		root := &Node{Name: new("root"), Children: []*Node{}}
		for _, name := range []string{"left", "right"} {
			root.Children = append(root.Children, &Node{Name: new(name), Parent: root, Children: []*Node{}})
		}
		return root
	}
	all["cycle:list"] = func() any {
		l := list(int32(1), nil)
		l[1] = l
		return l
	}
	all["cycle:map"] = func() any {
		m := map[any]any{"a": int32(1)}
		m["me"] = m
		return m
	}
	all["cycle:array"] = func() any {
		a := []hessian.Object{int32(1), nil}
		a[1] = a
		return a
	}
}
