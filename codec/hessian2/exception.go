package hessian2

// Exception is an exception of Java's for which no Go type was registered. It is an
// error. A Go type of its own embeds Exception, or has a struct tag for each field that
// it wants.
type Exception struct {
	// Class is its Java class, such as "java.lang.IllegalStateException".
	Class string
	// Message is its detailMessage.
	Message    string
	StackTrace []StackTraceElement
	// Cause is nil when there is none: Java's reference to itself stands for that. It is
	// an *Exception, or a pointer to a registered type.
	Cause      any
	Suppressed []any
	// Fields are those of the class itself, which a Throwable does not have.
	Fields []Field
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

// NewException returns an exception of a Java class, for a handler to return as its
// error: the caller gets that exception.
func NewException(class, message string) *Exception {
	return &Exception{Class: class, Message: message}
}
