package hessian2

import "time"

// LocalDate is a java.time.LocalDate: a day of the calendar without a zone.
type LocalDate struct {
	Year  int32 `hessian:"year"`
	Month int32 `hessian:"month"` // 1 to 12
	Day   int32 `hessian:"day"`   // 1 to 31
}

// JavaClassName returns "java.time.LocalDate".
func (LocalDate) JavaClassName() string { return "java.time.LocalDate" }

func (LocalDate) handle() string { return "java8.LocalDateHandle" }

// LocalDateOf returns the day of t, in t's location.
func LocalDateOf(t time.Time) LocalDate {
	y, m, d := t.Date()
	return LocalDate{Year: int32(y), Month: int32(m), Day: int32(d)}
}

// In returns the begin of the day in a location. A day that is none, such as
// 2024-02-30, becomes another as time.Date tells it.
func (d LocalDate) In(loc *time.Location) time.Time {
	return time.Date(int(d.Year), time.Month(d.Month), int(d.Day), 0, 0, 0, 0, loc)
}

// String returns 2024-02-29.
func (d LocalDate) String() string { return string(d.append(nil)) }

func (d LocalDate) append(dst []byte) []byte {
	dst = append(appendYear(dst, d.Year), '-')
	dst = append(appendPadded(dst, int64(d.Month), 2), '-')
	return appendPadded(dst, int64(d.Day), 2)
}

// MarshalText returns what String does.
func (d LocalDate) MarshalText() ([]byte, error) { return d.append(nil), nil }

// UnmarshalText reads 2024-02-29, and refuses days that are none.
func (d *LocalDate) UnmarshalText(text []byte) error {
	p := newISO(text)
	v := p.date()
	if err := p.err("2024-02-29"); err != nil {
		return err
	}
	*d = v
	return nil
}

func (p *iso) date() LocalDate {
	d := LocalDate{Year: p.year()}
	p.must('-')
	d.Month = p.int(2, 1, 12)
	p.must('-')
	d.Day = p.int(2, 1, int64(daysOf(d.Year, d.Month)))
	return d
}

// LocalTime is a java.time.LocalTime: a time of day without a zone.
type LocalTime struct {
	Hour   int32 `hessian:"hour"`   // 0 to 23
	Minute int32 `hessian:"minute"` // 0 to 59
	Second int32 `hessian:"second"` // 0 to 59
	Nano   int32 `hessian:"nano"`   // 0 to 999999999
}

// JavaClassName returns "java.time.LocalTime".
func (LocalTime) JavaClassName() string { return "java.time.LocalTime" }

func (LocalTime) handle() string { return "java8.LocalTimeHandle" }

// LocalTimeOf returns the time of day of t, in t's location.
func LocalTimeOf(t time.Time) LocalTime {
	h, m, s := t.Clock()
	return LocalTime{Hour: int32(h), Minute: int32(m), Second: int32(s), Nano: int32(t.Nanosecond())}
}

// SinceMidnight returns how long the day has been when no clock was changed.
func (t LocalTime) SinceMidnight() time.Duration {
	return time.Duration(t.Hour)*time.Hour + time.Duration(t.Minute)*time.Minute + time.Duration(t.Second)*time.Second + time.Duration(t.Nano)
}

// String returns 12:34, 12:34:56 or 12:34:56.789.
func (t LocalTime) String() string { return string(t.append(nil)) }

func (t LocalTime) append(dst []byte) []byte {
	dst = append(appendPadded(dst, int64(t.Hour), 2), ':')
	dst = appendPadded(dst, int64(t.Minute), 2)
	if t.Second == 0 && t.Nano == 0 {
		return dst
	}
	dst = appendPadded(append(dst, ':'), int64(t.Second), 2)
	return appendFraction(dst, t.Nano, true)
}

// MarshalText returns what String does.
func (t LocalTime) MarshalText() ([]byte, error) { return t.append(nil), nil }

// UnmarshalText reads what String returns.
func (t *LocalTime) UnmarshalText(text []byte) error {
	p := newISO(text)
	v := p.time()
	if err := p.err("12:34:56.789"); err != nil {
		return err
	}
	*t = v
	return nil
}

func (p *iso) time() LocalTime {
	t := LocalTime{Hour: p.int(2, 0, 23)}
	p.must(':')
	t.Minute = p.int(2, 0, 59)
	if p.take(':') {
		t.Second = p.int(2, 0, 59)
		t.Nano = p.fraction()
	}
	return t
}
