package hessian2

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestUUIDHasTheTextAndTheBitsOfJava(t *testing.T) {
	const text = "00112233-4455-6677-8899-aabbccddeeff"
	u, err := ParseUUID(strings.ToUpper(text))
	if err != nil || u.String() != text {
		t.Fatalf("%v, %v", u, err)
	}
	most, least := u.Bits()
	if most != 0x0011223344556677 || least != -0x7766554433221101 || UUIDOf(most, least) != u {
		t.Errorf("%x %x", most, least)
	}
	out, err := json.Marshal(map[UUID]UUID{u: u})
	if err != nil || string(out) != `{"`+text+`":"`+text+`"}` {
		t.Errorf("%s, %v", out, err)
	}
	var back map[UUID]UUID
	if err := json.Unmarshal(out, &back); err != nil || back[u] != u {
		t.Errorf("%v, %v", back, err)
	}
}

func TestWhatIsNoUUIDIsAnError(t *testing.T) {
	for _, text := range []string{"", "00112233445566778899aabbccddeeff", "00112233-4455-6677-8899+aabbccddeeff", "00112233+4455-6677-8899-aabbccddeeff", "00112233-4455-6677-8899-aabbccddeef", "00112233-4455-6677-8899-aabbccddeefg",
		"{0112233-4455-6677-8899-aabbccddeef}", "0011223-34455-6677-8899-aabbccddeeff", "00112233-4455-6677-8899-aabbccddeeff0", strings.Repeat("x", 1<<20)} {
		var u UUID
		if err := u.UnmarshalText([]byte(text)); err == nil || u != (UUID{}) || len(err.Error()) > 300 {
			t.Errorf("%.50q is %v, %v", text, u, err)
		}
	}
}

// V2 has the text of a UUID and Draft its bits; both are read in both.
func TestUUIDIsReadInEitherForm(t *testing.T) {
	want := UUIDOf(1, -2)
	most, least := want.Bits()
	for _, s := range []*Serializer{New(), NewDraft()} {
		for _, fields := range [][]Field{{{"value", want.String()}}, {{"mostSigBits", most}, {"leastSigBits", least}}, {{"leastSigBits", least}, {"mostSigBits", most}}} {
			body, err := s.Append(nil, &Object{Class: "java.util.UUID", Fields: fields})
			if err != nil {
				t.Fatal(err)
			}
			var v any
			if err := s.Decode(body, &v); err != nil || v != want {
				t.Errorf("%v: %v is read as %v, %v", s.Dialect(), fields, v, err)
			}
		}
		body, err := s.Append(nil, &Object{Class: "java.util.UUID", Fields: []Field{{"value", "x"}}})
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if err := s.Decode(body, &v); err == nil {
			t.Errorf("%v: a UUID x is read as %v", s.Dialect(), v)
		}
	}
}

func FuzzUUID(f *testing.F) {
	f.Add("00112233-4455-6677-8899-aabbccddeeff")
	f.Add("0-0-0-0-0")
	f.Fuzz(func(t *testing.T, text string) {
		if u, err := ParseUUID(text); err == nil && u.String() != strings.ToLower(text) {
			t.Fatalf("%q is %v", text, u)
		}
	})
}
