package sample

import "github.com/onrampmesh/onramp/codec/hessian2"

// SoldOut is the checked exception of the services.
type SoldOut struct {
	Message    string                       `hessian:"detailMessage"`
	Cause      any                          `hessian:"cause"`
	StackTrace []hessian2.StackTraceElement `hessian:"stackTrace"`
	Suppressed []any                        `hessian:"suppressedExceptions"`
	Item       string
	Left       int32
}

// JavaClassName names the class.
func (*SoldOut) JavaClassName() string { return "onramp.interop.SoldOut" }

// Error implements error.
func (e *SoldOut) Error() string { return e.Message }

// NewSoldOut returns what the method fail throws.
func NewSoldOut(text string) *SoldOut {
	return &SoldOut{
		Message: text, StackTrace: trace(), Suppressed: []any{}, Item: "car", Left: 7,
		Cause: exception("java.lang.IllegalArgumentException", "no stock"),
	}
}

func trace() []hessian2.StackTraceElement {
	line := func(method string, n int32) hessian2.StackTraceElement {
		return hessian2.StackTraceElement{DeclaringClass: "onramp.interop.Shop", MethodName: method, FileName: "Shop.java", LineNumber: n}
	}
	return []hessian2.StackTraceElement{line("sell", 42), line("main", 7)}
}

func exception(class, text string) *hessian2.Exception {
	return &hessian2.Exception{Class: class, Message: text, StackTrace: trace()}
}

func (s *samples) exceptions() {
	s.group = "exceptions as values"
	s.add("error", func() any { return NewSoldOut("sold out: ausverkauft, \u7f3a\u8d27") })
	s.add("error:plain", func() any { return exception("java.lang.IllegalStateException", "broken") })
	s.add("error:null", func() any { return exception("java.lang.IllegalStateException", "") })
	s.add("error:twice", func() any {
		e := exception("java.lang.IllegalStateException", "broken")
		return list(e, e)
	})
	s.add("error:suppressed", func() any {
		e := exception("java.lang.IllegalStateException", "broken")
		e.Suppressed = []any{exception("java.lang.IllegalArgumentException", "while closing")}
		return e
	})
}
