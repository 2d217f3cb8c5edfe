package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// In JSON a duration is text, "300ms", or a number of nanoseconds, which is also how it
// is written. A field that does not exist is an error, so that a slip of the pen does
// not mean the default.

// UnmarshalJSON implements json.Unmarshaler.
func (s *Service) UnmarshalJSON(b []byte) error {
	type plain Service
	var d struct {
		*plain
		Timeout span `json:"timeout"`
	}
	d.plain, d.Timeout = (*plain)(s), span{"timeout", &s.Timeout}
	return strictly(b, &d)
}

// UnmarshalJSON implements json.Unmarshaler.
func (r *Retry) UnmarshalJSON(b []byte) error {
	type plain Retry
	var d struct {
		*plain
		BaseDelay span `json:"baseDelay"`
		MaxDelay  span `json:"maxDelay"`
	}
	d.plain = (*plain)(r)
	d.BaseDelay, d.MaxDelay = span{"retry.baseDelay", &r.BaseDelay}, span{"retry.maxDelay", &r.MaxDelay}
	return strictly(b, &d)
}

// UnmarshalJSON implements json.Unmarshaler.
func (b *Breaker) UnmarshalJSON(text []byte) error {
	type plain Breaker
	var d struct {
		*plain
		Window   span `json:"window"`
		CoolDown span `json:"coolDown"`
	}
	d.plain = (*plain)(b)
	d.Window, d.CoolDown = span{"window", &b.Window}, span{"coolDown", &b.CoolDown}
	return strictly(text, &d)
}

func strictly(b []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	return dec.Decode(into)
}

// span reads a duration into a field.
type span struct {
	path string
	into *time.Duration
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *span) UnmarshalJSON(b []byte) error {
	if len(b) == 0 || b[0] != '"' {
		return json.Unmarshal(b, s.into)
	}
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return err
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return fmt.Errorf("policy: %s is %q, want a duration like \"300ms\" or a number of nanoseconds", s.path, text)
	}
	*s.into = d
	return nil
}
