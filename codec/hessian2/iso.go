package hessian2

import (
	"fmt"
	"strconv"
	"time"
)

// iso reads the texts of ISO 8601 that java.time writes. After the first mismatch it
// reads nothing more.
type iso struct {
	text, rest string
	bad        bool
}

func newISO(text []byte) *iso { return &iso{text: string(text), rest: string(text)} }

// err is what was wrong, or something that was left.
func (p *iso) err(want string) error {
	if p.bad || p.rest != "" {
		return fmt.Errorf("hessian2: %.32q, want such as %s", p.text, want)
	}
	return nil
}

// take reads c when it is next.
func (p *iso) take(c byte) bool {
	if p.bad || p.rest == "" || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

// must reads c.
func (p *iso) must(c byte) {
	if !p.take(c) {
		p.bad = true
	}
}

// number reads shortest to longest digits, of a number from low to high.
func (p *iso) number(shortest, longest int, low, high int64) int64 {
	n := 0
	for n < len(p.rest) && n < longest && p.rest[n] >= '0' && p.rest[n] <= '9' {
		n++
	}
	v, err := strconv.ParseInt(p.rest[:n], 10, 64)
	if p.bad || n < shortest || err != nil || v < low || v > high {
		p.bad = true
		return low
	}
	p.rest = p.rest[n:]
	return v
}

// int reads what number does.
func (p *iso) int(digits int, low, high int64) int32 {
	return int32(p.number(digits, digits, low, high))
}

// sign reads a sign: -1 or 1.
func (p *iso) sign() int64 {
	if p.take('-') {
		return -1
	}
	p.take('+')
	return 1
}

// year reads a year of four digits, or of up to nine behind a sign.
func (p *iso) year() int32 {
	if p.bad || p.rest == "" || (p.rest[0] != '-' && p.rest[0] != '+') {
		return p.int(4, 0, 9999)
	}
	return int32(p.sign() * p.number(4, 9, 0, maxYear))
}

// fraction reads the digits of a second behind a point.
func (p *iso) fraction() int32 {
	if !p.take('.') {
		return 0
	}
	before := len(p.rest)
	n := p.number(1, 9, 0, 999999999)
	for range 9 - (before - len(p.rest)) {
		n *= 10
	}
	return int32(n)
}

// maxYear is the last year of java.time; -maxYear is the first.
const maxYear = 999999999

// appendYear appends a year as java.time does: at least four digits, a sign before more.
func appendYear(dst []byte, year int32) []byte {
	v := int64(year)
	switch {
	case v < 0:
		dst, v = append(dst, '-'), -v
	case v > 9999:
		dst = append(dst, '+')
	}
	return appendPadded(dst, v, 4)
}

// appendPadded appends v with zeros in front, to at least digits.
func appendPadded(dst []byte, v int64, digits int) []byte {
	if v < 0 {
		dst, v = append(dst, '-'), -v
	}
	for limit := pow10(digits - 1); limit > max(v, 1); limit /= 10 {
		dst = append(dst, '0')
	}
	return strconv.AppendInt(dst, v, 10)
}

func pow10(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}

// appendFraction appends nanoseconds as Java does: .5, or in groups of three digits.
func appendFraction(dst []byte, nano int32, groups bool) []byte {
	if nano == 0 {
		return dst
	}
	digits := appendPadded(nil, int64(nano), 9)
	step := 1
	if groups {
		step = 3
	}
	n := len(digits)
	for n > step && allZero(digits[n-step:n]) {
		n -= step
	}
	return append(append(dst, '.'), digits[:n]...)
}

func allZero(digits []byte) bool {
	for _, c := range digits {
		if c != '0' {
			return false
		}
	}
	return true
}

// daysOf returns how many days a month has.
func daysOf(year, month int32) int32 {
	return int32(time.Date(int(year), time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day())
}
