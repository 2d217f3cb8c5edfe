package hessian2

import (
	"encoding/json"
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestDecimalTakesWhatJavaTakes(t *testing.T) {
	for _, text := range []string{"0", "-0", "1", "+1", "1.50", ".5", "5.", "-.5", "1e5", "1E+400", "1.5e-300", "00.10", "1e2147483647", "123456789012345678901234567890.123456789"} {
		d, err := ParseDecimal(text)
		if err != nil || d.String() != text {
			t.Errorf("%s: %v, %v", text, d, err)
		}
	}
	for _, text := range []string{"", ".", "-", "+", "e5", "1e", "1e+", "--1", "1.2.3", "0x10", "1_000", "NaN", "Infinity", " 1", "1 ", "1e2147483648", "1e99999999999999999999", ".1e-2147483647", "١", strings.Repeat("1", 20000)} {
		if d, err := ParseDecimal(text); err == nil {
			t.Errorf("%q is the decimal %v", text, d)
		} else if len(err.Error()) > 300 {
			t.Errorf("an error of %d bytes", len(err.Error()))
		}
	}
	if got := (Decimal{}).String(); got != "0" {
		t.Errorf("the zero value is %s", got)
	}
}

func TestNewDecimalWritesAsJavaDoes(t *testing.T) {
	for _, c := range []struct {
		unscaled int64
		scale    int32
		want     string
	}{
		{0, 0, "0"}, {1050, 2, "10.50"}, {-1050, 2, "-10.50"}, {5, 1, "0.5"}, {-5, 3, "-0.005"}, {0, 2, "0.00"},
		{1, 6, "0.000001"}, {1, 7, "1E-7"}, {123, 10, "1.23E-8"}, {1, -3, "1E+3"}, {123, -1, "1.23E+3"}, {0, -3, "0E+3"}, {0, 7, "0E-7"},
		{math.MinInt64, 2, "-92233720368547758.08"}, {math.MaxInt64, 0, "9223372036854775807"}, {1, math.MaxInt32, "1E-2147483647"}, {1, math.MinInt32, "1E+2147483648"},
	} {
		if got := NewDecimal(c.unscaled, c.scale).String(); got != c.want {
			t.Errorf("NewDecimal(%d, %d) = %s, want %s", c.unscaled, c.scale, got, c.want)
		}
	}
}

func TestDecimalConverts(t *testing.T) {
	for text, want := range map[string]string{"1.50": "3/2", "-0.25": "-1/4", "1E+3": "1000/1", "1e-3": "1/1000", "0": "0/1", "-0.00": "0/1", "1e10000": "1" + strings.Repeat("0", 10000) + "/1"} {
		if r, err := mustDecimal(text).Rat(); err != nil || r.String() != want {
			t.Errorf("%s is %v, %v", text, r, err)
		}
	}
	for _, text := range []string{"1e999999999", "1e-999999999", "0.1e2147483647", "1e10001"} {
		if r, err := mustDecimal(text).Rat(); err == nil {
			t.Errorf("%s became a number of %d bits", text, r.Num().BitLen())
		}
	}
	for text, want := range map[string]int64{"12": 12, "12.00": 12, "1.2E+1": 12, "-5": -5, "0": 0, "0e999999999": 0, "9223372036854775807": math.MaxInt64, "-9223372036854775808": math.MinInt64} {
		if n, ok := mustDecimal(text).Int64(); !ok || n != want {
			t.Errorf("%s is %d, %v", text, n, ok)
		}
	}
	for _, text := range []string{"12.5", "9223372036854775808", "1e19", "1e999999999", "1e-1"} {
		if n, ok := mustDecimal(text).Int64(); ok {
			t.Errorf("%s is the integer %d", text, n)
		}
	}
	for text, want := range map[string]float64{"1.5": 1.5, "1e400": math.Inf(1), "-1e400": math.Inf(-1), "1e-400": 0, ".5": .5, "+2": 2, "1e999999999": math.Inf(1)} {
		if f := mustDecimal(text).Float64(); f != want {
			t.Errorf("%s is %v", text, f)
		}
	}
	for r, want := range map[*big.Rat]string{big.NewRat(3, 2): "1.5", big.NewRat(-1, 8): "-0.125", big.NewRat(7, 1): "7"} {
		if d, err := DecimalOf(r); err != nil || d.String() != want {
			t.Errorf("%v is %v, %v", r, d, err)
		}
	}
	huge := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Lsh(big.NewInt(1), 1<<20))
	for _, r := range []*big.Rat{big.NewRat(1, 3), huge, new(big.Rat).Inv(huge)} {
		if d, err := DecimalOf(r); err == nil {
			t.Errorf("a fraction became a decimal of %d bytes", len(d.String()))
		}
	}
}

func TestDecimalCompares(t *testing.T) {
	order := []string{"-1e999999999", "-100", "-1.5", "-1.49", "-1e-999999999", "0", "1e-999999999", "0.001", "0.01", "1.49", "1.5", "2", "10", "99.9", "100", "1e999999999"}
	for i, a := range order {
		for k, b := range order {
			if got := mustDecimal(a).Cmp(mustDecimal(b)); got != compare(i, k) {
				t.Errorf("%s and %s: %d", a, b, got)
			}
		}
		if got := mustDecimal(a).Sign(); got != compare(i, 5) {
			t.Errorf("the sign of %s is %d", a, got)
		}
	}
	for _, same := range [][2]string{{"1.5", "1.50"}, {"1e3", "1000"}, {"0", "-0.000"}, {"+1", "01.0"}, {"1e-2", ".01"}} {
		if mustDecimal(same[0]).Cmp(mustDecimal(same[1])) != 0 || mustDecimal(same[0]) == mustDecimal(same[1]) {
			t.Errorf("%s and %s are not one number in two texts", same[0], same[1])
		}
	}
}

func TestDecimalIsANumberInJSON(t *testing.T) {
	for text, want := range map[string]string{"1.50": "1.50", ".5": "0.5", "5.": "5", "+1": "1", "-.5e+3": "-0.5e+3", "007": "7", "0": "0", "-0.0": "-0.0", "1E+400": "1E+400", "00": "0"} {
		out, err := json.Marshal(mustDecimal(text))
		if err != nil || string(out) != want || !json.Valid(out) {
			t.Errorf("%s is JSON %s, %v", text, out, err)
		}
		var back Decimal
		if err := json.Unmarshal(out, &back); err != nil || back.Cmp(mustDecimal(text)) != 0 {
			t.Errorf("%s is read as %v, %v", out, back, err)
		}
	}
	var d Decimal
	if err := json.Unmarshal([]byte(`"1.25"`), &d); err != nil || d.String() != "1.25" {
		t.Errorf("a string is read as %v, %v", d, err)
	}
	if err := json.Unmarshal([]byte("null"), &d); err != nil || d.String() != "1.25" {
		t.Errorf("null makes %v, %v", d, err)
	}
	for _, bad := range []string{`"x"`, "true", "{}"} {
		if err := json.Unmarshal([]byte(bad), &d); err == nil {
			t.Errorf("%s is read as %v", bad, d)
		}
	}
	if out, err := json.Marshal(map[Decimal]int{mustDecimal("1.5"): 1}); err != nil || string(out) != `{"1.5":1}` {
		t.Errorf("as a key: %s, %v", out, err)
	}
}

func TestDecimalAgreesWithBigRat(t *testing.T) {
	number := rapid.StringMatching(`[+-]?[0-9]{1,8}(\.[0-9]{0,8})?([eE][+-]?[0-9]{1,2})?`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := number.Draw(t, "a"), number.Draw(t, "b")
		x, okX := new(big.Rat).SetString(a)
		y, okY := new(big.Rat).SetString(b)
		if !okX || !okY {
			t.Fatalf("big.Rat takes not both of %q and %q", a, b)
		}
		r, err := mustDecimal(a).Rat()
		if err != nil || r.Cmp(x) != 0 {
			t.Fatalf("%s is %v, %v", a, r, err)
		}
		if got := mustDecimal(a).Cmp(mustDecimal(b)); got != x.Cmp(y) {
			t.Fatalf("%s and %s: %d", a, b, got)
		}
		if back, err := DecimalOf(x); err != nil || back.Cmp(mustDecimal(a)) != 0 {
			t.Fatalf("%v is %v, %v", x, back, err)
		}
	})
}

func FuzzDecimal(f *testing.F) {
	for _, s := range []string{"1.50", "-1E+400", ".5", "1e999999999", "", "--1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDecimal(text)
		if err != nil {
			return
		}
		out, err := json.Marshal(d)
		if err != nil || !json.Valid(out) {
			t.Fatalf("%q is JSON %s, %v", text, out, err)
		}
		var back Decimal
		if err := json.Unmarshal(out, &back); err != nil || back.Cmp(d) != 0 {
			t.Fatalf("%s is read as %v, %v", out, back, err)
		}
		d.Float64()
		d.Int64()
		if r, err := d.Rat(); err == nil && r.Sign() != d.Sign() {
			t.Fatalf("%q has the sign %d", text, d.Sign())
		}
	})
}
