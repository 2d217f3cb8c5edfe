package hessian2_test

import (
	"math"
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

// generals draws values in their general form, which may share others and contain
// themselves.
type generals struct {
	t    *rapid.T
	made []any // lists, maps and objects that may be referred to, open ones too
}

func (g *generals) draw(depth int) any {
	kinds := 13
	if depth == 0 {
		kinds = 9
	}
	switch rapid.IntRange(0, kinds).Draw(g.t, "kind") {
	case 0:
		return nil
	case 1:
		return rapid.Bool().Draw(g.t, "bool")
	case 2:
		return rapid.Int32().Draw(g.t, "int")
	case 3:
		return rapid.Int64().Draw(g.t, "long")
	case 4:
		return g.double()
	case 5:
		return g.text()
	case 6:
		return rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(g.t, "bytes")
	case 7:
		return time.UnixMilli(rapid.Int64Range(-1e14, 1e14).Draw(g.t, "date")).UTC()
	case 8:
		return g.special()
	case 9:
		if len(g.made) > 0 {
			return rapid.SampledFrom(g.made).Draw(g.t, "shared")
		}
		return nil
	case 10, 11:
		return g.list(depth - 1)
	case 12:
		return g.mapping(depth - 1)
	}
	return g.object(depth - 1)
}

func (g *generals) double() float64 {
	return rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{0, 1, -1, 0.5, 12.345, math.Inf(1), math.NaN(), 1e300}), rapid.Map(rapid.Int32(), func(n int32) float64 { return float64(n) / 1000 })).Draw(g.t, "double")
}

func (g *generals) text() string {
	return rapid.OneOf(rapid.String(), rapid.StringN(0, 2000, -1), rapid.SampledFrom([]string{"", "\x00", "😀", "é"})).Draw(g.t, "text")
}

func (g *generals) special() any {
	switch rapid.IntRange(0, 6).Draw(g.t, "special") {
	case 0:
		return hessian2.Ints(rapid.SliceOf(rapid.Int32()).Draw(g.t, "ints"))
	case 1:
		return hessian2.Doubles{g.double(), g.double()}
	case 2:
		return hessian2.Strings{g.text()}
	case 3:
		return new(big.Int).Mul(big.NewInt(rapid.Int64().Draw(g.t, "big")), big.NewInt(rapid.Int64().Draw(g.t, "big")))
	case 4:
		return hessian2.UUIDOf(rapid.Int64().Draw(g.t, "most"), rapid.Int64().Draw(g.t, "least"))
	case 5:
		return hessian2.NewDecimal(rapid.Int64().Draw(g.t, "unscaled"), rapid.Int32Range(-10, 30).Draw(g.t, "scale"))
	}
	return hessian2.LocalDate{Year: int32(rapid.IntRange(1, 9999).Draw(g.t, "year")), Month: 2, Day: 28}
}

var someTypes = []string{"", "", "java.util.LinkedList", "[com.acme.Car", "[[int", "com.acme.Übung"}

func (g *generals) list(depth int) any {
	l := &hessian2.List{Type: rapid.SampledFrom(someTypes).Draw(g.t, "type"), Items: []any{}}
	g.made = append(g.made, l)
	for range rapid.IntRange(0, 10).Draw(g.t, "length") {
		l.Items = append(l.Items, g.draw(depth))
	}
	return l
}

func (g *generals) mapping(depth int) any {
	m := &hessian2.Map{Type: rapid.SampledFrom([]string{"", "java.util.TreeMap", "com.acme.Table"}).Draw(g.t, "type")}
	g.made = append(g.made, m)
	for range rapid.IntRange(0, 4).Draw(g.t, "entries") {
		m.Entries = append(m.Entries, hessian2.Entry{Key: g.key(), Value: g.draw(depth)})
	}
	return m
}

// key draws what may be a key: no list and no map is.
func (g *generals) key() any {
	switch v := g.draw(0).(type) {
	case hessian2.Ints, hessian2.Doubles, hessian2.Strings, *hessian2.List, *hessian2.Map:
		return g.text()
	default:
		return v
	}
}

func (g *generals) object(depth int) any {
	o := &hessian2.Object{Class: rapid.SampledFrom([]string{"com.acme.A", "com.acme.B", "C"}).Draw(g.t, "class")}
	g.made = append(g.made, o)
	for i := range rapid.IntRange(0, 5).Draw(g.t, "fields") {
		o.Fields = append(o.Fields, hessian2.Field{Name: string(rune('a' + i)), Value: g.draw(depth)})
	}
	return o
}

func TestGeneralValuesSurvive(t *testing.T) {
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		rapid.Check(t, func(r *rapid.T) {
			g := &generals{t: r}
			in := []any{g.draw(4), g.draw(3), g.draw(1)} // which share
			b, err := body(s, in)
			if err != nil {
				r.Fatal(err)
			}
			out, err := values(s, b)
			if err != nil {
				r.Fatalf("%v: %v", in, err)
			}
			if !hessian2.Equal(in, out) {
				r.Fatalf("%v is %v", in, out)
			}
			again, err := body(s, out)
			if err != nil || len(again) != len(b) {
				r.Fatalf("%x is written again as %x, %v", b, again, err)
			}
		})
	})
}

// treeOf draws a tree in which nodes are shared.
func treeOf(t *rapid.T, depth int, made *[]*tree) *tree {
	if len(*made) > 0 && rapid.IntRange(0, 3).Draw(t, "shared") == 0 {
		return rapid.SampledFrom(*made).Draw(t, "node")
	}
	if depth == 0 {
		return nil
	}
	n := &tree{Shade: rapid.SampledFrom([]shade{"", "DARK", "LIGHT"}).Draw(t, "shade")}
	*made = append(*made, n)
	n.Name = rapid.String().Draw(t, "name")
	n.N = rapid.Int32().Draw(t, "n")
	n.Ratio = rapid.Float64().Draw(t, "ratio")
	n.Numbers = rapid.SliceOfN(rapid.Int64(), 0, 4).Draw(t, "numbers")
	n.Texts = rapid.SliceOfN(rapid.String(), 0, 3).Draw(t, "texts")
	n.Keys = rapid.MapOfN(rapid.Int32(), rapid.String(), 0, 3).Draw(t, "keys")
	n.At = time.UnixMilli(rapid.Int64Range(-1e13, 1e13).Draw(t, "at")).UTC()
	n.Left, n.Right = treeOf(t, depth-1, made), treeOf(t, depth-1, made)
	n.All = []*tree{treeOf(t, depth-1, made), n}
	n.By = map[string]*tree{"x": treeOf(t, depth-1, made)}
	n.Big = big.NewInt(rapid.Int64().Draw(t, "big"))
	n.Pair = [2]int16{rapid.Int16().Draw(t, "pair"), 1}
	n.Grid = [][]float32{rapid.SliceOfN(rapid.Float32(), 0, 3).Draw(t, "grid")}
	if other := treeOf(t, depth-1, made); other != nil {
		n.Any = other
	}
	return n
}

func TestTypedValuesSurvive(t *testing.T) {
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		rapid.Check(t, func(r *rapid.T) {
			var made []*tree
			in := treeOf(r, 3, &made)
			b, err := s.Append(nil, in)
			if err != nil {
				r.Fatal(err)
			}
			var out *tree
			if err := s.Decode(b, &out); err != nil {
				r.Fatal(err)
			}
			if !hessian2.Equal(in, out) {
				r.Fatalf("%+v is %+v", in, out)
			}
			var general any
			if err := hessianOf(s).Decode(b, &general); err != nil {
				r.Fatal(err)
			}
			// What a peer without our types passes on is the same value to us.
			passed, err := hessianOf(s).Append(nil, general)
			if err != nil {
				r.Fatal(err)
			}
			out = nil
			if err := s.Decode(passed, &out); err != nil || !hessian2.Equal(in, out) {
				r.Fatalf("passed on: %+v is %+v, %v", in, out, err)
			}
		})
	}, registered()...)
}

// hessianOf returns a Serializer of the same dialect that knows no types.
func hessianOf(s *hessian2.Serializer) *hessian2.Serializer {
	if s.Dialect() == hessian2.Draft {
		return hessian2.NewDraft()
	}
	return hessian2.New()
}
