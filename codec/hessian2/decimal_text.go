package hessian2

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// decimalParts are a number: digits * 10^exponent.
type decimalParts struct {
	negative bool
	digits   string // without leading zeros: "" is zero
	exponent int64
}

// magnitude is the power of ten just above the number.
func (p *decimalParts) magnitude() int64 { return p.exponent + int64(len(p.digits)) }

func compare[T cmp.Ordered](a, b T) int { return cmp.Compare(a, b) }

func (d Decimal) parts() (decimalParts, error) { return splitDecimal(d.String()) }

// splitDecimal reads [+-] digits [. digits] [e [+-] digits].
func splitDecimal(text string) (decimalParts, error) {
	var p decimalParts
	rest := text
	if rest != "" && (rest[0] == '-' || rest[0] == '+') {
		p.negative, rest = rest[0] == '-', rest[1:]
	}
	mantissa := rest
	if i := strings.IndexAny(rest, "eE"); i >= 0 {
		mantissa = rest[:i]
		n, err := strconv.ParseInt(rest[i+1:], 10, 32)
		if err != nil {
			return p, badDecimal(text)
		}
		p.exponent = n
	}
	whole, places, _ := strings.Cut(mantissa, ".")
	if whole+places == "" || !allDigits(whole) || !allDigits(places) {
		return p, badDecimal(text)
	}
	p.exponent -= int64(len(places))
	if p.exponent < -math.MaxInt32 || p.exponent > math.MaxInt32 {
		return p, badDecimal(text)
	}
	p.digits = strings.TrimLeft(whole+places, "0")
	return p, nil
}

func badDecimal(text string) error {
	return fmt.Errorf("hessian2: %.32q is no decimal number: want such as -12.50 or 1.5E+3", text)
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// MarshalJSON returns the number with all of its digits. A reader that takes numbers
// as float64 loses some: json.Number keeps them.
func (d Decimal) MarshalJSON() ([]byte, error) { return d.appendJSON(nil), nil }

// appendJSON appends the number as JSON has numbers: no plus, a digit before and after
// the point, no leading zeros.
func (d Decimal) appendJSON(dst []byte) []byte {
	text := strings.TrimPrefix(d.String(), "+")
	if strings.HasPrefix(text, "-") {
		dst, text = append(dst, '-'), text[1:]
	}
	mantissa, power := text, ""
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		mantissa, power = text[:i], text[i:]
	}
	whole, places, _ := strings.Cut(mantissa, ".")
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	dst = append(dst, whole...)
	if places != "" {
		dst = append(append(dst, '.'), places...)
	}
	return append(dst, power...)
}

// UnmarshalJSON takes a number, or a string that holds one.
func (d *Decimal) UnmarshalJSON(text []byte) error {
	s := string(text)
	if s == "null" {
		return nil
	}
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		s = s[1 : len(s)-1]
	}
	v, err := ParseDecimal(s)
	if err == nil {
		*d = v
	}
	return err
}

// MarshalText returns what String does.
func (d Decimal) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what ParseDecimal reads.
func (d *Decimal) UnmarshalText(text []byte) error {
	v, err := ParseDecimal(string(text))
	if err == nil {
		*d = v
	}
	return err
}
