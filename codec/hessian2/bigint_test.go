package hessian2

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestBigIntegerIsWhatJavaWrites(t *testing.T) {
	for _, c := range []struct {
		text   string
		signum int32
		mag    []int32
	}{
		{"0", 0, nil}, {"1", 1, []int32{1}}, {"-1", -1, []int32{1}}, {"2147483648", 1, []int32{-2147483648}}, {"4294967295", 1, []int32{-1}},
		{"1208925819614629174706176", 1, []int32{65536, 0, 0}}, {"-123456789012345678901234567890", -1, []int32{1, -1897328650, -1015815954, 1312754386}},
	} {
		x, _ := new(big.Int).SetString(c.text, 10)
		j, err := toJava(x)
		if err != nil || j.Signum != c.signum || !Equal(j.Mag, Ints(c.mag)) {
			t.Errorf("%s is %+v, %v", c.text, j, err)
		}
		if back, err := fromJava(c.signum, c.mag); err != nil || back.Cmp(x) != 0 {
			t.Errorf("%s is read as %v, %v", c.text, back, err)
		}
	}
	if x, err := fromJava(1, []int32{0, 0, 5}); err != nil || x.Int64() != 5 {
		t.Errorf("leading zeros: %v, %v", x, err)
	}
}

func TestBigIntegerIsBounded(t *testing.T) {
	if _, err := toJava(new(big.Int).Lsh(big.NewInt(1), 32*maxMagnitude)); err == nil {
		t.Error("a number that is too long is written")
	}
	if _, err := toJava(new(big.Int).Lsh(big.NewInt(1), 32*maxMagnitude-1)); err != nil {
		t.Error(err)
	}
	for name, err := range map[string]error{
		"too long":           errOf(fromJava(1, append([]int32{1}, make([]int32, maxMagnitude)...))),
		"a sign of 2":        errOf(fromJava(2, []int32{1})),
		"a sign without any": errOf(fromJava(1, nil)),
		"zero with digits":   errOf(fromJava(0, []int32{1})),
		"only zeros":         errOf(fromJava(-1, []int32{0, 0})),
	} {
		if err == nil {
			t.Errorf("%s is read", name)
		}
	}
}

func errOf(_ *big.Int, err error) error { return err }

// Java 8 calls the caches otherwise, and a list may come without its type.
func TestBigIntegersOfOtherJavasAreRead(t *testing.T) {
	want := new(big.Int).Lsh(big.NewInt(-1), 80)
	for _, s := range []*Serializer{New(), NewDraft()} {
		for _, fields := range [][]Field{
			{{"signum", int32(-1)}, {"bitCount", int32(0)}, {"bitLength", int32(0)}, {"lowestSetBit", int32(0)}, {"firstNonzeroIntNum", int32(0)}, {"mag", Ints{65536, 0, 0}}},
			{{"mag", &List{Items: []any{int32(65536), int32(0), int32(0)}}}, {"signum", int32(-1)}},
			{{"future", "x"}, {"signum", int32(-1)}, {"mag", Ints{65536, 0, 0}}},
		} {
			body, err := s.Append(nil, &Object{Class: "java.math.BigInteger", Fields: fields})
			if err != nil {
				t.Fatal(err)
			}
			var v any
			if err := s.Decode(body, &v); err != nil || !Equal(v, want) {
				t.Errorf("%v: %v is read as %v, %v", s.Dialect(), fields, v, err)
			}
		}
		for _, fields := range [][]Field{
			{{"signum", int32(1)}}, {{"mag", Ints{1}}}, {{"signum", int32(3)}, {"mag", Ints{1}}}, {{"signum", "x"}, {"mag", Ints{1}}}, {{"signum", int32(1)}, {"mag", make(Ints, maxMagnitude+1)}},
		} {
			body, err := s.Append(nil, &Object{Class: "java.math.BigInteger", Fields: fields})
			if err != nil {
				t.Fatal(err)
			}
			var v any
			if err := s.Decode(body, &v); err == nil {
				t.Errorf("%v: %.60v is read as %v", s.Dialect(), fields, v)
			}
		}
	}
}

func TestBigIntegersTravel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := new(big.Int).SetBytes(rapid.SliceOfN(rapid.Byte(), 0, 50).Draw(t, "bytes"))
		if rapid.Bool().Draw(t, "negative") {
			x.Neg(x)
		}
		for _, s := range []*Serializer{New(), NewDraft()} {
			body, err := s.Append(nil, x)
			if err != nil {
				t.Fatal(err)
			}
			var v any
			if err := s.Decode(body, &v); err != nil || !Equal(v, x) {
				t.Fatalf("%v is read as %v, %v", x, v, err)
			}
		}
	})
}
