package apache_test

import (
	"encoding/hex"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/codec/hessian2"
	"github.com/onrampmesh/onramp/codec/hessian2/apache"
	"github.com/onrampmesh/onramp/internal/oracle"
)

// bytesOf reads hex digits, between which "text" may stand.
func bytesOf(t testing.TB, s string) []byte {
	t.Helper()
	var out []byte
	for i, part := range strings.Split(strings.Join(strings.Fields(s), ""), `"`) {
		if i%2 == 1 {
			out = append(out, part...)
			continue
		}
		b, err := hex.DecodeString(part)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b...)
	}
	return out
}

// Inputs that kill the library, or make it take much, keep something, or panic. Each is an
// error here, and costs little.
func hostile(t testing.TB) map[string][]byte {
	in := map[string]string{
		"list of a negative length": "588f", "class of negative fields": "43008f",
		"reference below zero": "518f", "type below zero": "4d8f", "type that is a number": "71022d3190",
		"map without end": "48", "list as a key": "48485a905a", "half of a surrogate pair": "01eda080",
		"text in an int[]": "71045b696e740161", "text in an open int[]": "55045b696e7401615a",
		"number for a message":           "43136a6176612e6c616e672e5468726f7761626c65910d64657461696c4d6573736167656090",
		"number for a message, by a map": "4d136a6176612e6c616e672e5468726f7761626c650d64657461696c4d657373616765905a",
		"list of 2 G":                    "58497fffffff", "class of 2 G fields": "430049" + "7fffffff",
		"list of 64 M": "584904000000", "int[] of 2 G": "56045b696e74497fffffff", "String[] of 23 M": "56075b737472696e6749016104e4",
		"exception that is not registered": `43076576696e2c4331 94 0d"detailMessage"14"suppressedExceptions"0a"stackTrace"05"cause" 60 4e4e4e4e`,
		"object that is not registered":    `4301"A"91016160 90`,
		"list that contains itself":        "795190", "map that contains itself": "48016151905a", "open list that contains itself": "5751905a",
		"list within a map that contains it": "7948016151905a", "typed list that contains itself": `71 07"[object" 5190`,
		"doubled thirty times":                doubled(30),
		"surrogate pair over two chunks":      "520001eda080 5300 01edb080",
		"enum without a field":                `43 0e"com.acme.Color" 90 60 58497fffffff`,
		"enum with two fields":                `43 0e"com.acme.Color" 92 046e616d65 0161 60 03"RED" 58497fffffff`,
		"enum that is a list":                 `43 0e"com.acme.Color" 91 046e616d65 60 7991`,
		"date with two fields":                `43 0d"java.sql.Date" 92 0161 0162 60 4e 4e`,
		"collection without a length":         `55 0e"com.acme.Crate" 06 58497fff 5a`,
		"null key in a map field":             `43 0c"com.acme.Car" 91 04"tags" 60 48 4e 90 01"a" 01"b" 5a`,
		"object for a list field":             `43 0e"com.acme.Owner" 92 04"cars" 04"name" 60 48 5a 01"a"`,
		"reference to an object for a list":   `43 0e"com.acme.Owner" 91 04"cars" 60 5190`,
		"number as a map's key of a class":    `4d 0e"com.acme.Wheel" 91 92 5a`,
		"object of a collection":              `43 0e"com.acme.Crate" 90 60`,
		"object of a number":                  `43 11"java.lang.Integer" 90 60`,
		"wrong value in a field of the class": `43 0e"com.acme.Wheel" 91 04"size" 60 01"a"`,
		"more fields than are read":           `43 0e"com.acme.Point" 93 0178 0179 017a 60 91 92 06 58 49 04000000`,
		"big decimal that is none":            `43 14"java.math.BigDecimal" 91 05"value" 60 03"abc"`,
	}
	out := map[string][]byte{
		"a million maps":             []byte(strings.Repeat("H", 1_000_000)),
		"a million lists":            []byte(strings.Repeat("W", 1<<20)),
		"a million classes":          []byte(strings.Repeat("C\x00\x90", 1<<20/3)),
		"60000 dimensions":           append(append([]byte{0x71, 'S', 0xea, 0x63}, strings.Repeat("[", 60000)...), 'i', 'n', 't', 'N'),
		"8000 dimensions":            append(append([]byte{0x71, 'S', 0x1f, 0x43}, strings.Repeat("[", 8000)...), 'i', 'n', 't', 'N'),
		"five dimensions":            append([]byte{0x71, 8}, "[[[[[intN"...),
		"65536 fields":               append(append([]byte("C\x00I\x00\x01\x00\x00"), make([]byte, 65536)...), strings.Repeat("`", 2000)...),
		"100000 references":          []byte("W" + strings.Repeat("x", 100000) + "H" + strings.Repeat("\x00\x90", 100000) + "ZZ"),
		"65536 lists, and 20 values": []byte(strings.Repeat("X\xd5\x00\x00"+strings.Repeat("x", 65536), 2)),
		"empty binaries":             append([]byte("XI\x00\x04\x00\x00"), strings.Repeat(" ", 1<<18)...),
	}
	for name, s := range in {
		out[name] = bytesOf(t, s)
	}
	return out
}

// doubled is a list of lists that each contain the next twice, by a reference.
func doubled(n int) string {
	s := strings.Repeat("7a", n) + "78"
	for i := n; i > 0; i-- {
		s += fmt.Sprintf("51%02x", 0x90+i)
	}
	return s
}

func TestHostileBytesAreErrorsAndCostLittle(t *testing.T) {
	for _, s := range []*apache.Serializer{stream(), stream(apache.UnknownClasses())} {
		for name, src := range hostile(t) {
			t.Run(name, func(t *testing.T) {
				limits := oracle.Limits{Bytes: 1 << 20, Time: 10 * time.Millisecond}
				legal := name == "object that is not registered" || strings.HasPrefix(name, "exception") // to a map, and by the engine
				for _, into := range []any{new(any), new(*car), new([]any), new([]string), new(map[string]any), new(string)} {
					var err error
					limits.Check(t, func() { err = s.Decode(src, into) })
					if err == nil && !legal {
						t.Fatalf("it is a %T", into)
					}
					if err != nil {
						if why := (oracle.Text{Most: 600}).Judge(err, src); why != "" {
							t.Error(why)
						}
					}
				}
			})
		}
	}
}

// The library goes over all lists and references behind each value of a body.
func TestManyValuesBehindManyReferencesAreAnError(t *testing.T) {
	src := append([]byte("X\xd4\xf0\x00x"), strings.Repeat("Q\x91", 0xf000-1)...)
	src = append(src, strings.Repeat("\x90", 2000)...)
	s := stream()
	oracle.Limits{Time: 200 * time.Millisecond}.Check(t, func() {
		d := s.Decoder(src)
		defer d.Close()
		n, err := 0, error(nil)
		for ; err == nil && n < 2000; n++ {
			err = d.Value(new(any))
		}
		if err == nil || n < 3 {
			t.Errorf("%d values, %v", n, err)
		}
	})
}

// Bytes that are well formed for the walk, and that the library would read from another
// place on: a list of 64 M elements would be next.
func TestTheLibraryNeverLeavesThePathOfTheWalk(t *testing.T) {
	const bomb = `06 58 49 04000000`
	for name, s := range map[string]string{
		"error in an unknown field":      `43 0e"com.acme.Owner" 92 04"what" 04"name" 60  43 0e"com.acme.Owner" 92 04"cars" 04"name" 61 90` + bomb + bomb,
		"class in an unknown field":      `43 0e"com.acme.Owner" 92 04"what" 04"name" 60  43 07"nothing" 92 01"a" 01"b" 61 90` + bomb + bomb,
		"exception in an unknown field":  `43 0e"com.acme.Owner" 92 04"what" 04"name" 60  43 02"XX" 94 0d"detailMessage"14"suppressedExceptions"0a"stackTrace"05"cause" 61 4e4e4e` + bomb + bomb,
		"enum in an unknown field":       `43 0e"com.acme.Owner" 92 04"what" 04"name" 60  43 0e"com.acme.Color" 92 01"a" 01"b" 61 90` + bomb + bomb,
		"field that is not exported":     `43 0c"com.acme.Car" 92 06"hidden" 09"modelName" 60 ` + bomb + bomb,
		"collection in an unknown field": `43 0e"com.acme.Owner" 92 04"what" 04"name" 60  55 0e"com.acme.Crate"` + bomb + `5a` + bomb,
		"map of a class there":           `43 0e"com.acme.Owner" 92 04"what" 04"name" 60  4d 0e"com.acme.Wheel" 91` + bomb + `5a` + bomb,
		"type reference there":           `43 0e"com.acme.Owner" 92 04"what" 04"name" 60  7a 71045b696e7490 56 4900000000 91` + bomb + bomb,
		"array of a class there":         `43 0e"com.acme.Owner" 92 04"what" 04"name" 60  71 0f"[com.acme.Wheel"` + bomb + bomb,
	} {
		t.Run(name, func(t *testing.T) {
			src := bytesOf(t, s)
			var v any
			var err error
			serializer := stream()
			oracle.Limits{Bytes: 1 << 20, Time: 10 * time.Millisecond}.Check(t, func() { err = serializer.Decode(src, &v) })
			if err != nil {
				t.Fatalf("what stands in a field that the Go type lacks is the peer's own: %v", err)
			}
			text := string(bytesOf(t, bomb)[1:])
			if o, ok := v.(*owner); ok && o.Name != text {
				t.Errorf("%+v", o)
			}
			if c, ok := v.(*car); ok && (c.Model != text || c.secret() != "") {
				t.Errorf("%+v", c)
			}
		})
	}
}

// Types that are numbered otherwise by the library are named in full for it.
func TestTypesKeepTheirNumbers(t *testing.T) {
	s := stream()
	for name, in := range map[string]string{
		"collection":              `7b 71 0e"com.acme.Crate" 91  71 05"[long" e1  71 91 e2`,
		"named twice":             `7c 71 04"[int" 91  71 04"[int" 92  71 05"[long" e1  71 92 e2`,
		"map of a map field":      `7b 43 0c"com.acme.Car" 91 04"tags" 60 4d 11"java.util.TreeMap" 01"a"01"b" 5a  71 05"[long" e1  71 91 e2`,
		"list of an unknown one":  `7b 43 0c"com.acme.Car" 91 04"what" 60 71 07"[string" 01"a"  71 05"[long" e1  71 91 e2`,
		"reference in five bytes": `7a 71 05"[long" e1  71 4900000000 e2`,
	} {
		var v []any
		if err := s.Decode(bytesOf(t, in), &v); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if last, ok := v[len(v)-1].([]int64); !ok || len(last) != 1 || last[0] != 2 {
			t.Errorf("%s: %#v", name, v)
		}
	}
}

func TestFieldsThatTheGoTypeLacksAreForgotten(t *testing.T) {
	s := stream()
	// A value with classes of its own stands in the middle; classes behind it move.
	src := bytesOf(t, `43 0e"com.acme.Owner" 93 04"what" 04"name" 04"self" 60
		7b 43 03"new" 91 01"a" 61 5191  43 0e"com.acme.Wheel" 91 04"size" 62 99  61 01"z"
		01"n" 60 4e 02"me" 4e`)
	var o *owner
	if err := s.Decode(src, &o); err != nil || o.Name != "n" || o.Self == nil || o.Self.Name != "me" {
		t.Errorf("%+v, %v", o, err)
	}
	src = bytesOf(t, `7a 43 0e"com.acme.Owner" 92 04"what" 04"self" 60 60 4e 4e 4e 5192`)
	if err := s.Decode(src, new(any)); err == nil {
		t.Error("a reference into what was forgotten")
	}
}

func TestNothingOfTheWireIsKept(t *testing.T) {
	for name, s := range map[string]*apache.Serializer{"known": stream(), "unknown": stream(apache.UnknownClasses())} {
		for kind, input := range map[string]func(i int) []byte{
			"class":     func(i int) []byte { return fmt.Appendf(nil, "C\x09c%08d\x91\x01a`\x90", i) },
			"field":     func(i int) []byte { return fmt.Appendf(nil, "C\x0ecom.acme.Wheel\x91\x09f%08d`\x90", i) },
			"type":      func(i int) []byte { return fmt.Appendf(nil, "q\x0a[t%08d\x90", i) },
			"map":       func(i int) []byte { return fmt.Appendf(nil, "M\x09t%08d\x90\x90Z", i) },
			"dimension": func(i int) []byte { return fmt.Appendf(nil, "q\x0d[[[[t%08dN", i) },
			"exception": func(i int) []byte {
				return fmt.Appendf(nil, "C\x09e%08d\x94\x0ddetailMessage\x14suppressedExceptions\x0astackTrace\x05cause`NNNN", i)
			},
		} {
			if name == "known" && kind != "class" && kind != "field" {
				continue // the walk does the same
			}
			t.Run(name+" "+kind, func(t *testing.T) {
				oracle.Forgets(t, input, func(src []byte) { _ = s.Decode(src, new(any)) })
			})
		}
	}
}

func TestAClassStaysUnknownToTheLibrary(t *testing.T) {
	src := bytesOf(t, `43 04"evil" 94 0d"detailMessage"14"suppressedExceptions"0a"stackTrace"05"cause" 60 4e4e4e4e`)
	s := stream(apache.UnknownClasses())
	for range 3 {
		var v any
		if err := s.Decode(src, &v); err != nil {
			t.Fatal(err)
		}
		if x, ok := v.(*hessian2.Exception); !ok || x.Class != "evil" {
			t.Errorf("%#v", v)
		}
		if err := s.Decode(append([]byte{0x79}, src...), new(any)); err == nil {
			t.Error("an exception that is not registered, within a list")
		}
	}
}

func TestUnknownClassesAreMapsWhenAllowed(t *testing.T) {
	src := bytesOf(t, `43 01"A" 92 01"x" 04"next" 60 91 60 92 4e`)
	if err := stream().Decode(src, new(any)); err == nil || !strings.Contains(err.Error(), `"A" is not registered`) {
		t.Errorf("%v", err)
	}
	var v map[string]any
	fail(t, stream(apache.UnknownClasses()).Decode(src, &v))
	if next, ok := v["next"].(map[string]any); !ok || v["_class"] != "A" || v["x"] != int32(1) || next["x"] != int32(2) {
		t.Errorf("%v", v)
	}
}

func TestCyclesThroughObjectsAreRead(t *testing.T) {
	s := stream()
	// An owner in the list of cars of ... itself: Go has pointers between.
	src := bytesOf(t, `43 0e"com.acme.Owner" 92 04"self" 04"cars" 60 5190 79 43 0c"com.acme.Car" 92 05"owner" 05"extra" 61 5190 5191`)
	var o *owner
	fail(t, s.Decode(src, &o))
	if o.Self != o || len(o.Cars) != 1 || o.Cars[0].Owner != o {
		t.Errorf("%+v", o)
	}
	_ = fmt.Sprintf("%v %+v", o, o.Cars[0])
	runtime.KeepAlive(o)
}
