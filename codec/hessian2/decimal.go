package hessian2

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// Decimal is a java.math.BigDecimal: a decimal number of any precision, kept as its
// text. The zero value is 0. Like Java's, 1.5 and 1.50 are two values, which == tells
// apart; Cmp compares the numbers.
type Decimal struct {
	text string // "" is "0"
}

// Bounds of a Decimal: of its text in bytes, and of the exponent up to which it becomes
// a big.Rat, where 1e999999999 would take gigabytes.
const (
	maxDecimal  = 16 << 10
	maxExponent = 10000
)

// JavaClassName returns "java.math.BigDecimal".
func (Decimal) JavaClassName() string { return "java.math.BigDecimal" }

// ParseDecimal reads what the constructor of Java's BigDecimal reads: "12", "-0.50",
// ".5", "1.5E+300". The text is kept as it is.
func ParseDecimal(text string) (Decimal, error) {
	if len(text) > maxDecimal {
		return Decimal{}, fmt.Errorf("hessian2: a decimal number of %d bytes, want at most %d", len(text), maxDecimal)
	}
	if _, err := splitDecimal(text); err != nil {
		return Decimal{}, err
	}
	return decimal(text), nil
}

// decimal returns the number of a text: 0 is the zero value, so that == finds it equal.
func decimal(text string) Decimal {
	if text == "0" {
		return Decimal{}
	}
	return Decimal{text: text}
}

// NewDecimal returns unscaled * 10^-scale, as Java's BigDecimal.valueOf(unscaled, scale)
// does: NewDecimal(1050, 2) is 10.50. A negative scale makes an exponent: NewDecimal(1, -3)
// is 1E+3.
func NewDecimal(unscaled int64, scale int32) Decimal {
	digits := strconv.FormatInt(unscaled, 10)
	if scale == 0 {
		return decimal(digits)
	}
	sign := ""
	if unscaled < 0 {
		sign, digits = "-", digits[1:]
	}
	adjusted := int64(len(digits)) - 1 - int64(scale)
	if scale > 0 && adjusted >= -6 {
		if missing := int(scale) + 1 - len(digits); missing > 0 {
			digits = strings.Repeat("0", missing) + digits
		}
		point := len(digits) - int(scale)
		return Decimal{text: sign + digits[:point] + "." + digits[point:]}
	}
	if len(digits) > 1 {
		digits = digits[:1] + "." + digits[1:]
	}
	return Decimal{text: fmt.Sprintf("%s%sE%+d", sign, digits, adjusted)}
}

// DecimalOf returns r where it has finitely many decimal places, at most 10000 of them,
// and is not above 10^10000. A third is an error.
func DecimalOf(r *big.Rat) (Decimal, error) {
	tooLong := r.Num().BitLen() > 4*maxExponent || r.Denom().BitLen() > 4*maxExponent
	places, exact := 0, true
	if !tooLong {
		places, exact = r.FloatPrec()
	}
	if !exact {
		return Decimal{}, errors.New("hessian2: a fraction with infinitely many decimal places has no Decimal: round it first")
	}
	if tooLong || places > maxExponent {
		return Decimal{}, fmt.Errorf("hessian2: a fraction with more than %d digits before or after the point has no Decimal: round it first", maxExponent)
	}
	return decimal(r.FloatString(places)), nil
}

// String returns the text, as Java's toString had it where Java sent it.
func (d Decimal) String() string {
	if d.text == "" {
		return "0"
	}
	return d.text
}

// Rat returns the number, or an error where its exponent is beyond 10000.
func (d Decimal) Rat() (*big.Rat, error) {
	p, err := d.parts()
	if err != nil {
		return nil, err
	}
	if p.exponent > maxExponent || p.exponent < -maxExponent-maxDecimal {
		return nil, fmt.Errorf("hessian2: the decimal %.32q has a number for which %d places are not enough", d.text, maxExponent)
	}
	n, _ := new(big.Int).SetString("0"+p.digits, 10)
	if p.negative {
		n.Neg(n)
	}
	r := new(big.Rat).SetInt(n)
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(max(p.exponent, -p.exponent)), nil)
	if p.exponent >= 0 {
		return r.Mul(r, new(big.Rat).SetInt(scale)), nil
	}
	return r.Quo(r, new(big.Rat).SetInt(scale)), nil
}

// Float64 returns the nearest float64, infinite where the number is too great.
func (d Decimal) Float64() float64 {
	f, err := strconv.ParseFloat(d.String(), 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return math.NaN()
	}
	return f
}

// Int64 returns the number when it is one: 12, 12.00 and 1.2E+1 are 12, 12.5 is none.
func (d Decimal) Int64() (n int64, ok bool) {
	p, err := d.parts()
	if err != nil {
		return 0, false
	}
	digits := strings.TrimRight(p.digits, "0")
	zeros := p.exponent + int64(len(p.digits)-len(digits))
	if digits == "" {
		return 0, true
	}
	if zeros < 0 || zeros > 19 {
		return 0, false
	}
	text := digits + strings.Repeat("0", int(zeros))
	if p.negative {
		text = "-" + text
	}
	n, err = strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

// Sign returns -1, 0 or 1.
func (d Decimal) Sign() int {
	p, err := d.parts()
	switch {
	case err != nil || p.digits == "":
		return 0
	case p.negative:
		return -1
	}
	return 1
}

// Cmp compares the numbers: -1 where d is less than other, 0 where they are equal, as
// 1.5 and 1.50 are, 1 where d is greater. It takes no more memory than their texts.
func (d Decimal) Cmp(other Decimal) int {
	sign := d.Sign()
	if s := other.Sign(); s != sign || sign == 0 {
		return compare(sign, s)
	}
	a, _ := d.parts()
	b, _ := other.parts()
	if c := compare(a.magnitude(), b.magnitude()); c != 0 {
		return c * sign
	}
	return sign * strings.Compare(strings.TrimRight(a.digits, "0"), strings.TrimRight(b.digits, "0"))
}
