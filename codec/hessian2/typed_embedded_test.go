package hessian2_test

import (
	"strings"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

type classed interface{ JavaClassName() string }

type (
	withPointer   struct{ *place2 }
	withInterface struct{ classed }
	withTime      struct {
		time.Time

		N int32
	}
	twice struct{ A, B **person }
)

type place2 struct{ City string }

func (place2) JavaClassName() string { return "com.acme.Place" }

func TestClassNamesThatPanicAreErrors(t *testing.T) {
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		for _, v := range []any{withPointer{}, &withPointer{&place2{}}, withInterface{}} {
			if _, err := s.Append(nil, v); err == nil || !strings.Contains(err.Error(), "JavaClassName of a zero") {
				t.Errorf("%T: %v", v, err)
			}
		}
	})
	if err := hessian2.New(hessian2.Register(withPointer{})).Check(); err == nil {
		t.Error("one is registered")
	}
}

func TestEmbeddedTimeIsAField(t *testing.T) {
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		at := time.UnixMilli(1e12).UTC()
		want(t, "the time", as[withTime](t, s, withTime{at, 3}), withTime{at, 3})
		want(t, "the field", as[map[string]any](t, s, withTime{at, 3})["time"], any(at))
	})
}

func TestPointersToPointersShareWhatIsSharedBehindThem(t *testing.T) {
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		p := &person{Name: "Ann"}
		got := as[twice](t, s, twice{&p, &p})
		want(t, "the one", (*got.A).Name, "Ann")
		want(t, "the other", *got.B, *got.A)
	})
}

func TestTargetsThatAreNilAreErrors(t *testing.T) {
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		for _, into := range []any{nil, person{}, (*person)(nil), (*string)(nil), (*any)(nil), (*[]byte)(nil), (*int32)(nil), (*int64)(nil)} {
			if err := s.Decode([]byte{'N'}, into); err == nil {
				t.Errorf("%T is taken", into)
			}
		}
	})
}
