package hessian2

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/internal/leak"
)

// thrown is an exception that a service registered.
type thrown struct {
	Exception

	Code int32
}

func (*thrown) JavaClassName() string { return "com.acme.Thrown" }

func fromHex(parts ...string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(strings.Join(parts, ""), " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

// hostile are bodies that kill or stall other readers of Hessian: by asking for memory,
// by nesting, by indices that are none, by elements that are not of their list's type,
// by names that are kept. Each is an error here.
func hostile() map[string][]byte {
	x, r := fromHex, strings.Repeat
	manyNames := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "07%x", fmt.Sprintf("f%06d", i))
		}
		return b.String()
	}
	return map[string][]byte{
		"a list of -1":                         x("588f"),
		"a class of -1 fields":                 x("43008f"),
		"a reference to -1":                    x("518f"),
		"a type -1":                            x("4d8f"),
		"a type called -1":                     x("71022d3190"),
		"a map that is not there":              x("48"),
		"a map as a key":                       x("48485a905a"),
		"half of a pair of surrogates":         x("01eda080"),
		"a string in an int[]":                 x("71045b696e740161"),
		"a string in an int[] without length":  x("55045b696e7401615a"),
		"a Throwable whose message is an int":  x("43136a6176612e6c616e672e5468726f7761626c65910d64657461696c4d65737361676560 90"),
		"the same as a map":                    x("4d136a6176612e6c616e672e5468726f7761626c650d64657461696c4d657373616765905a"),
		"2^31 elements":                        x("58497fffffff"),
		"2^31 fields":                          x("430049 7fffffff"),
		"2^26 elements":                        x("584904000000"),
		"2^31 ints":                            x("56045b696e74 497fffffff"),
		"a million maps in maps":               bytes.Repeat([]byte{0x48}, 1000000),
		"a million lists in lists":             bytes.Repeat([]byte{0x57}, 1<<20),
		"8 MB of classes":                      bytes.Repeat(x("430090"), 8<<20/3),
		"8 MB of objects in objects":           append(x("430161910162"), bytes.Repeat([]byte{0x60}, 8<<20)...),
		"an array of 60000 dimensions":         x("7153ea63", r("5b", 60000), "696e74 4e"),
		"an array of 8000 dimensions":          x("71531f43", r("5b", 8000), "696e74 4e"),
		"2000 objects of 65536 fields":         x("430049 00010000", r("00", 65536), r("60", 2000)),
		"100000 lists, and as many entries":    x("57", r("78", 100000), "48", r("0090", 100000), "5a5a"),
		"a registered class of 50000 fields":   x("430c636f6d2e61636d652e436172 d4c350", manyNames(50000), "60"),
		"23 million strings":                   x("56075b737472696e6749016104e4"),
		"a key that is a list that is the map": x("4d00 5190"),
	}
}

// hostileDraft are the same in the other dialect.
func hostileDraft() map[string][]byte {
	x, r := fromHex, strings.Repeat
	return map[string][]byte{
		"a list of -1":                        x("566cffffffff7a"),
		"a class of -1 fields":                x("4f91438f"),
		"a class whose name is -1 long":       x("4f8f"),
		"a reference to -1":                   x("52ffffffff"),
		"a reference to nothing":              x("4a00"),
		"a type -1":                           x("4d758f7a"),
		"a list of a type that is not there":  x("769091"),
		"a map that is not there":             x("4d"),
		"a map as a key":                      x("4d4d7a907a"),
		"a string in an int[]":                x("567400045b696e746e0101617a"),
		"a string in an int[] without length": x("567400045b696e7401617a"),
		"a Throwable whose message is an int": x("4fa36a6176612e6c616e672e5468726f7761626c65910d64657461696c4d6573736167656f9090"),
		"2^31 elements":                       x("566c7fffffff"),
		"2^31 fields":                         x("4f9143497fffffff"),
		"a class name of 2^31":                x("4f497fffffff"),
		"2^31 ints":                           x("567400045b696e746c7fffffff"),
		"2^31 elements of a known type":       x("567400045b696e746e01917a", "7690497fffffff"),
		"a million maps in maps":              bytes.Repeat([]byte{0x4d}, 1000000),
		"a million lists in lists":            bytes.Repeat([]byte{0x56}, 1<<20),
		"8 MB of classes":                     bytes.Repeat(x("4f914390"), 2<<20),
		"8 MB of objects in objects":          append(x("4f9143910162"), bytes.Repeat(x("6f90"), 4<<20)...),
		"an array of 60000 dimensions":        x("5674ea63", r("5b", 60000), "696e74 6e014e7a"),
		"2000 objects of 65536 fields":        x("4f914349 00010000", r("00", 65536), r("6f90", 2000)),
		"100000 lists, and as many entries":   x("56", r("566e007a", 100000), "4d", r("0090", 100000), "7a7a"),
	}
}

func TestHostileBodiesAreErrorsAndCostNothing(t *testing.T) {
	types := Register(car{}, (*thrown)(nil))
	for _, s := range []*Serializer{New(types), NewDraft(types)} {
		all := hostile()
		if s.Dialect() == Draft {
			all = hostileDraft()
		}
		for name, body := range all {
			t.Run(s.Name()+"/"+name, func(t *testing.T) {
				for kind, target := range targets() {
					var err error
					cost := costOf(func() { _, err = decodeAllInto(s, body, target) })
					if err == nil && kind == "any" {
						t.Errorf("%s: no error", kind)
					} else if err != nil && len(err.Error()) > 1000 {
						t.Errorf("%s: an error of %d bytes: %.200s", kind, len(err.Error()), err)
					}
					cost.check(t, kind)
				}
				cost := costOf(func() {
					var sc Scanner
					sc.Reset(s.Dialect(), body, Limits{})
					for sc.Next() != Invalid && sc.Skip() == nil {
					}
				})
				cost.check(t, "skipped")
			})
		}
	}
}

// targets are what hostile bodies are read into.
func targets() map[string]func() any {
	return map[string]func() any{
		"any":       func() any { return new(any) },
		"car":       func() any { return new(car) },
		"ints":      func() any { return new([]int32) },
		"strings":   func() any { return new([]string) },
		"map":       func() any { return new(map[string]any) },
		"list":      func() any { return new(*List) },
		"exception": func() any { return new(*Exception) },
		"error":     func() any { return new(error) },
	}
}

// decodeAllInto reads every value of a body into new targets.
func decodeAllInto(s *Serializer, body []byte, target func() any) (all []any, err error) {
	d := s.Decoder(body)
	defer d.Close()
	for d.Rest() > 0 && err == nil {
		v := target()
		err = d.Value(v)
		all = append(all, v)
	}
	return all, err
}

// cost is what something took: the least of three tries.
type cost struct {
	bytes uint64
	time  time.Duration
}

func costOf(f func()) cost {
	least := cost{bytes: 1 << 62, time: 1 << 62}
	for range 3 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		begin := time.Now()
		f()
		took := time.Since(begin)
		runtime.ReadMemStats(&after)
		least.bytes, least.time = min(least.bytes, after.TotalAlloc-before.TotalAlloc), min(least.time, took)
	}
	return least
}

// check fails a test that took more than 1 MiB or five times 10 ms.
func (c cost) check(t *testing.T, what string) {
	t.Helper()
	if c.bytes >= 1<<20 {
		t.Errorf("%s: took %d bytes, want less than 1 MiB", what, c.bytes)
	}
	if most := 50 * time.Millisecond; c.time > most && !leak.Race {
		t.Errorf("%s: took %v, want less than %v", what, c.time, most)
	}
}

// legal are bodies that other readers do not survive, or keep, and that mean something.
func legal(d Dialect) map[string][]byte {
	if d == Draft {
		return map[string][]byte{
			"a list that contains itself":   fromHex("566e014a007a"),
			"a map that contains itself":    fromHex("4d01614a007a"),
			"an exception of unknown class": fromHex("4f976576696c2e43319 40d64657461696c4d6573736167651473757070726573736564457863657074696f6e730a737461636b5472616365056361757365 6f904e4e4e4e"),
		}
	}
	return map[string][]byte{
		"a list that contains itself":   fromHex("795190"),
		"a map that contains itself":    fromHex("48016151905a"),
		"an exception of unknown class": fromHex("43076576696c2e4331940d64657461696c4d6573736167651473757070726573736564457863657074696f6e730a737461636b5472616365056361757365604e4e4e4e"),
	}
}

func TestLegalBodiesThatStopOthersAreValuesLikeAnyOther(t *testing.T) {
	text := map[string][2]string{
		"a list that contains itself":   {"[<cycle>]", "[null]"},
		"a map that contains itself":    {`{"a": <cycle>}`, `{"a":null}`},
		"an exception of unknown class": {"evil.C1", `{"class":"evil.C1","message":""}`},
	}
	for _, s := range []*Serializer{New(), NewDraft()} {
		for name, body := range legal(s.Dialect()) {
			var v, w any
			cost := costOf(func() {
				v, w = nil, nil
				if err := errors.Join(s.Decode(body, &v), s.Decode(body, &w)); err != nil {
					t.Fatalf("%v, %s: %v", s.Dialect(), name, err)
				}
				printed := []string{fmt.Sprint(v), fmt.Sprintf("%s", v), fmt.Sprintf("%+v", v), fmt.Sprintf("%#v", []any{v})}
				if printed[0] != text[name][0] || len(strings.Join(printed, "")) > 500 {
					t.Errorf("%v, %s prints %s", s.Dialect(), name, printed)
				}
				if out, err := json.Marshal(v); string(out) != text[name][1] || err != nil {
					t.Errorf("%v, %s is JSON %s, %v", s.Dialect(), name, out, err)
				}
				if !Equal(v, w) || !reflect.DeepEqual(v, w) || Equal(v, "other") {
					t.Errorf("%v, %s: two of it are not equal", s.Dialect(), name)
				}
				if back, err := s.Append(nil, v); err != nil || (!bytes.Equal(back, body) && name != "an exception of unknown class") {
					t.Errorf("%v, %s is written %x, %v", s.Dialect(), name, back, err)
				}
			})
			cost.check(t, name)
		}
	}
}

func TestAValueThatContainsItselfIsAnErrorForSlicesAndMaps(t *testing.T) {
	for _, s := range []*Serializer{New(), NewDraft()} {
		bodies := legal(s.Dialect())
		for _, target := range []any{new([]any), new([][]any)} {
			if err := s.Decode(bodies["a list that contains itself"], target); err == nil {
				t.Errorf("%v: %T holds itself", s.Dialect(), target)
			}
		}
		for _, target := range []any{new(map[string]any), new(map[string]map[string]any)} {
			if err := s.Decode(bodies["a map that contains itself"], target); err == nil {
				t.Errorf("%v: %T holds itself", s.Dialect(), target)
			}
		}
	}
}

// Names that a peer makes up must not be kept by anything.
func TestNothingOfABodyIsKept(t *testing.T) {
	for _, s := range []*Serializer{New(Register(car{})), NewDraft(Register(car{}))} {
		read := func(n int) {
			for i := range n {
				name := fmt.Sprintf("evil.Class%06d", i)
				v := &List{Items: []any{
					&Object{Class: name, Fields: []Field{{name, name}}}, &List{Type: name}, &Map{Type: name},
					NewException(name, name), &Object{Class: "com.acme.Car", Fields: []Field{{name, nil}}},
				}}
				body, err := s.Append(nil, v)
				if err != nil {
					t.Fatal(err)
				}
				var w any
				if err := s.Decode(body, &w); err != nil {
					t.Fatal(err)
				}
			}
		}
		read(100)
		before := live()
		read(5000)
		if after := live(); after > before+256<<10 {
			t.Errorf("%v: %d bytes are kept after 25000 names", s.Dialect(), after-before)
		}
	}
}

// live is how many bytes are in use.
func live() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what sync.Pool holds goes with the second
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// Values that share others along 2^60 paths are small in a body.
func TestSharedValuesOfABodyCostNoMoreThanTheyTake(t *testing.T) {
	for _, s := range []*Serializer{New(Register(car{})), NewDraft(Register(car{}))} {
		for name, v := range map[string]any{"values": shared(14), "exceptions": sharedExceptions(20)} {
			body, err := s.Append(nil, v)
			if err != nil || len(body) > 3000 {
				t.Fatalf("%v, %s: %d bytes, %v", s.Dialect(), name, len(body), err)
			}
			cost := costOf(func() {
				var w any
				if err := s.Decode(body, &w); err != nil {
					t.Fatal(err)
				}
				if _, err := json.Marshal(w); err != nil && name == "values" {
					t.Error(err)
				}
				if !Equal(v, w) || len(fmt.Sprintf("%+v", w)) > 70<<10 {
					t.Errorf("%v, %s: not equal, or printed too long", s.Dialect(), name)
				}
			})
			t.Log(s.Dialect(), name, len(body), cost)
		}
	}
}
