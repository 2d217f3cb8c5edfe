package hessian2_test

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/codec/hessian2"
	"github.com/onrampmesh/onramp/internal/oracle"
)

// shade is an enum.
type shade string

func (shade) JavaClassName() string { return "com.acme.Shade" }

// flat is a type whose objects are no larger than a few times their bytes.
type flat struct {
	Name    string   `hessian:"name"`
	N       int32    `hessian:"n"`
	Ratio   float64  `hessian:"ratio"`
	Numbers []int64  `hessian:"numbers"`
	Texts   []string `hessian:"texts"`
	Bytes   []byte   `hessian:"bytes"`
}

func (flat) JavaClassName() string { return "com.acme.Flat" }

// tree is a type of everything.
type tree struct {
	flat

	Shade   shade               `hessian:"shade"`
	At      time.Time           `hessian:"at"`
	Left    *tree               `hessian:"left"`
	Right   *tree               `hessian:"right"`
	All     []*tree             `hessian:"all"`
	By      map[string]*tree    `hessian:"by"`
	Keys    map[int32]string    `hessian:"keys"`
	Big     *big.Int            `hessian:"big"`
	Price   hessian2.Decimal    `hessian:"price"`
	ID      hessian2.UUID       `hessian:"id"`
	Day     hessian2.LocalDate  `hessian:"day"`
	Any     any                 `hessian:"any"`
	Cause   *hessian2.Exception `hessian:"cause"`
	Object  *hessian2.Object    `hessian:"object"`
	Pair    [2]int16            `hessian:"pair"`
	Grid    [][]float32         `hessian:"grid"`
	Ints    hessian2.Ints       `hessian:"ints"`
	Pointer **int64             `hessian:"pointer"`
}

func (tree) JavaClassName() string { return "com.acme.Tree" }

// FuzzV2 and FuzzDraft read hostile bodies of several values: as whatever they say they
// are, as types, and over them.
func FuzzV2(f *testing.F)    { fuzzDialect(f, hessian2.New(registered()...), seedsV2) }
func FuzzDraft(f *testing.F) { fuzzDialect(f, hessian2.NewDraft(registered()...), seedsDraft) }

func registered() []hessian2.Option { return []hessian2.Option{hessian2.Register(tree{}, shade(""))} }

func fuzzDialect(f *testing.F, s *hessian2.Serializer, seeds func(testing.TB) [][]byte) {
	for _, b := range seeds(f) {
		f.Add(b)
	}
	whole := general(s)
	small := typed[flat](s, oracle.Typed)
	texts := typed[[]string](s, oracle.Typed)
	numbers := typed[[]int32](s, oracle.Typed)
	trees := typed[*tree](s, oracle.Generic)
	maps := typed[map[string][]any](s, oracle.Generic)
	f.Fuzz(func(t *testing.T, src []byte) {
		all, err := whole.Check(t, src)
		scanned(t, s, src, all, err)
		_, _ = small.Check(t, src)
		_, _ = texts.Check(t, src)
		_, _ = numbers.Check(t, src)
		_, _ = trees.Check(t, src)
		_, _ = maps.Check(t, src)
	})
}

// scanned compares what is read with what is read over: a Scanner takes all that the
// decoder takes. What the decoder refuses beyond it is what the values mean.
func scanned(t *testing.T, s *hessian2.Serializer, src []byte, all []any, err error) {
	t.Helper()
	var scan hessian2.Scanner
	n := 0
	var problem error
	oracle.For(oracle.Generic, len(src)).Check(t, func() {
		n, problem = 0, nil
		scan.Reset(s.Dialect(), src, hessian2.Limits{})
		for scan.Rest() > 0 && problem == nil && n <= most {
			n++
			problem = scan.Skip()
		}
	})
	if err == nil && (problem != nil || n != len(all)) {
		t.Fatalf("%d values were read, and %d read over, %v", len(all), n, problem)
	}
	if problem == nil {
		walked(t, s.Dialect(), src, n)
	} else if why := (oracle.Text{}).Judge(problem, src); why != "" {
		t.Fatal(why)
	}
}

// walked goes into each container, and finds as many values at the same places.
func walked(t *testing.T, d hessian2.Dialect, src []byte, n int) {
	t.Helper()
	var scan, over hessian2.Scanner
	scan.Reset(d, src, hessian2.Limits{})
	over.Reset(d, src, hessian2.Limits{})
	for range n {
		if err := walk(&scan); err != nil {
			t.Fatalf("a value that can be read over cannot be walked: %v", err)
		}
		if err := over.Skip(); err != nil || over.Offset() != scan.Offset() {
			t.Fatalf("a value ends at %d, and was walked to %d, %v", over.Offset(), scan.Offset(), err)
		}
	}
}

func walk(s *hessian2.Scanner) error {
	switch s.Next() {
	case hessian2.KindList, hessian2.KindMap, hessian2.KindObject:
	case hessian2.KindRef:
		_, err := s.Ref()
		return err
	default:
		return s.Skip()
	}
	c, err := s.Enter()
	for err == nil && s.More(&c) {
		if err = walk(s); err == nil && c.Kind == hessian2.KindMap {
			err = walk(s)
		}
	}
	return errors.Join(err, s.Leave(&c))
}

// FuzzTypeNames cuts rows of descriptors and makes names of them, and signatures of names.
func FuzzTypeNames(f *testing.F) {
	for _, s := range []string{"", "I", "Ljava/lang/String;I[J", "[[Lcom/acme/Car;", "V", "L;", "[V", "[[[[[I", "Lx", "java.lang.String", "int[]", "[I", "[Ljava.util.List;", "a,b", "boolean[][]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		rest, n := []byte(s), 0
		for ok := true; ok && len(rest) > 0; n++ {
			var one, after []byte
			if one, after, ok = hessian2.NextDescriptor(rest); !ok {
				break
			}
			if len(one) == 0 || string(one)+string(after) != string(rest) {
				t.Fatalf("%q was cut into %q and %q", rest, one, after)
			}
			name := hessian2.AppendTypeName(nil, one)
			if back := hessian2.AppendDescriptor(nil, string(name)); !slices.Equal(back, one) && plain(string(one), string(name)) {
				t.Fatalf("%q is called %q, which is described by %q", one, name, back)
			}
			rest = after
		}
		o := signature(s)
		if o.Wrong != "" {
			if why := (oracle.Text{Quote: 70}).Judge(errors.New(o.Wrong), []byte(s)); why != "" {
				t.Fatal(why)
			}
			return
		}
		if again := signature(strings.Trim(o.Signature, "()")); again.Wrong != "" || again.Signature != o.Signature {
			t.Fatalf("%q is %q, which is %q, %s", s, o.Signature, again.Signature, again.Wrong)
		}
	})
}

// plain reports whether a descriptor and its name are ones that Java may have: no dot in
// the descriptor, and not a class that is called as a primitive is.
func plain(one, name string) bool {
	return !strings.Contains(one, ".") && signature(name).Wrong == "" && strings.Contains(name, ".")
}

func vectorBytes(t testing.TB, files ...string) (out [][]byte) {
	t.Helper()
	for _, file := range files {
		raw, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		var all []struct{ Hex string }
		if err := json.Unmarshal(raw, &all); err != nil {
			t.Fatal(err)
		}
		for _, v := range all {
			if b, err := hex.DecodeString(v.Hex); err == nil && len(b) > 0 {
				out = append(out, b)
			}
		}
	}
	return out
}

// sample is a tree with all that it can have.
func sample() *tree {
	n := int64(5)
	p := &n
	leaf := &tree{Shade: "LIGHT"}
	leaf.Name, leaf.Texts = "leaf", []string{"a", "b"}
	return &tree{
		flat: flat{Name: "root", N: 7, Ratio: 1.5, Numbers: []int64{1, 1 << 40}, Bytes: []byte("bytes")}, Shade: "DARK", At: time.UnixMilli(1e12), Left: leaf, Right: leaf,
		All: []*tree{leaf, nil}, By: map[string]*tree{"k": leaf}, Keys: map[int32]string{1: "one"}, Big: big.NewInt(1 << 50), ID: hessian2.UUIDOf(1, 2), Day: hessian2.LocalDate{Year: 2024, Month: 2, Day: 29},
		Any: []any{int32(1), "x", map[string]any{"y": leaf}}, Cause: hessian2.NewException("com.acme.Bad", "no"), Object: &hessian2.Object{Class: "com.acme.New", Fields: []hessian2.Field{{Name: "f", Value: true}}},
		Pair: [2]int16{1, 2}, Grid: [][]float32{{1.5}, {}}, Ints: hessian2.Ints{1, 2, 3}, Pointer: &p,
	}
}

func seedsOf(t testing.TB, s *hessian2.Serializer) (out [][]byte) {
	t.Helper()
	for _, v := range []any{sample(), []*tree{sample(), {}}, sample().flat, strings.Repeat("é😀a", 20000), make([]byte, 40000), map[string][]any{"a": {1, "b"}}, []string{"x", ""}, []int32{1, 1 << 20}} {
		b, err := s.Append(nil, v)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b)
	}
	return out
}

// Rows of bytes that kill other readers; hostile_test.go has the large ones.
func seedsV2(t testing.TB) [][]byte {
	t.Helper()
	out := append(vectorBytes(t, "java_v2.json", "hessian_refs_lite_java.json"), seedsOf(t, hessian2.New(registered()...))...)
	for _, s := range []string{
		"588f", "43008f", "518f", "4d8f", "71022d3190", "48", "48485a905a", "01eda080", "71045b696e740161", "55045b696e7401615a", "58497fffffff", "4300497fffffff", "584904000000",
		"56045b696e74497fffffff", "56075b737472696e6749016104e4", "795190", "48016151905a", "5751905a", "7a7a78519251914e", "520001eda0805301edb080", "520001eda080530001edb080",
		"43076576696e2c4331940d64657461696c4d6573736167651473757070726573736564457863657074696f6e730a737461636b5472616365056361757365604e4e4e4e",
		"43136a6176612e6c616e672e5468726f7761626c65910d64657461696c4d6573736167656090", "4d136a6176612e6c616e672e5468726f7761626c650d64657461696c4d657373616765905a",
	} {
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b)
	}
	return append(out, []byte(strings.Repeat("W", 3000)), []byte(strings.Repeat("H", 3000)), []byte(strings.Repeat("y", 60)+"Q\x90"), fmt.Appendf(nil, "W%sH%sZZ", strings.Repeat("x", 900), strings.Repeat("\x00\x90", 900)))
}

func seedsDraft(t testing.TB) [][]byte {
	t.Helper()
	out := append(vectorBytes(t, "java_draft.json", "hessian_refs_sofa3_java.json"), seedsOf(t, hessian2.NewDraft(registered()...))...)
	for _, s := range []string{"566e014a007a", "4d4e4a007a", "566cffffffff7a", "766f9091", "4f8f", "4f918f", "730001eda080530001edb080", "4b0001", "52ffffffff", "567400ff", "5675907a", "4d75907a", "566e0190566e00907a7a"} {
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b)
	}
	return append(out, []byte(strings.Repeat("V", 3000)), []byte(strings.Repeat("M", 3000)))
}
