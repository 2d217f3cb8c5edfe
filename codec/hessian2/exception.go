package hessian2

import (
	"fmt"
	"slices"
)

// Exception is an exception of Java's for which no Go type was registered. It is an
// error. A Go type of its own embeds Exception, or has a struct tag for each field that
// it wants.
type Exception struct {
	// Class is its Java class, such as "java.lang.IllegalStateException".
	Class string `hessian:"-"`
	// Message is its detailMessage.
	Message string `hessian:"detailMessage"`
	// Cause is nil when there is none: Java's reference to itself stands for that. It is
	// an *Exception, or a pointer to a registered type.
	Cause      any                 `hessian:"cause"`
	StackTrace []StackTraceElement `hessian:"stackTrace"`
	Suppressed []any               `hessian:"suppressedExceptions"`
	// Fields are those of the class itself, which a Throwable does not have.
	Fields []Field `hessian:"-"`
}

// StackTraceElement is one line of a stack trace.
type StackTraceElement struct {
	DeclaringClass string `hessian:"declaringClass"`
	MethodName     string `hessian:"methodName"`
	FileName       string `hessian:"fileName"`
	LineNumber     int32  `hessian:"lineNumber"`
}

// JavaClassName returns "java.lang.StackTraceElement".
func (StackTraceElement) JavaClassName() string { return "java.lang.StackTraceElement" }

// String returns com.acme.Shop.order(Shop.java:42), as Java has it.
func (s StackTraceElement) String() string { return string(s.append(nil)) }

func (s StackTraceElement) append(dst []byte) []byte {
	dst = append(append(append(dst, s.DeclaringClass...), '.'), s.MethodName...)
	switch {
	case s.LineNumber == -2:
		return append(dst, "(Native Method)"...)
	case s.FileName == "":
		return append(dst, "(Unknown Source)"...)
	case s.LineNumber < 0:
		return fmt.Appendf(dst, "(%s)", s.FileName)
	}
	return fmt.Appendf(dst, "(%s:%d)", s.FileName, s.LineNumber)
}

// NewException returns an exception of a Java class, for a handler to return as its
// error: the caller gets that exception.
func NewException(class, message string) *Exception {
	return &Exception{Class: class, Message: message}
}

// WithField returns a copy that has one more field of its class, which Java's object
// has by that name: NewException("com.acme.SoldOut", "none left").WithField("code", int32(7)).
func (e *Exception) WithField(name string, value any) *Exception {
	c := *e
	c.Fields = append(slices.Clone(e.Fields), Field{name, value})
	return &c
}

// WithCause returns a copy with a cause: an *Exception, or a pointer to a type with
// JavaClassName. Another error becomes a java.lang.RuntimeException with its text.
func (e *Exception) WithCause(cause error) *Exception {
	c := *e
	switch cause.(type) {
	case nil:
		c.Cause = nil
	case interface{ JavaClassName() string }:
		c.Cause = cause
	default:
		c.Cause = NewException("java.lang.RuntimeException", cause.Error())
	}
	return &c
}

// Get returns a field of the class itself: of those that every exception has, Message
// and the others are there. Of two fields of one name it is the first.
func (e *Exception) Get(name string) (value any, ok bool) {
	if e == nil {
		return nil, false
	}
	return fieldOf(e.Fields, name)
}

// JavaClassName returns Class.
func (e *Exception) JavaClassName() string {
	if e == nil {
		return ""
	}
	return e.Class
}

// Error returns "com.acme.SoldOut: none left", as Java's toString does; after 4 KiB it
// is cut. Message has all of it.
func (e *Exception) Error() string {
	if e == nil {
		return "null"
	}
	p := printer{limit: printShort}
	p.write(e.Class)
	if e.Class != "" && e.Message != "" {
		p.write(": ")
	}
	p.write(limited(e.Message, printShort))
	return p.text()
}
