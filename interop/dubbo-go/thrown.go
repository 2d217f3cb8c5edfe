package main

import "github.com/apache/dubbo-go-hessian2/java_exception"

// SoldOut is the checked exception of the services.
type SoldOut struct {
	SerialVersionUID     int64
	DetailMessage        string
	SuppressedExceptions []java_exception.Throwabler
	StackTrace           []java_exception.StackTraceElement
	Cause                java_exception.Throwabler
	Item                 *string
	Left                 int32
}

// newSoldOut makes the exception that "fail" throws.
func newSoldOut(text string) *SoldOut {
	return &SoldOut{
		DetailMessage: text,
		StackTrace:    trace(),
		Cause:         argument("no stock"),
		Item:          new("car"),
		Left:          7,
	}
}

// Error returns the text.
func (e SoldOut) Error() string { return e.DetailMessage }

// JavaClassName names the class.
func (SoldOut) JavaClassName() string { return "onramp.interop.SoldOut" }

// GetStackTrace returns where it was thrown.
func (e SoldOut) GetStackTrace() []java_exception.StackTraceElement { return e.StackTrace }
