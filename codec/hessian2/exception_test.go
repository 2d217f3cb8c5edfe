package hessian2

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// chainOf makes n exceptions, each the cause of the one before; the last one's cause is
// the one with index back, or nothing for -1.
func chainOf(n, back int) []*Exception {
	all := make([]*Exception, n)
	for i := range all {
		all[i] = NewException(fmt.Sprintf("com.acme.E%d", i), "e")
	}
	for i := range n - 1 {
		all[i].Cause = all[i+1]
	}
	if back >= 0 {
		all[n-1].Cause = all[back]
	}
	return all
}

// wrapping is an error of a user with a cause that Java sent.
type wrapping struct{ Cause any }

func (*wrapping) Error() string { return "wrapping" }
func (w *wrapping) Unwrap() error {
	err, _ := w.Cause.(error)
	return err
}

func TestCausesAreFoundByErrorsIsAndAs(t *testing.T) {
	all := chainOf(20, -1)
	err := fmt.Errorf("calling: %w", all[0])
	if !errors.Is(err, all[19]) || !errors.Is(err, NewException("com.acme.E7", "")) || errors.Is(err, NewException("com.acme.E7", "other")) || errors.Is(err, NewException("com.acme.E20", "")) {
		t.Error("errors.Is is wrong about causes")
	}
	w := &wrapping{Cause: all[1]}
	all[0].Cause = w
	var found *wrapping
	if !errors.As(err, &found) || !errors.Is(err, all[19]) {
		t.Error("a cause that is no Exception, or what is behind it, is not found")
	}
	var e *Exception
	if !errors.As(err, &e) || e != all[0] {
		t.Error("errors.As does not find the exception")
	}
	if (&Exception{Cause: "text"}).Unwrap() != nil || (*Exception)(nil).Unwrap() != nil || NewException("a", "b").Unwrap() != nil {
		t.Error("an exception without an error as its cause has one")
	}
	registered := &thrown{Exception: Exception{Class: "com.acme.Thrown", Message: "m", Cause: all[1]}, Code: 7}
	if !errors.Is(registered, all[19]) || registered.Error() != "com.acme.Thrown: m" {
		t.Error("a type that embeds an Exception is no error like it")
	}
}

func TestCausesInACircleEnd(t *testing.T) {
	none := errors.New("none")
	for n := range 70 {
		for _, back := range []int{0, n / 2, n} {
			all := chainOf(n+1, back)
			for i, e := range all {
				if errors.Is(e, none) {
					t.Fatal("found what is not there")
				}
				// What is not on the circle leads to it.
				if i < back && e.Unwrap() != all[i+1] {
					t.Errorf("circle from %d of %d: the cause of %d is not found", back, n, i)
				}
			}
		}
	}
	// A circle through errors of a user.
	e := NewException("com.acme.E", "e")
	e.Cause = &wrapping{Cause: e}
	if errors.Is(e, none) || errors.Is(&wrapping{Cause: e}, none) {
		t.Error("found what is not there")
	}
	x := &thrown{Exception: Exception{Class: "com.acme.Thrown"}}
	y := &thrown{Exception: Exception{Class: "com.acme.Thrown", Cause: x}}
	x.Cause = y
	if errors.Is(x, none) || errors.Is(y, none) {
		t.Error("found what is not there")
	}
	long := chainOf(100000, -1)
	circle := chainOf(100000, 0)
	begin := time.Now()
	if errors.Is(long[0], none) || errors.Is(circle[0], none) || errors.Is(long[99500], none) || !errors.Is(long[99500], long[99999]) {
		t.Error("long chains are wrong")
	}
	if d := time.Since(begin); d > 5*time.Second {
		t.Errorf("long chains took %v", d)
	}
}

func TestAnExceptionPrintsAsJavaDoes(t *testing.T) {
	at := func(class string, line int32) StackTraceElement {
		return StackTraceElement{class, "f", class[len("com.acme."):] + ".java", line}
	}
	inner := &Exception{Class: "java.io.IOException", Message: "inner", StackTrace: []StackTraceElement{at("com.acme.C", 3), at("com.acme.B", 2), at("com.acme.A", 1)}}
	e := &Exception{Class: "com.acme.SoldOut", Message: "none left", StackTrace: []StackTraceElement{{"com.acme.N", "f", "", -2}, {"com.acme.U", "f", "", 0}, at("com.acme.B", 2), at("com.acme.A", 1)}, Cause: inner,
		Suppressed: []any{NewException("java.lang.Error", ""), "text"}}
	inner.Cause = e
	const want = `com.acme.SoldOut: none left
	at com.acme.N.f(Native Method)
	at com.acme.U.f(Unknown Source)
	at com.acme.B.f(B.java:2)
	at com.acme.A.f(A.java:1)
	Suppressed: java.lang.Error
	Suppressed: "text"
Caused by: java.io.IOException: inner
	at com.acme.C.f(C.java:3)
	... 2 more
Caused by: <cycle> com.acme.SoldOut: none left`
	if got := fmt.Sprintf("%+v", e); got != want {
		t.Errorf("%%+v:\n%s\nwant\n%s", got, want)
	}
	for verb, want := range map[string]string{"%v": "com.acme.SoldOut: none left", "%s": "com.acme.SoldOut: none left", "%q": `"com.acme.SoldOut: none left"`, "%d": "%!d(*hessian2.Exception=com.acme.SoldOut: none left)"} {
		if got := fmt.Sprintf(verb, e); got != want {
			t.Errorf("%s: %s", verb, got)
		}
	}
	if got := fmt.Sprintf("%#v", e); !strings.HasPrefix(got, `com.acme.SoldOut{message: "none left", stackTrace: java.lang.StackTraceElement[]{`) && !strings.HasPrefix(got, `com.acme.SoldOut{message: "none left", stackTrace: [`) {
		t.Errorf("%%#v: %s", got)
	}
	if got := (*Exception)(nil).Error() + fmt.Sprint((&Exception{Message: "m"}).Error()); got != "nullm" {
		t.Errorf("nil, and no class: %s", got)
	}
	long := NewException("com.acme.E", strings.Repeat("x", 1<<20))
	if n := len(long.Error()); n > 5000 {
		t.Errorf("an error of %d bytes", n)
	}
	deep := chainOf(100000, 0)[0]
	if n := len(fmt.Sprintf("%+v", deep)); n > 70<<10 {
		t.Errorf("a trace of %d bytes", n)
	}
	if n := len(fmt.Sprintf("%+v", sharedExceptions(60))); n > 70<<10 {
		t.Errorf("a trace of %d bytes", n)
	}
}

func TestAnExceptionIsBuiltWithoutChangingItsModel(t *testing.T) {
	soldOut := NewException("com.acme.SoldOut", "none left")
	e := soldOut.WithField("code", int32(7)).WithField("item", "car").WithCause(errors.New("db"))
	if len(soldOut.Fields) != 0 || soldOut.Cause != nil {
		t.Error("the model was changed")
	}
	if v, ok := e.Get("code"); !ok || v != int32(7) {
		t.Errorf("code is %v", v)
	}
	if _, ok := e.Get("none"); ok {
		t.Error("a field that is not there was found")
	}
	if _, ok := (*Exception)(nil).Get("code"); ok {
		t.Error("a field of nil was found")
	}
	if c, ok := e.Cause.(*Exception); !ok || c.Class != "java.lang.RuntimeException" || c.Message != "db" {
		t.Errorf("the cause is %v", e.Cause)
	}
	if c := e.WithCause(soldOut); c.Cause != error(soldOut) {
		t.Errorf("the cause is %v", c.Cause)
	}
	if c := e.WithCause(nil); c.Cause != nil {
		t.Errorf("the cause is %v", c.Cause)
	}
	if out, err := json.Marshal(e); err != nil || string(out) != `{"class":"com.acme.SoldOut","message":"none left","cause":{"class":"java.lang.RuntimeException","message":"db"},"code":7,"item":"car"}` {
		t.Errorf("%s, %v", out, err)
	}
}

func TestExceptionsTravelInBothDialects(t *testing.T) {
	for _, s := range []*Serializer{New(Register((*thrown)(nil))), NewDraft(Register((*thrown)(nil)))} {
		x := chainOf(3, 0)
		want := []any{
			NewException("com.acme.SoldOut", "none left").WithField("code", int32(7)).WithCause(NewException("java.io.IOException", "")),
			&thrown{Exception: Exception{Class: "com.acme.Thrown", Message: "m", Suppressed: []any{NewException("a.B", "c")}}, Code: 7},
			x[0], // a circle
		}
		for _, v := range want {
			body, err := s.Append(nil, v)
			if err != nil {
				t.Fatal(err)
			}
			var got any
			if err := s.Decode(body, &got); err != nil || !Equal(got, v) {
				t.Errorf("%v: %#v is read as %#v, %v", s.Dialect(), v, got, err)
			}
			var err2 error
			if err := s.Decode(body, &err2); err != nil || !Equal(err2, v) {
				t.Errorf("%v: %#v is read into an error as %#v, %v", s.Dialect(), v, err2, err)
			}
		}
	}
}
