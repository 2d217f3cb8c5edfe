package hessian2

import "time"

// LocalDateTime is a java.time.LocalDateTime: a day and a time of it without a zone.
type LocalDateTime struct {
	Date LocalDate `hessian:"date"`
	Time LocalTime `hessian:"time"`
}

// JavaClassName returns "java.time.LocalDateTime".
func (LocalDateTime) JavaClassName() string { return "java.time.LocalDateTime" }

func (LocalDateTime) handle() string { return "java8.LocalDateTimeHandle" }

// LocalDateTimeOf returns the day and time of t, in t's location.
func LocalDateTimeOf(t time.Time) LocalDateTime {
	return LocalDateTime{Date: LocalDateOf(t), Time: LocalTimeOf(t)}
}

// In returns that time in a location. What is no day or time there becomes another as
// time.Date tells it.
func (t LocalDateTime) In(loc *time.Location) time.Time {
	return time.Date(int(t.Date.Year), time.Month(t.Date.Month), int(t.Date.Day),
		int(t.Time.Hour), int(t.Time.Minute), int(t.Time.Second), int(t.Time.Nano), loc)
}

// String returns 2024-02-29T12:34:56.789.
func (t LocalDateTime) String() string { return string(t.append(nil)) }

func (t LocalDateTime) append(dst []byte) []byte {
	return t.Time.append(append(t.Date.append(dst), 'T'))
}

// MarshalText returns what String does.
func (t LocalDateTime) MarshalText() ([]byte, error) { return t.append(nil), nil }

// UnmarshalText reads what String returns.
func (t *LocalDateTime) UnmarshalText(text []byte) error {
	p := newISO(text)
	v := p.dateTime()
	if err := p.err("2024-02-29T12:34:56.789"); err != nil {
		return err
	}
	*t = v
	return nil
}

func (p *iso) dateTime() LocalDateTime {
	t := LocalDateTime{Date: p.date()}
	p.must('T')
	t.Time = p.time()
	return t
}
