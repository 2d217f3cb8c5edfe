package main

import (
	"math"
	"strconv"

	hessian "github.com/apache/dubbo-go-hessian2"
)

// Lists, sets, maps and arrays.

func lists(all map[string]func() any) {
	all["list:empty"] = func() any { return list() }
	all["list:3"] = func() any { return list(int32(1), "two", 3.5) }
	for _, n := range []int{7, 8, 300} {
		all["list:"+strconv.Itoa(n)] = func() any { return counted(n) }
	}
	all["list:nulls"] = func() any { return list(nil, nil) }
	all["list:nested"] = func() any { return list(list(int32(1), list(int32(2), list(int32(3)))), list()) }
	all["list:mixed"] = func() any { return list(nil, true, int32(1), int64(1), 1.5, "s", fill(3), date(instant)) }
	all["list:deep"] = func() any {
		l := list()
		for range 49 {
			l = list(l)
		}
		return l
	}
	all["list:linked"] = func() any { return &LinkedList{Items{list("a", "b")}} }
	all["list:linked9"] = func() any { return &LinkedList{Items{counted(9)}} }
	all["list:linked-twice"] = func() any {
		return list(&LinkedList{Items{list("a")}}, &LinkedList{Items{list("b")}})
	}
	all["list:as-list"] = func() any { return list("a", "b", "c") }
	all["set:hash"] = func() any { return &HashSet{Items{list("a", "b", "c")}} }
	all["set:linked"] = func() any { return &LinkedHashSet{Items{list("z", "a", "m")}} }
	all["set:tree"] = func() any { return &TreeSet{Items{list(int32(1), int32(2), int32(3))}} }
}

func mappings(all map[string]func() any) {
	all["map:empty"] = func() any { return map[any]any{} }
	all["map:strings"] = func() any { return map[any]any{"a": "1", "b": "2"} }
	all["map:keys"] = func() any {
		return map[any]any{int32(1): "int", int64(2): "long", true: "boolean", 1.5: "double", nil: "null", date(0): "date"}
	}
	all["map:nulls"] = func() any { return map[any]any{"a": nil} }
	all["map:nested"] = func() any {
		return map[any]any{"m": map[any]any{"m": map[any]any{"x": int32(1)}}, "l": list(map[any]any{})}
	}
	all["map:300"] = func() any {
		m := map[any]any{}
		for i := range 300 {
			m["k"+strconv.Itoa(i)] = int32(i)
		}
		return m
	}
	all["map:linked"] = func() any { return LinkedHashMap{"a": int32(1)} }
	all["map:tree"] = func() any { return TreeMap{"z": int32(1), "a": int32(2), "m": int32(3)} }
	all["map:concurrent"] = func() any { return ConcurrentHashMap{"a": int32(1), "b": int32(2)} }
	all["map:cars"] = func() any {
		c := car("red", 1)
		return map[any]any{"a": c, "b": c}
	}
	all["map:enum-keys"] = func() any { return map[any]any{red: int32(1), blue: int32(2)} }
}

func arrays(all map[string]func() any) {
	all["ints:0"] = func() any { return []int32{} }
	all["ints:3"] = func() any { return []int32{1, -1, math.MaxInt32} }
	all["ints:300"] = func() any {
		a := make([]int32, 300)
		for i := range a {
			a[i] = int32(i * 1000)
		}
		return a
	}
	all["longs"] = func() any { return []int64{1, math.MinInt64, math.MaxInt64} }
	all["doubles"] = func() any { return []float64{0, 1.5, math.Pi} }
	all["floats"] = func() any { return []float32{0, 1.5, 0.1} }
	all["shorts"] = func() any { return []int16{1, -1, math.MinInt16} }
	all["booleans"] = func() any { return []bool{true, false, true} }
	all["chars"] = always("a\u00e9\u4f60")
	all["strings"] = func() any { return []*string{new("a"), nil, new("c")} }
	all["objects"] = func() any { return []hessian.Object{int32(1), "a", nil, date(instant)} }
	all["integers"] = func() any { return []*int32{new(int32(1)), nil, new(int32(3))} }
	all["long-objects"] = func() any { return []*int64{new(int64(1)), nil} }
	all["dates"] = func() any { return dates(0, instant) }
	all["colors"] = func() any { return []Color{red, blue, red} }
	all["car-array"] = func() any { return []*Car{car("red", 1), nil, car("blue", 2)} }
	all["ints:nested"] = func() any { return [][]int32{{1, 2}, {}, {3}} }
	all["strings:nested"] = func() any { return [][]string{{"a"}, {"b", "c"}} }
	all["arrays:twice"] = func() any { return list([]int32{1}, []int32{2}, []string{"a"}, []string{"b"}) }
}
