package hessian2_test

import (
	"reflect"
	"testing"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

// What Java's generic calls make of Java's own classes.
func TestJavasOwnClassesAreReadAsGenericCallsHaveThem(t *testing.T) {
	s := hessian2.New()
	id, err := hessian2.ParseUUID("00112233-4455-4677-8899-aabbccddeeff")
	if err != nil {
		t.Fatal(err)
	}
	most, least := id.Bits()
	for _, c := range []struct{ sent, want any }{
		{map[string]any{"class": "java.util.UUID", "mostSignificantBits": most, "leastSignificantBits": least}, id},
		{"2023-11-14", hessian2.LocalDate{Year: 2023, Month: 11, Day: 14}},
		{"12:34:56", hessian2.LocalTime{Hour: 12, Minute: 34, Second: 56}},
		{"java.lang.String", hessian2.Class{Name: "java.lang.String"}},
		{"de_AT", hessian2.Locale{Value: "de_AT"}},
	} {
		body, err := s.Append(nil, c.sent)
		if err != nil {
			t.Fatal(err)
		}
		got := reflect.New(reflect.TypeOf(c.want))
		if err := s.Decode(body, got.Interface()); err != nil || got.Elem().Interface() != c.want {
			t.Errorf("%v is read as %v, %v", c.sent, got.Elem(), err)
		}
	}
	var day hessian2.LocalDate
	body, _ := s.Append(nil, "yesterday")
	if err := s.Decode(body, &day); err == nil {
		t.Error("a text that is no date is one")
	}
}

func TestGenericFormsKeepJavasOwnClasses(t *testing.T) {
	s := hessian2.New()
	type order struct {
		Price hessian2.Decimal
		Day   hessian2.LocalDate
	}
	e := s.Encoder(nil)
	if err := e.(hessian2.GenericEncoder).Generic(&order{hessian2.NewDecimal(150, 2), hessian2.LocalDate{Year: 2024, Month: 2, Day: 29}}); err != nil {
		t.Fatal(err)
	}
	var got any
	if err := s.Decode(e.Close(), &got); err != nil {
		t.Fatal(err)
	}
	m := got.(*hessian2.Map)
	price, _ := m.Get("price")
	day, _ := m.Get("day")
	if price != hessian2.NewDecimal(150, 2) || day != (hessian2.LocalDate{Year: 2024, Month: 2, Day: 29}) {
		t.Errorf("%+v", m)
	}
}
