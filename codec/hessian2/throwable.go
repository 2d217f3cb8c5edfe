package hessian2

import (
	"bytes"
	"fmt"
	"unsafe"
)

// The fields of java.lang.Throwable.
const (
	fieldMessage    = "detailMessage"
	fieldCause      = "cause"
	fieldStackTrace = "stackTrace"
	fieldSuppressed = "suppressedExceptions"

	stackTraceType = "[java.lang.StackTraceElement"
)

// throwable reports whether a class has the fields by which an exception is known.
func (d *decoder) throwable(c *class) bool {
	message, trace := false, false
	for _, name := range d.fields(c) {
		message = message || string(d.part(name)) == fieldMessage
		trace = trace || string(d.part(name)) == fieldStackTrace
	}
	return message && (trace || exceptionName(d.part(c.name)))
}

// exceptionName reports whether a class is an exception by its name.
func exceptionName(class []byte) bool {
	return string(class) == "java.lang.Throwable" || bytes.HasSuffix(class, []byte("Exception")) || bytes.HasSuffix(class, []byte("Error"))
}

// exception reads an object of class c into x.
func (d *decoder) exception(x *Exception, c *class, begin int) error {
	self, err := d.newRef(d.s.special.exception, unsafe.Pointer(x), begin)
	if err != nil {
		return err
	}
	if err := d.enter(c.n); err != nil {
		return err
	}
	if err := d.charge(c.name.end - c.name.at); err != nil {
		return err
	}
	x.Class = string(d.part(c.name))
	for _, name := range d.fields(c) {
		d.promised--
		if err := d.exceptionField(x, d.part(name), self); err != nil {
			return fmt.Errorf("%s.%s: %w", quote([]byte(x.Class)), quote(d.part(name)), err)
		}
	}
	d.leave()
	d.done(self)
	return nil
}

func (d *decoder) exceptionField(x *Exception, name []byte, self int) (err error) {
	switch string(name) {
	case fieldMessage:
		return decString(d, unsafe.Pointer(&x.Message))
	case fieldCause:
		if !d.ownRef(self) {
			x.Cause, err = d.any()
		}
		return err
	case fieldStackTrace:
		return d.s.traces.dec(d, unsafe.Pointer(&x.StackTrace))
	case fieldSuppressed:
		return d.s.anys.dec(d, unsafe.Pointer(&x.Suppressed))
	}
	if err := d.charge(64 + len(name)); err != nil {
		return err
	}
	v, err := d.any()
	x.Fields = append(x.Fields, Field{Name: string(name), Value: v})
	return err
}

func decException(d *decoder, at unsafe.Pointer) error {
	x := (*Exception)(at)
	switch d.kind() {
	case KindNull:
		d.pos++
		*x = Exception{}
		return nil
	case KindRef:
		return d.assign(d.s.special.exception, at)
	case KindObject:
	default:
		return d.bad("an exception")
	}
	if err := d.classDefs(); err != nil {
		return err
	}
	begin := d.pos
	c, err := d.objectHead()
	if err != nil {
		return err
	}
	*x = Exception{}
	return d.exception(x, c, begin)
}

// encException writes an exception as Java does: own fields, then those of Throwable.
// No cause is null, which every reader takes, and a stack trace is always there:
// without one Java shows that of its own reader.
func encException(e *encoder, at unsafe.Pointer) error {
	if e.shared(at, 0, e.s.special.exception) {
		return nil
	}
	x := (*Exception)(at)
	trace, suppressed := x.StackTrace, x.Suppressed
	if trace == nil {
		trace = []StackTraceElement{}
	}
	if suppressed == nil {
		suppressed = []any{}
	}
	o := &Object{Class: x.Class}
	var message any // no message is null, as in Java
	if x.Message != "" {
		message = x.Message
	}
	o.Fields = append(append(o.Fields, x.Fields...),
		Field{fieldMessage, message}, Field{fieldCause, x.Cause}, Field{fieldStackTrace, trace}, Field{fieldSuppressed, suppressed})
	return e.object(o)
}
