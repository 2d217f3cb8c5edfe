package sample

import (
	"strconv"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

func car(color string, mileage int32) *Car { return &Car{Color: &color, Mileage: mileage} }

// Twin is the car that the method twins gets twice.
func Twin() *Car { return car("red", 1) }

func fullCar() *Car {
	c := car("rot, \u7ea2", 120000)
	c.Sold, c.Price, c.Weight, c.Paint = true, 1234.5, 1<<40, Blue
	c.Serial = new(int64(9007199254740993))
	c.Built = new(date(instant))
	c.Photo, c.Gears = Fill(300), hessian2.Ints{1, 2, 3, -1}
	c.Tags, c.Options = []string{"fast", "", "\U0001f697"}, map[string]int32{"doors": 5, "seats": 4}
	c.Next, c.Kids = car("green", 2), []*Car{car("toy", 0), nil}
	c.Extra = list("x", int64(1))
	return c
}

func (s *samples) objects() {
	s.group = "objects and enums"
	s.add("car:empty", func() any { return &Car{} })
	s.add("car:full", func() any { return fullCar() })
	s.add("car:chain", func() any {
		c := car("a", 1)
		c.Next = car("b", 2)
		c.Next.Next = car("c", 3)
		return c
	})
	s.add("cars", func() any {
		twice := car("red", 1)
		return list(twice, car("blue", 2), twice)
	})
	s.add("cars:100", func() any { return list(cars(100)...) })
	s.add("derived", func() any { return &Derived{Base: Base{ID: 1, Name: "parent"}, Name: "child", More: "more"} })
	s.add("object:nothing", func() any { return &Nothing{} })
	s.add("object:unknown", func() any { return unknown(7, "seven", unknown(0, nil, nil)) })
	s.add("object:kinds", func() any { return list(kinds()...) })
	s.add("object:kinds-twice", func() any { return list(append(kinds(), kinds()...)...) })
	s.add("enum", func() any { return Green })
	s.add("enum:list", func() any { return list(Red, Green, Red) })
}

func cars(n int) []any {
	all := make([]any, n)
	for i := range all {
		all[i] = car("car "+strconv.Itoa(i), int32(i))
	}
	return all
}

// unknown is of a class that no Go type stands for.
func unknown(a int32, b, c any) *hessian2.Object {
	return &hessian2.Object{Class: "onramp.interop.Unknown", Fields: []hessian2.Field{{Name: "a", Value: a}, {Name: "b", Value: b}, {Name: "c", Value: c}}}
}
