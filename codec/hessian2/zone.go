package hessian2

import (
	"strings"
	"time"
)

// ZoneOffset is a java.time.ZoneOffset.
type ZoneOffset struct {
	Seconds int32 `hessian:"seconds"` // east of Greenwich, at most 18 hours
}

// JavaClassName returns "java.time.ZoneOffset".
func (ZoneOffset) JavaClassName() string { return "java.time.ZoneOffset" }

func (ZoneOffset) handle() string { return "java8.ZoneOffsetHandle" }

// ZoneOffsetOf returns how far t is from UTC.
func ZoneOffsetOf(t time.Time) ZoneOffset {
	_, seconds := t.Zone()
	return ZoneOffset{int32(seconds)}
}

// Location returns a location with that offset.
func (o ZoneOffset) Location() *time.Location {
	if o.Seconds == 0 {
		return time.UTC
	}
	return time.FixedZone(o.String(), int(o.Seconds))
}

// String returns +05:30, and Z for none.
func (o ZoneOffset) String() string { return string(o.append(nil)) }

func (o ZoneOffset) append(dst []byte) []byte {
	s := int64(o.Seconds)
	switch {
	case s == 0:
		return append(dst, 'Z')
	case s < 0:
		dst, s = append(dst, '-'), -s
	default:
		dst = append(dst, '+')
	}
	dst = append(appendPadded(dst, s/3600, 2), ':')
	dst = appendPadded(dst, s/60%60, 2)
	if s%60 != 0 {
		dst = appendPadded(append(dst, ':'), s%60, 2)
	}
	return dst
}

// MarshalText returns what String does.
func (o ZoneOffset) MarshalText() ([]byte, error) { return o.append(nil), nil }

// UnmarshalText reads what String returns.
func (o *ZoneOffset) UnmarshalText(text []byte) error {
	p := newISO(text)
	v := p.offset()
	if err := p.err("+05:30 or Z"); err != nil {
		return err
	}
	*o = v
	return nil
}

func (p *iso) offset() ZoneOffset {
	if p.take('Z') {
		return ZoneOffset{}
	}
	if p.rest == "" || (p.rest[0] != '-' && p.rest[0] != '+') {
		p.bad = true
	}
	sign := int32(p.sign())
	s := p.int(2, 0, 18) * 3600
	p.must(':')
	s += p.int(2, 0, 59) * 60
	if p.take(':') {
		s += p.int(2, 0, 59)
	}
	p.bad = p.bad || s > 18*3600
	return ZoneOffset{sign * s}
}

// ZoneID is a java.time.ZoneId that has a name.
type ZoneID struct {
	ID string `hessian:"zoneId"` // "Europe/Berlin", "UTC", "+05:30"
}

// JavaClassName returns "java.time.ZoneId".
func (ZoneID) JavaClassName() string { return "java.time.ZoneId" }

func (ZoneID) handle() string { return "java8.ZoneIdHandle" }

// String returns the name.
func (z ZoneID) String() string { return z.ID }

// Location looks the name up in the system's time zones, or takes it for an offset.
func (z ZoneID) Location() (*time.Location, error) {
	var o ZoneOffset
	id := strings.TrimPrefix(strings.TrimPrefix(z.ID, "UTC"), "GMT")
	if id == "" {
		id = "Z"
	}
	if o.UnmarshalText([]byte(id)) == nil {
		return o.Location(), nil
	}
	return time.LoadLocation(z.ID)
}

// MarshalText returns the name.
func (z ZoneID) MarshalText() ([]byte, error) { return []byte(z.ID), nil }

// UnmarshalText takes any name.
func (z *ZoneID) UnmarshalText(text []byte) error {
	z.ID = string(text)
	return nil
}
