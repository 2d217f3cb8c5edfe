package hessian2

import (
	"math/big"
	"testing"
	"time"
)

type acmeColor string

func (acmeColor) JavaClassName() string { return "com.acme.Color" }

// acmeTypes is com.acme.Types: a field of each type of Java.
type acmeTypes struct {
	Z       bool
	B       int8
	S       int16
	C       string
	I       int32
	J       int64
	F       float32
	D       float64
	Str     string
	Bytes   []byte
	Ints    []int32
	Strings []string
	Any     any
	List    []int32
	Map     map[string]any
	Date    time.Time
	Dec     Decimal
	Color   acmeColor
	Day     LocalDate
}

func (acmeTypes) JavaClassName() string { return "com.acme.Types" }

// acmeBoxes is com.acme.Boxes, whose fields are null.
type acmeBoxes struct {
	Z       *bool
	B       *int8
	S       *int16
	C       *string
	I       *int32
	J       *int64
	F       *float32
	D       *float64
	Str     *string
	Bytes   []byte
	List    []any
	Map     map[string]any
	Date    *time.Time
	Color   *acmeColor
	Missing string
}

func (acmeBoxes) JavaClassName() string { return "com.acme.Boxes" }

type acmeBase struct {
	Name string
	A    int32
}

type acmeDerived struct {
	acmeBase

	Name string
	B    int32
}

func (acmeDerived) JavaClassName() string { return "com.acme.Derived" }

type acmeNode struct {
	ID   int32 `hessian:"id"`
	Next *acmeNode
	Kids []*acmeNode
}

func (acmeNode) JavaClassName() string { return "com.acme.Node" }

func vectorNamed(t *testing.T, file, name string) []byte {
	t.Helper()
	for _, v := range vectors(t, file) {
		if v.Name == name {
			return v.bytes(t)
		}
	}
	t.Fatalf("%s has no %s", file, name)
	return nil
}

// both reads a vector into a T in both dialects.
func both[T any](t *testing.T, name string, check func(t *testing.T, got T)) {
	t.Helper()
	for _, f := range []struct {
		s           *Serializer
		java, older string
	}{{New(), "java_v2.json", "hessian_lite_dubbo_java.json"}, {NewDraft(), "java_draft.json", "hessian_sofa3_java.json"}} {
		file := f.java
		if name == "circular_self" || name == "circular_list" || name == "exception" {
			file = f.older
		}
		t.Run(f.s.Name()+"/"+name, func(t *testing.T) {
			var got T
			if err := f.s.Decode(vectorNamed(t, file, name), &got); err != nil {
				t.Fatal(err)
			}
			check(t, got)
		})
	}
}

func TestVectorsAreReadIntoTypesOfGo(t *testing.T) {
	want := acmeTypes{
		Z: true, B: 1, S: 2, C: "c", I: 3, J: 4, F: 1.5, D: 2.5, Str: "s", Bytes: []byte{1}, Ints: []int32{1, 2}, Strings: []string{"a"}, Any: "any",
		List: []int32{1}, Map: map[string]any{"a": int32(1)}, Date: time.Unix(0, 0).UTC(), Dec: mustDecimal("1.5"), Color: "RED", Day: LocalDate{2024, 2, 29},
	}
	same := func(want any) func(*testing.T, any) {
		return func(t *testing.T, got any) {
			t.Helper()
			if !Equal(got, want) {
				t.Errorf("%+v, want %+v", got, want)
			}
		}
	}
	both(t, "types", func(t *testing.T, got acmeTypes) { t.Helper(); same(want)(t, got) })
	both(t, "types", func(t *testing.T, got map[string]any) {
		t.Helper()
		if got["str"] != "s" || got["d"] != 2.5 || len(got) != 19 {
			t.Errorf("%v", got)
		}
	})
	both(t, "types_null", func(t *testing.T, got *acmeBoxes) { t.Helper(); same(&acmeBoxes{})(t, got) })
	both(t, "parent_child", func(t *testing.T, got acmeDerived) {
		t.Helper()
		if want := (acmeDerived{acmeBase{"parent", 1}, "child", 2}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	})
	both(t, "biginteger_2_80", func(t *testing.T, got *big.Int) { t.Helper(); same(new(big.Int).Lsh(big.NewInt(1), 80))(t, got) })
	both(t, "bigdecimal", func(t *testing.T, got Decimal) { t.Helper(); same(mustDecimal("1.50"))(t, got) })
	both(t, "enum", func(t *testing.T, got acmeColor) { t.Helper(); same(acmeColor("GREEN"))(t, got) })
	both(t, "enums", func(t *testing.T, got []acmeColor) { t.Helper(); same([]acmeColor{"RED"})(t, got) })
	both(t, "int_matrix", func(t *testing.T, got [][]int32) { t.Helper(); same([][]int32{{1}, {2, 3}})(t, got) })
	both(t, "byte_matrix", func(t *testing.T, got [][]byte) { t.Helper(); same([][]byte{{1}, {2, 3}})(t, got) })
	both(t, "hashset", func(t *testing.T, got []int64) { t.Helper(); same([]int64{1})(t, got) })
	both(t, "treemap", func(t *testing.T, got map[string]int) { t.Helper(); same(map[string]int{"a": 1})(t, got) })
	both(t, "sql_timestamp", func(t *testing.T, got time.Time) { t.Helper(); same(time.UnixMilli(1700000000123))(t, got) })
	both(t, "instant", func(t *testing.T, got time.Time) { t.Helper(); same(time.Unix(1709210096, 789e6))(t, got) })
	both(t, "offsetdatetime", func(t *testing.T, got time.Time) { t.Helper(); same(time.Unix(1709210096-19800, 789e6))(t, got) })
	both(t, "zoneddatetime", func(t *testing.T, got time.Time) { t.Helper(); same(time.Unix(1709210096-3600, 789e6))(t, got) })
	both(t, "strings", func(t *testing.T, got []string) { t.Helper(); same([]string{"a", ""})(t, got) })
	both(t, "char", func(t *testing.T, got string) { t.Helper(); same("中")(t, got) })
	both(t, "float", func(t *testing.T, got float32) { t.Helper(); same(float32(1.1))(t, got) })
}

func TestVectorsWithCirclesAreReadIntoPointers(t *testing.T) {
	both(t, "circular_self", func(t *testing.T, got *acmeNode) {
		t.Helper()
		if got.ID != 1 || got.Next != got {
			t.Errorf("%+v", got)
		}
	})
	both(t, "circular_list", func(t *testing.T, got *acmeNode) {
		t.Helper()
		if len(got.Kids) != 1 || got.Kids[0].Next != got {
			t.Errorf("%+v", got)
		}
	})
	both(t, "exception", func(t *testing.T, got error) {
		t.Helper()
		e, ok := got.(*Exception)
		if !ok || e.Cause != nil || len(e.StackTrace) != 1 || got.Error() != "java.lang.IllegalStateException: boom" {
			t.Errorf("%+v", got)
		}
	})
}
