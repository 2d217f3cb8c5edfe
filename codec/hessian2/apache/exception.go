package apache

import (
	"fmt"

	hessian "github.com/apache/dubbo-go-hessian2"
	"github.com/apache/dubbo-go-hessian2/java_exception"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

// exception writes an exception of a class for which there need be no Go type: as a map
// that is an object, which registers nothing.
func (e *encoder) exception(x *hessian2.Exception) error {
	if x == nil {
		return e.write(nil)
	}
	if e.err != nil {
		return e.err
	}
	e.err = e.index() // the library does not count such objects
	if e.err == nil {
		e.err = guarded(func() error { return e.lib.EncodeMapAsClass(x.Class, thrownFields(x)) })
	}
	if e.err == nil {
		e.take(0)
		e.check.Extend(e.out[e.begin:])
		e.err = e.check.Skip()
	}
	if e.err != nil {
		e.err = fmt.Errorf("apache: the exception %s cannot be written: %w", quote(x.Class), e.err)
	}
	return e.err
}

// thrownFields are the fields of a Throwable and those of the class itself. A cause is
// its text in a java.lang.Throwable: the library writes classes that are registered.
func thrownFields(x *hessian2.Exception) map[string]any {
	// The library does not count an empty list without room, and writes it.
	trace := make([]*java_exception.StackTraceElement, len(x.StackTrace), len(x.StackTrace)+1)
	for i, s := range x.StackTrace {
		trace[i] = &java_exception.StackTraceElement{DeclaringClass: s.DeclaringClass, MethodName: s.MethodName, FileName: s.FileName, LineNumber: s.LineNumber}
	}
	m := map[string]any{"detailMessage": x.Message, "stackTrace": trace, "cause": nil, "suppressedExceptions": make([]any, 0, 1)}
	switch c := x.Cause.(type) {
	case *hessian2.Exception:
		m["cause"] = textOf(c.Class + ": " + c.Message)
	case hessian.POJO:
		m["cause"] = c
	case error:
		m["cause"] = textOf(c.Error())
	}
	for _, f := range x.Fields {
		m[f.Name] = f.Value
	}
	return m
}

func textOf(message string) *java_exception.Throwable {
	return &java_exception.Throwable{DetailMessage: message, StackTrace: make([]java_exception.StackTraceElement, 0, 1)}
}
