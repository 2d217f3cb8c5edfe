package hessian2

import (
	"strings"
	"time"
)

// OffsetDateTime is a java.time.OffsetDateTime.
type OffsetDateTime struct {
	DateTime LocalDateTime `hessian:"dateTime"`
	Offset   ZoneOffset    `hessian:"offset"`
}

// JavaClassName returns "java.time.OffsetDateTime".
func (OffsetDateTime) JavaClassName() string { return "java.time.OffsetDateTime" }

func (OffsetDateTime) handle() string { return "java8.OffsetDateTimeHandle" }

// OffsetDateTimeOf returns t with the offset that it has.
func OffsetDateTimeOf(t time.Time) OffsetDateTime {
	return OffsetDateTime{DateTime: LocalDateTimeOf(t), Offset: ZoneOffsetOf(t)}
}

// Time returns the point of time, in a location with that offset.
func (t OffsetDateTime) Time() time.Time { return t.DateTime.In(t.Offset.Location()) }

// String returns 2024-02-29T12:34:56.789+05:30.
func (t OffsetDateTime) String() string { return string(t.append(nil)) }

func (t OffsetDateTime) append(dst []byte) []byte {
	return t.Offset.append(t.DateTime.append(dst))
}

// MarshalText returns what String does.
func (t OffsetDateTime) MarshalText() ([]byte, error) { return t.append(nil), nil }

// UnmarshalText reads what String returns.
func (t *OffsetDateTime) UnmarshalText(text []byte) error {
	p := newISO(text)
	v := OffsetDateTime{DateTime: p.dateTime()}
	v.Offset = p.offset()
	if err := p.err("2024-02-29T12:34:56.789+05:30"); err != nil {
		return err
	}
	*t = v
	return nil
}

// OffsetTime is a java.time.OffsetTime.
type OffsetTime struct {
	Time   LocalTime  `hessian:"localTime"`
	Offset ZoneOffset `hessian:"zoneOffset"`
}

// JavaClassName returns "java.time.OffsetTime".
func (OffsetTime) JavaClassName() string { return "java.time.OffsetTime" }

func (OffsetTime) handle() string { return "java8.OffsetTimeHandle" }

// String returns 12:34:56.789+05:30.
func (t OffsetTime) String() string { return string(t.Offset.append(t.Time.append(nil))) }

// MarshalText returns what String does.
func (t OffsetTime) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what String returns.
func (t *OffsetTime) UnmarshalText(text []byte) error {
	p := newISO(text)
	v := OffsetTime{Time: p.time()}
	v.Offset = p.offset()
	if err := p.err("12:34:56.789+05:30"); err != nil {
		return err
	}
	*t = v
	return nil
}

// ZonedDateTime is a java.time.ZonedDateTime: a point of time with the zone by whose
// rules it is to be reckoned with.
type ZonedDateTime struct {
	ZoneID   string        `hessian:"zoneId"` // "Europe/Berlin", "Z"
	DateTime LocalDateTime `hessian:"dateTime"`
	Offset   ZoneOffset    `hessian:"offset"`
}

// JavaClassName returns "java.time.ZonedDateTime".
func (ZonedDateTime) JavaClassName() string { return "java.time.ZonedDateTime" }

func (ZonedDateTime) handle() string { return "java8.ZonedDateTimeHandle" }

// ZonedDateTimeOf returns t in the zone of its location. time.Local and fixed zones have
// no name that Java knows: their offset takes its place.
func ZonedDateTimeOf(t time.Time) ZonedDateTime {
	z := ZonedDateTime{ZoneID: t.Location().String(), DateTime: LocalDateTimeOf(t), Offset: ZoneOffsetOf(t)}
	if z.ZoneID != "UTC" && !strings.Contains(z.ZoneID, "/") {
		z.ZoneID = z.Offset.String()
	}
	return z
}

// Time returns the point of time, in its zone where this system knows it, else in a
// location of that name with its offset.
func (t ZonedDateTime) Time() time.Time {
	at := t.DateTime.In(t.Offset.Location())
	loc, err := ZoneID{t.ZoneID}.Location()
	if err != nil {
		loc = time.FixedZone(t.ZoneID, int(t.Offset.Seconds))
	}
	return at.In(loc)
}

// String returns 2024-02-29T12:34:56.789+01:00[Europe/Berlin].
func (t ZonedDateTime) String() string { return string(t.append(nil)) }

func (t ZonedDateTime) append(dst []byte) []byte {
	dst = t.Offset.append(t.DateTime.append(dst))
	if t.ZoneID == t.Offset.String() {
		return dst
	}
	return append(append(append(dst, '['), t.ZoneID...), ']')
}

// MarshalText returns what String does.
func (t ZonedDateTime) MarshalText() ([]byte, error) { return t.append(nil), nil }

// UnmarshalText reads what String returns.
func (t *ZonedDateTime) UnmarshalText(text []byte) error {
	p := newISO(text)
	v := ZonedDateTime{DateTime: p.dateTime()}
	v.Offset = p.offset()
	v.ZoneID = v.Offset.String()
	if p.take('[') {
		i := strings.IndexByte(p.rest, ']')
		if i > 0 {
			v.ZoneID, p.rest = p.rest[:i], p.rest[i:]
		}
		p.must(']')
		p.bad = p.bad || i <= 0
	}
	if err := p.err("2024-02-29T12:34:56.789+01:00[Europe/Berlin]"); err != nil {
		return err
	}
	*t = v
	return nil
}
