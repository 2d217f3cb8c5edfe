package hessian2

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// Instant is a java.time.Instant: a point of time to the nanosecond, where a time.Time
// is written as a java.util.Date, to the millisecond.
type Instant struct {
	Seconds int64 `hessian:"seconds"` // since 1970, rounded down
	Nanos   int32 `hessian:"nanos"`   // 0 to 999999999
}

// JavaClassName returns "java.time.Instant".
func (Instant) JavaClassName() string { return "java.time.Instant" }

func (Instant) handle() string { return "java8.InstantHandle" }

// InstantOf returns the instant of t.
func InstantOf(t time.Time) Instant {
	return Instant{Seconds: t.Unix(), Nanos: int32(t.Nanosecond())}
}

// Time returns the instant in UTC.
func (i Instant) Time() time.Time { return time.Unix(i.Seconds, int64(i.Nanos)).UTC() }

// String returns 2024-02-29T12:34:56.789Z.
func (i Instant) String() string { return string(i.append(nil)) }

func (i Instant) append(dst []byte) []byte {
	t := LocalDateTimeOf(i.Time())
	dst = append(t.append(dst), 'Z')
	if t.Time.Second == 0 && t.Time.Nano == 0 {
		dst = append(dst[:len(dst)-1], ":00Z"...)
	}
	return dst
}

// MarshalText returns what String does.
func (i Instant) MarshalText() ([]byte, error) { return i.append(nil), nil }

// UnmarshalText reads what String returns.
func (i *Instant) UnmarshalText(text []byte) error {
	p := newISO(text)
	t := p.dateTime()
	p.must('Z')
	if err := p.err("2024-02-29T12:34:56.789Z"); err != nil {
		return err
	}
	*i = InstantOf(t.In(time.UTC))
	return nil
}

// Duration is a java.time.Duration. A time.Duration is written as a long of nanoseconds.
type Duration struct {
	Seconds int64 `hessian:"seconds"` // rounded down
	Nanos   int32 `hessian:"nanos"`   // 0 to 999999999
}

// JavaClassName returns "java.time.Duration".
func (Duration) JavaClassName() string { return "java.time.Duration" }

func (Duration) handle() string { return "java8.DurationHandle" }

// DurationOf returns the Duration of d.
func DurationOf(d time.Duration) Duration {
	s, n := int64(d/time.Second), int32(d%time.Second)
	if n < 0 {
		s, n = s-1, n+int32(time.Second)
	}
	return Duration{Seconds: s, Nanos: n}
}

// Duration returns d as Go has durations; what is beyond 292 years becomes the longest
// there is.
func (d Duration) Duration() time.Duration {
	const most = int64(math.MaxInt64 / time.Second)
	switch {
	case d.Seconds >= most:
		return math.MaxInt64
	case d.Seconds <= -most:
		return math.MinInt64
	}
	return time.Duration(d.Seconds)*time.Second + time.Duration(d.Nanos)
}

// String returns PT1H2M3.5S, and PT0S for none.
func (d Duration) String() string { return string(d.append(nil)) }

func (d Duration) append(dst []byte) []byte {
	dst = append(dst, "PT"...)
	if d.Seconds == 0 && d.Nanos == 0 {
		return append(dst, "0S"...)
	}
	whole, nanos := d.Seconds, d.Nanos
	if whole < 0 && nanos > 0 {
		whole, nanos = whole+1, int32(time.Second)-nanos
	}
	for _, unit := range [...]struct {
		seconds int64
		letter  byte
	}{{3600, 'H'}, {60, 'M'}} {
		if n := whole / unit.seconds; n != 0 {
			dst = append(strconv.AppendInt(dst, n, 10), unit.letter)
			whole %= unit.seconds
		}
	}
	if whole == 0 && nanos == 0 {
		return dst
	}
	if whole == 0 && d.Seconds < 0 {
		dst = append(dst, '-')
	}
	return append(appendFraction(strconv.AppendInt(dst, whole, 10), nanos, false), 'S')
}

// MarshalText returns what String does.
func (d Duration) MarshalText() ([]byte, error) { return d.append(nil), nil }

// UnmarshalText reads what String returns: hours, minutes and seconds, each with a sign
// of its own.
func (d *Duration) UnmarshalText(text []byte) error {
	p := newISO(text)
	p.must('P')
	p.must('T')
	total, err := p.clock()
	if err == nil {
		err = p.err("PT1H2M3.5S")
	}
	if err == nil {
		*d = total
	}
	return err
}

// clock reads nH, nM and n.nS, at least one of them, in this order.
func (p *iso) clock() (Duration, error) {
	var total Duration
	units := "HMS"
	for p.rest != "" && !p.bad {
		sign := p.sign()
		n := p.number(1, 19, 0, math.MaxInt64)
		nanos := p.fraction()
		i := 0
		for i < len(units) && !p.take(units[i]) {
			i++
		}
		if i == len(units) || (nanos != 0 && units[i] != 'S') {
			p.bad = true
			break
		}
		factor := map[byte]int64{'H': 3600, 'M': 60, 'S': 1}[units[i]]
		if n > math.MaxInt64/4/factor {
			return total, fmt.Errorf("hessian2: the duration %.32q is too long", p.text)
		}
		total.Seconds += sign * n * factor
		if total.Nanos = nanos; sign < 0 && nanos > 0 {
			total.Seconds, total.Nanos = total.Seconds-1, int32(time.Second)-nanos
		}
		units = units[i+1:]
	}
	if units == "HMS" {
		p.bad = true
	}
	return total, nil
}
