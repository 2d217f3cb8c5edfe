package sample

import (
	"math/big"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

func decimal(text string) hessian2.Decimal {
	d, err := hessian2.ParseDecimal(text)
	if err != nil {
		panic(err)
	}
	return d
}

func integer(text string) *big.Int {
	n, ok := new(big.Int).SetString(text, 10)
	if !ok {
		panic("no number: " + text)
	}
	return n
}

func uuid(text string) hessian2.UUID {
	u, err := hessian2.ParseUUID(text)
	if err != nil {
		panic(err)
	}
	return u
}

// holder is an object with one field, value.
func holder(class string, value any) *hessian2.Object {
	return &hessian2.Object{Class: class, Fields: []hessian2.Field{{Name: "value", Value: value}}}
}

func (s *samples) library() {
	s.group = "classes of the JDK"
	for name, text := range sorted(map[string]string{"long": "12345678901234567890.0123456789", "0": "0", "scale": "1.50", "small": "-0.001", "exponent": "1E+400"}) {
		s.add("decimal:"+name, func() any { return decimal(text) })
	}
	for name, text := range sorted(map[string]string{"long": "123456789012345678901234567890", "0": "0", "1": "1", "minus": "-123456789012345678901234567890"}) {
		s.add("bigint:"+name, func() any { return integer(text) })
	}
	s.add("atomic:long", func() any { return holder("java.util.concurrent.atomic.AtomicLong", int64(7)) })
	s.add("atomic:int", func() any { return holder("java.util.concurrent.atomic.AtomicInteger", int32(7)) })
	s.add("uuid", func() any { return uuid("123e4567-e89b-12d3-a456-426614174000") })
	s.add("uuid:high", func() any { return uuid("ffffffff-ffff-ffff-8000-000000000001") })
	s.add("locale:us", func() any { return hessian2.Locale{Value: "en_US"} })
	s.add("locale:en", func() any { return hessian2.Locale{Value: "en"} })
	for name, class := range sorted(map[string]string{"string": "java.lang.String", "car": "onramp.interop.Car", "int": "int"}) {
		s.add("class:"+name, func() any { return hessian2.Class{Name: class} })
	}
	s.of("calendar", calendar)
	for name, class := range sorted(map[string]string{"timestamp": "java.sql.Timestamp", "date": "java.sql.Date", "time": "java.sql.Time"}) {
		s.add("sql:"+name, func() any { return holder(class, date(instant)) })
	}
	s.times()
}

// calendar is what stands for a GregorianCalendar.
func calendar(d hessian2.Dialect) any {
	class := "com.alibaba.com.caucho.hessian.io.CalendarHandle"
	if d == hessian2.Draft {
		class = "com.caucho.hessian.io.CalendarHandle"
	}
	return &hessian2.Object{Class: class, Fields: []hessian2.Field{{Name: "type", Value: nil}, {Name: "date", Value: date(instant)}}}
}

func (s *samples) times() {
	s.group = "java.time"
	day := hessian2.LocalDate{Year: 2023, Month: 11, Day: 14}
	clock := hessian2.LocalTime{Hour: 22, Minute: 13, Second: 20, Nano: 123_456_789}
	both := hessian2.LocalDateTime{Date: day, Time: clock}
	east := hessian2.ZoneOffset{Seconds: 8 * 3600}
	for name, v := range sorted(map[string]any{
		"local-date": day, "local-time": clock, "local-date-time": both,
		"instant":  hessian2.Instant{Seconds: 1_700_000_000, Nanos: 123_456_789},
		"duration": hessian2.Duration{Seconds: 90, Nanos: 5},
		"period":   hessian2.Period{Years: 1, Months: 2, Days: 3},
		"year":     hessian2.Year{Year: 2023}, "year-month": hessian2.YearMonth{Year: 2023, Month: 11}, "month-day": hessian2.MonthDay{Month: 11, Day: 14},
		"zone-offset":      hessian2.ZoneOffset{Seconds: 5*3600 + 30*60},
		"offset-time":      hessian2.OffsetTime{Time: clock, Offset: east},
		"offset-date-time": hessian2.OffsetDateTime{DateTime: both, Offset: east},
		"zoned-date-time":  hessian2.ZonedDateTime{DateTime: both, Offset: east, ZoneID: "Asia/Shanghai"},
	}) {
		s.add("time:"+name, func() any { return v })
	}
}
