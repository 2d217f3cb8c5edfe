package sample

import (
	"math"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

func (s *samples) arrays() {
	s.group = "arrays"
	s.add("ints:0", func() any { return hessian2.Ints{} })
	s.add("ints:3", func() any { return hessian2.Ints{1, -1, math.MaxInt32} })
	s.add("ints:300", func() any {
		a := make(hessian2.Ints, 300)
		for i := range a {
			a[i] = int32(i * 1000)
		}
		return a
	})
	s.add("longs", func() any { return hessian2.Longs{1, math.MinInt64, math.MaxInt64} })
	s.add("doubles", func() any { return hessian2.Doubles{0, 1.5, math.Pi} })
	s.add("floats", func() any { return hessian2.Floats{0, 1.5, 0.1} })
	s.add("shorts", func() any { return hessian2.Shorts{1, -1, math.MinInt16} })
	s.add("booleans", func() any { return hessian2.Bools{true, false, true} })
	s.typed("chars", "a\u00e9\u4f60")
	s.add("strings", func() any { return typed("[string", "a", nil, "c") })
	s.add("objects", func() any { return typed("[object", int32(1), "a", nil, date(instant)) })
	s.add("integers", func() any { return typed("[java.lang.Integer", int32(1), nil, int32(3)) })
	s.add("long-objects", func() any { return typed("[java.lang.Long", int64(1), nil) })
	s.add("dates", func() any { return typed("[date", date(0), date(instant)) })
	s.add("colors", func() any { return typed("[onramp.interop.Color", Red, Blue, Red) })
	s.add("car-array", func() any { return typed("[onramp.interop.Car", car("red", 1), nil, car("blue", 2)) })
	s.add("ints:nested", func() any { return typed("[[int", hessian2.Ints{1, 2}, hessian2.Ints{}, hessian2.Ints{3}) })
	s.add("strings:nested", func() any { return typed("[[string", hessian2.Strings{"a"}, hessian2.Strings{"b", "c"}) })
	s.add("arrays:twice", func() any {
		return list(hessian2.Ints{1}, hessian2.Ints{2}, hessian2.Strings{"a"}, hessian2.Strings{"b"})
	})
}
