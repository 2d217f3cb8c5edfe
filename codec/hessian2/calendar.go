package hessian2

import (
	"math"
	"strconv"
)

// Period is a java.time.Period: years, months and days, each with a sign of its own.
type Period struct {
	Years  int32 `hessian:"years"`
	Months int32 `hessian:"months"`
	Days   int32 `hessian:"days"`
}

// JavaClassName returns "java.time.Period".
func (Period) JavaClassName() string { return "java.time.Period" }

func (Period) handle() string { return "java8.PeriodHandle" }

// String returns P1Y2M3D, and P0D for none.
func (p Period) String() string { return string(p.append(nil)) }

func (p Period) append(dst []byte) []byte {
	dst = append(dst, 'P')
	if p == (Period{}) {
		return append(dst, "0D"...)
	}
	for _, part := range [...]struct {
		n      int32
		letter byte
	}{{p.Years, 'Y'}, {p.Months, 'M'}, {p.Days, 'D'}} {
		if part.n != 0 {
			dst = append(strconv.AppendInt(dst, int64(part.n), 10), part.letter)
		}
	}
	return dst
}

// MarshalText returns what String does.
func (p Period) MarshalText() ([]byte, error) { return p.append(nil), nil }

// UnmarshalText reads what String returns.
func (p *Period) UnmarshalText(text []byte) error {
	in := newISO(text)
	in.must('P')
	var v Period
	some := false
	for i, n := range [...]*int32{&v.Years, &v.Months, &v.Days} {
		before := in.rest
		sign := in.sign()
		number := sign * in.number(1, 10, 0, 1<<31)
		if in.bad || number > math.MaxInt32 || !in.take("YMD"[i]) {
			in.rest, in.bad = before, false // this one is left out
			continue
		}
		*n, some = int32(number), true
	}
	in.bad = in.bad || !some
	if err := in.err("P1Y2M3D"); err != nil {
		return err
	}
	*p = v
	return nil
}

// Year is a java.time.Year.
type Year struct {
	Year int32 `hessian:"year"`
}

// JavaClassName returns "java.time.Year".
func (Year) JavaClassName() string { return "java.time.Year" }

func (Year) handle() string { return "java8.YearHandle" }

// String returns 2024.
func (y Year) String() string { return strconv.Itoa(int(y.Year)) }

// MarshalText returns what String does.
func (y Year) MarshalText() ([]byte, error) { return []byte(y.String()), nil }

// UnmarshalText reads what String returns.
func (y *Year) UnmarshalText(text []byte) error {
	p := newISO(text)
	v := Year{int32(p.sign() * p.number(1, 9, 0, maxYear))}
	if err := p.err("2024"); err != nil {
		return err
	}
	*y = v
	return nil
}

// YearMonth is a java.time.YearMonth.
type YearMonth struct {
	Year  int32 `hessian:"year"`
	Month int32 `hessian:"month"` // 1 to 12
}

// JavaClassName returns "java.time.YearMonth".
func (YearMonth) JavaClassName() string { return "java.time.YearMonth" }

func (YearMonth) handle() string { return "java8.YearMonthHandle" }

// String returns 2024-02.
func (m YearMonth) String() string {
	return string(appendPadded(append(appendYear(nil, m.Year), '-'), int64(m.Month), 2))
}

// MarshalText returns what String does.
func (m YearMonth) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads what String returns.
func (m *YearMonth) UnmarshalText(text []byte) error {
	p := newISO(text)
	v := YearMonth{Year: p.year()}
	p.must('-')
	v.Month = p.int(2, 1, 12)
	if err := p.err("2024-02"); err != nil {
		return err
	}
	*m = v
	return nil
}

// MonthDay is a java.time.MonthDay: a day that comes each year.
type MonthDay struct {
	Month int32 `hessian:"month"` // 1 to 12
	Day   int32 `hessian:"day"`   // 1 to 31
}

// JavaClassName returns "java.time.MonthDay".
func (MonthDay) JavaClassName() string { return "java.time.MonthDay" }

func (MonthDay) handle() string { return "java8.MonthDayHandle" }

// String returns --02-29.
func (d MonthDay) String() string {
	return string(appendPadded(append(appendPadded([]byte("--"), int64(d.Month), 2), '-'), int64(d.Day), 2))
}

// MarshalText returns what String does.
func (d MonthDay) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what String returns.
func (d *MonthDay) UnmarshalText(text []byte) error {
	p := newISO(text)
	p.must('-')
	p.must('-')
	v := MonthDay{Month: p.int(2, 1, 12)}
	p.must('-')
	v.Day = p.int(2, 1, int64(daysOf(2024, v.Month)))
	if err := p.err("--02-29"); err != nil {
		return err
	}
	*d = v
	return nil
}
