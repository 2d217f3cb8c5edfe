package main

import (
	"strconv"
	"time"
)

// Objects of own classes.

// dates makes a java.util.Date[].
func dates(ms ...int64) []time.Time {
	var all []time.Time
	for _, v := range ms {
		all = append(all, date(v))
	}
	return all
}

func car(color string, mileage int32) *Car { return &Car{Color: new(color), Mileage: mileage} }

func objects(all map[string]func() any) {
	all["car:empty"] = func() any { return &Car{} }
	all["car:full"] = func() any { return fullCar() }
	all["car:chain"] = func() any {
		c := car("a", 1)
		c.Next = car("b", 2)
		c.Next.Next = car("c", 3)
		return c
	}
	all["cars"] = func() any {
		twice := car("red", 1)
		return list(twice, car("blue", 2), twice)
	}
	all["cars:100"] = func() any { return cars(100) }
	all["derived"] = func() any {
		return &Derived{Name: new("child"), More: new("more"), Base: Base{Id: 1, Name: new("parent")}}
	}
	all["object:nothing"] = func() any { return &Nothing{} }
	all["object:unknown"] = func() any { return &Unknown{A: 7, B: new("seven"), C: &Unknown{}} }
	all["object:kinds"] = func() any { return kinds() }
	all["object:kinds-twice"] = func() any { return append(kinds(), kinds()...) }
	all["enum"] = always(green)
	all["enum:list"] = func() any { return list(red, green, red) }
}

func cars(n int) []any {
	l := list()
	for i := range n {
		l = append(l, car("car "+strconv.Itoa(i), int32(i)))
	}
	return l
}

func fullCar() *Car {
	c := car("rot, \u7ea2", 120000)
	c.Sold = true
	c.Price = 1234.5
	c.Weight = 1 << 40
	c.Serial = new(int64(9007199254740993))
	c.Paint = new(blue)
	c.Built = date(instant)
	c.Photo = fill(300)
	c.Gears = []int32{1, 2, 3, -1}
	c.Tags = []string{"fast", "", "\U0001f697"}
	c.Options = map[string]int32{"doors": 5, "seats": 4}
	c.Next = car("green", 2)
	c.Kids = []*Car{car("toy", 0), nil}
	c.Extra = list("x", int64(1))
	return c
}
