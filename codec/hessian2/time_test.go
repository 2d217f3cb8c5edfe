package hessian2

import (
	"encoding"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"
)

// javaTimes are values with the text that java.time gives them.
func javaTimes() []struct {
	value handled
	text  string
} {
	day, at := LocalDate{2024, 2, 29}, LocalTime{12, 34, 56, 789000000}
	both := LocalDateTime{day, at}
	return []struct {
		value handled
		text  string
	}{
		{day, "2024-02-29"}, {LocalDate{-999999999, 1, 1}, "-999999999-01-01"}, {LocalDate{10000, 1, 1}, "+10000-01-01"}, {LocalDate{5, 1, 1}, "0005-01-01"}, {LocalDate{-5, 1, 1}, "-0005-01-01"},
		{at, "12:34:56.789"}, {LocalTime{}, "00:00"}, {LocalTime{1, 2, 3, 0}, "01:02:03"}, {LocalTime{1, 2, 0, 1}, "01:02:00.000000001"}, {LocalTime{1, 2, 0, 1000}, "01:02:00.000001"}, {LocalTime{23, 59, 59, 999999999}, "23:59:59.999999999"},
		{both, "2024-02-29T12:34:56.789"}, {LocalDateTime{day, LocalTime{}}, "2024-02-29T00:00"},
		{Instant{1709210096, 789000000}, "2024-02-29T12:34:56.789Z"}, {Instant{-1, 999999999}, "1969-12-31T23:59:59.999999999Z"}, {Instant{}, "1970-01-01T00:00:00Z"},
		{Duration{}, "PT0S"}, {Duration{3661, 500000000}, "PT1H1M1.5S"}, {Duration{-2, 500000000}, "PT-1.5S"}, {Duration{-1, 500000000}, "PT-0.5S"}, {Duration{7200, 0}, "PT2H"}, {Duration{60, 1}, "PT1M0.000000001S"},
		{Duration{-3661, 0}, "PT-1H-1M-1S"}, {Duration{-60, 0}, "PT-1M"}, {Duration{-61, 500000000}, "PT-1M-0.5S"},
		{Period{}, "P0D"}, {Period{1, 2, 3}, "P1Y2M3D"}, {Period{0, -2, 0}, "P-2M"}, {Period{math.MinInt32, 0, 1}, "P-2147483648Y1D"},
		{Year{2024}, "2024"}, {Year{-1}, "-1"}, {YearMonth{2024, 2}, "2024-02"}, {MonthDay{2, 29}, "--02-29"},
		{ZoneOffset{}, "Z"}, {ZoneOffset{19800}, "+05:30"}, {ZoneOffset{-3601}, "-01:00:01"}, {ZoneOffset{64800}, "+18:00"}, {ZoneID{"Europe/Berlin"}, "Europe/Berlin"},
		{OffsetDateTime{both, ZoneOffset{19800}}, "2024-02-29T12:34:56.789+05:30"}, {OffsetTime{at, ZoneOffset{}}, "12:34:56.789Z"},
		{ZonedDateTime{"Europe/Berlin", both, ZoneOffset{3600}}, "2024-02-29T12:34:56.789+01:00[Europe/Berlin]"}, {ZonedDateTime{"Z", both, ZoneOffset{}}, "2024-02-29T12:34:56.789Z"},
		{ZonedDateTime{"UTC", both, ZoneOffset{}}, "2024-02-29T12:34:56.789Z[UTC]"},
	}
}

func TestTimesHaveTheTextsOfJava(t *testing.T) {
	seen := map[reflect.Type]bool{reflect.TypeFor[Locale](): true}
	for _, c := range javaTimes() {
		seen[reflect.TypeOf(c.value)] = true
		if got := reflect.ValueOf(c.value).MethodByName("String").Call(nil)[0].String(); got != c.text {
			t.Errorf("%#v is %s, want %s", c.value, got, c.text)
		}
		out, err := json.Marshal(c.value)
		if err != nil || string(out) != `"`+c.text+`"` {
			t.Errorf("%#v is JSON %s, %v", c.value, out, err)
		}
		back := reflect.New(reflect.TypeOf(c.value))
		if err := json.Unmarshal(out, back.Interface()); err != nil || back.Elem().Interface() != any(c.value) {
			t.Errorf("%s is read as %v, %v", out, back.Elem(), err)
		}
		if name := c.value.JavaClassName(); !strings.HasPrefix(name, "java.time.") {
			t.Errorf("%T is a %s", c.value, name)
		}
	}
	for _, h := range handles() {
		if !seen[reflect.TypeOf(h)] {
			t.Errorf("%T was not looked at", h)
		}
	}
}

func TestTimesTravelInBothDialects(t *testing.T) {
	for _, s := range []*Serializer{New(), NewDraft()} {
		for _, c := range javaTimes() {
			body, err := s.Append(nil, c.value)
			if err != nil {
				t.Fatal(err)
			}
			var v any
			if err := s.Decode(body, &v); err != nil || v != any(c.value) {
				t.Errorf("%v: %v is read as %v, %v", s.Dialect(), c.text, v, err)
			}
		}
	}
}

func TestTextsThatAreNoTimesAreErrors(t *testing.T) {
	bad := map[encoding.TextUnmarshaler][]string{
		&LocalDate{}:      {"", "2024-02-30", "2023-02-29", "2024-13-01", "2024-00-01", "2024-1-1", "24-01-01", "2024-02-29T", "+999999999999-01-01", "10000-01-01", "x"},
		&LocalTime{}:      {"", "24:00", "12:60", "12:00:60", "12", "12:0", "12:00:00.", "12:00:00.1234567890", "-1:00"},
		&LocalDateTime{}:  {"", "2024-02-29", "2024-02-29 12:00", "2024-02-29T12:00Z"},
		&Instant{}:        {"", "2024-02-29T12:00:00", "2024-02-29T12:00:00+01:00"},
		&Duration{}:       {"", "P", "PT", "1S", "PT1", "PT1.5H", "PT1M1H", "PT1S1S", "PT99999999999999999999S", "PT9223372036854775807H", "P1D"},
		&Period{}:         {"", "P", "1Y", "P1", "P1Y1Y", "P1D1Y", "PT1S", "P2147483648Y", "P-2147483649Y", "P1YY"},
		&Year{}:           {"", "x", "99999999999", "2024-"},
		&YearMonth{}:      {"", "2024", "2024-13", "2024-02-01"},
		&MonthDay{}:       {"", "02-29", "--02-30", "--13-01"},
		&ZoneOffset{}:     {"", "01:00", "+1:00", "+19:00", "+18:01", "z", "+01:60"},
		&OffsetDateTime{}: {"", "2024-02-29T12:00", "2024-02-29T12:00+5"},
		&OffsetTime{}:     {"", "12:00", "12:00+5"},
		&ZonedDateTime{}:  {"", "2024-02-29T12:00", "2024-02-29T12:00Z[", "2024-02-29T12:00Z[]", "2024-02-29T12:00Z[UTC]x"},
	}
	for target, texts := range bad {
		for _, text := range append(texts, strings.Repeat("9", 1<<16)) {
			err := target.UnmarshalText([]byte(text))
			if err == nil || !reflect.ValueOf(target).Elem().IsZero() || len(err.Error()) > 300 {
				t.Errorf("%.40q is the %T %v, %v", text, target, target, err)
			}
		}
	}
}

func TestTimesConvertToGoAndBack(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2024, 2, 29, 12, 34, 56, 789000001, berlin)
	for name, same := range map[string]bool{
		"date":     LocalDateOf(at).In(berlin).Equal(time.Date(2024, 2, 29, 0, 0, 0, 0, berlin)),
		"time":     LocalTimeOf(at).SinceMidnight() == at.Sub(time.Date(2024, 2, 29, 0, 0, 0, 0, berlin)),
		"datetime": LocalDateTimeOf(at).In(berlin).Equal(at),
		"instant":  InstantOf(at).Time().Equal(at) && InstantOf(at).Time().Location() == time.UTC,
		"offset":   OffsetDateTimeOf(at).Time().Equal(at) && OffsetDateTimeOf(at).Offset == ZoneOffset{3600},
		"zoned":    ZonedDateTimeOf(at).Time().Equal(at) && ZonedDateTimeOf(at).Time().Location().String() == "Europe/Berlin",
		"utc":      ZonedDateTimeOf(at.UTC()).ZoneID == "UTC" && ZoneOffsetOf(at.UTC()).Location() == time.UTC,
		"fixed":    ZonedDateTimeOf(at.In(time.FixedZone("here", 7200))).String() == "2024-02-29T13:34:56.789000001+02:00",
		"unknown":  ZonedDateTime{"Nowhere/Atlantis", LocalDateTimeOf(at), ZoneOffset{3600}}.Time().Equal(at),
	} {
		if !same {
			t.Errorf("%s: not the same", name)
		}
	}
	for id, want := range map[string]int{"+05:30": 19800, "Z": 0, "UTC": 0, "UTC+01:00": 3600, "GMT-01:00": -3600, "Europe/Berlin": 3600} {
		loc, err := ZoneID{id}.Location()
		if err != nil {
			t.Errorf("%s: %v", id, err)
			continue
		}
		if _, off := at.In(loc).Zone(); off != want {
			t.Errorf("%s is %d seconds from UTC, want %d", id, off, want)
		}
	}
	for _, id := range []string{"../../etc/passwd", "Nowhere/Atlantis"} {
		if loc, err := (ZoneID{id}).Location(); err == nil {
			t.Errorf("%s is the location %v", id, loc)
		}
	}
}

func TestDurationsConvertToGoAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64().Draw(t, "d"))
		j := DurationOf(d)
		if j.Nanos < 0 || j.Nanos > 999999999 || j.Duration() != d {
			t.Fatalf("%v is %v, which is %v", d, j, j.Duration())
		}
		var back Duration
		if err := back.UnmarshalText([]byte(j.String())); err != nil || back != j {
			t.Fatalf("%v is read as %v, %v", j, back, err)
		}
	})
	if (Duration{Seconds: math.MaxInt64}).Duration() != math.MaxInt64 || (Duration{Seconds: math.MinInt64}).Duration() != math.MinInt64 {
		t.Error("what is too long is not the longest")
	}
	for _, d := range []Duration{{math.MinInt64, 0}, {math.MinInt64, 1}, {math.MaxInt64, 999999999}} {
		if len(d.String()) > 60 {
			t.Errorf("%#v is %s", d, d)
		}
	}
}

func FuzzTimes(f *testing.F) {
	for _, c := range javaTimes() {
		f.Add(reflect.ValueOf(c.value).MethodByName("String").Call(nil)[0].String())
	}
	f.Add("PT-9223372036854775808S")
	f.Fuzz(func(t *testing.T, text string) {
		for _, h := range handles() {
			v := reflect.New(reflect.TypeOf(h))
			if v.Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text)) != nil {
				continue
			}
			out, err := v.Interface().(encoding.TextMarshaler).MarshalText()
			if err != nil {
				t.Fatal(err)
			}
			back := reflect.New(reflect.TypeOf(h))
			if err := back.Interface().(encoding.TextUnmarshaler).UnmarshalText(out); err != nil || back.Elem().Interface() != v.Elem().Interface() {
				t.Fatalf("%T: %q is %v, whose text %q is %v, %v", h, text, v.Elem(), out, back.Elem(), err)
			}
		}
	})
}
