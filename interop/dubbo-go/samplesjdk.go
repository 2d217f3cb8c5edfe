package main

import (
	"github.com/apache/dubbo-go-hessian2/java8_time"
	"github.com/apache/dubbo-go-hessian2/java_exception"
	"github.com/apache/dubbo-go-hessian2/java_sql_time"
	"github.com/apache/dubbo-go-hessian2/java_util"
	"github.com/dubbogo/gost/math/big"
)

// Classes of the JDK, and exceptions.

func numbers(all map[string]func() any) {
	for name, text := range map[string]string{
		"long": "12345678901234567890.0123456789", "0": "0", "scale": "1.50", "small": "-0.001", "exponent": "1E+400",
	} {
		all["decimal:"+name] = func() any { return decimal(text) }
	}
	for name, text := range map[string]string{
		"long": "123456789012345678901234567890", "0": "0", "1": "1", "minus": "-123456789012345678901234567890",
	} {
		all["bigint:"+name] = func() any { return integer(text) }
	}
	all["atomic:long"] = func() any { return &AtomicLong{7} }
	all["atomic:int"] = func() any { return &AtomicInteger{7} }
}

// decimal makes a java.math.BigDecimal. The library refuses some: 1E+400 has no value.
func decimal(text string) *gxbig.Decimal {
	d := new(gxbig.Decimal)
	if err := d.FromString(text); err != nil {
		return nil
	}
	d.Value = text
	return d
}

func integer(text string) *gxbig.Integer {
	i := new(gxbig.Integer)
	_ = i.FromString(text)
	return i
}

func library(all map[string]func() any) {
	all["uuid"] = func() any { return &java_util.UUID{Value: "123e4567-e89b-12d3-a456-426614174000"} }
	all["uuid:high"] = func() any { return &java_util.UUID{Value: "ffffffff-ffff-ffff-8000-000000000001"} }
	all["locale:us"] = func() any { return &java_util.LocaleHandle{Value: "en_US"} }
	all["locale:en"] = func() any { return &java_util.LocaleHandle{Value: "en"} }
	all["class:string"] = func() any { return &java_exception.Class{Name: "java.lang.String"} }
	all["class:car"] = func() any { return &java_exception.Class{Name: "onramp.interop.Car"} }
	all["class:int"] = func() any { return &java_exception.Class{Name: "int"} }
	all["calendar"] = func() any { return &Calendar{Date: date(instant)} }
	all["sql:timestamp"] = func() any { return &Timestamp{date(instant)} }
	all["sql:date"] = func() any { return &java_sql_time.Date{Time: date(instant)} }
	all["sql:time"] = func() any { return &java_sql_time.Time{Time: date(instant)} }
}

func times(all map[string]func() any) {
	day := java8_time.LocalDate{Year: 2023, Month: 11, Day: 14}
	clock := java8_time.LocalTime{Hour: 22, Minute: 13, Second: 20, Nano: 123_456_789}
	both := java8_time.LocalDateTime{Date: day, Time: clock}
	east := java8_time.ZoneOffSet{Seconds: 8 * 3600}
	all["time:local-date"] = func() any { return new(day) }
	all["time:local-time"] = func() any { return new(clock) }
	all["time:local-date-time"] = func() any { return new(both) }
	all["time:instant"] = func() any { return &java8_time.Instant{Seconds: 1_700_000_000, Nanos: 123_456_789} }
	all["time:duration"] = func() any { return &java8_time.Duration{Seconds: 90, Nanos: 5} }
	all["time:period"] = func() any { return &java8_time.Period{Years: 1, Months: 2, Days: 3} }
	all["time:year"] = func() any { return &java8_time.Year{Year: 2023} }
	all["time:year-month"] = func() any { return &java8_time.YearMonth{Year: 2023, Month: 11} }
	all["time:month-day"] = func() any { return &java8_time.MonthDay{Month: 11, Day: 14} }
	all["time:zone-offset"] = func() any { return &java8_time.ZoneOffSet{Seconds: 5*3600 + 1800} }
	all["time:offset-time"] = func() any { return &java8_time.OffsetTime{LocalTime: clock, ZoneOffset: east} }
	all["time:offset-date-time"] = func() any { return &java8_time.OffsetDateTime{DateTime: both, Offset: east} }
	all["time:zoned-date-time"] = func() any {
		return &java8_time.ZonedDateTime{DateTime: both, Offset: east, ZoneId: "Asia/Shanghai"}
	}
}

// exceptions are samples of exceptions that are values, not thrown.
func exceptions(all map[string]func() any) {
	all["error"] = func() any { return soldOut() }
	all["error:plain"] = func() any { return broken("broken") }
	all["error:null"] = func() any { return broken("") }
	all["error:twice"] = func() any {
		e := broken("broken")
		return list(e, e)
	}
	all["error:suppressed"] = func() any {
		e := broken("broken")
		e.SuppressedExceptions = []java_exception.Throwabler{argument("while closing")}
		return e
	}
}

func broken(text string) *java_exception.IllegalStateException {
	e := java_exception.NewIllegalStateException(text)
	e.StackTrace = trace()
	return e
}

func argument(text string) *java_exception.IllegalArgumentException {
	e := java_exception.NewIllegalArgumentException(text)
	e.StackTrace = trace()
	return e
}

func soldOut() *SoldOut {
	return newSoldOut("sold out: ausverkauft, \u7f3a\u8d27")
}

// trace is the stack of all samples.
func trace() []java_exception.StackTraceElement {
	return []java_exception.StackTraceElement{
		{DeclaringClass: "onramp.interop.Shop", MethodName: "sell", FileName: "Shop.java", LineNumber: 42},
		{DeclaringClass: "onramp.interop.Shop", MethodName: "main", FileName: "Shop.java", LineNumber: 7},
	}
}
