package hessian2

import (
	"fmt"
	"strings"
)

// Format prints what Error returns, and for %+v the stack trace, causes and suppressed
// exceptions as Java does, up to 64 KiB. %#v shows the fields.
func (e *Exception) Format(f fmt.State, verb rune) {
	var text string
	switch {
	case verb == 'v' && f.Flag('+'):
		t := &tracer{printer: printer{limit: printLong}, seen: map[*Exception]int{}}
		t.throwable(e, "", "", nil)
		text = t.text()
	case verb == 'v' && f.Flag('#'):
		text = printed(e, printLong)
	case verb == 'v' || verb == 's':
		text = e.Error()
	case verb == 'q':
		text = fmt.Sprintf("%q", e.Error())
	default:
		text = fmt.Sprintf("%%!%c(%T=%s)", verb, e, e.Error())
	}
	_, _ = f.Write([]byte(text))
}

// MarshalJSON returns an object with class, message, stackTrace, cause and suppressed,
// and the fields of the class. The rest is as List.MarshalJSON has it. A type that
// embeds an Exception, and wants JSON of its own fields, has a MarshalJSON of its own.
func (e *Exception) MarshalJSON() ([]byte, error) { return toJSON(e) }

// tracer prints stack traces.
type tracer struct {
	printer

	// seen has those that were printed: 1 while what they hold is printed, then 2.
	seen map[*Exception]int
}

// throwable prints one exception behind a caption. Its frames at the bottom that are
// those of the enclosing one are counted only.
func (t *tracer) throwable(x any, indent, caption string, enclosing []StackTraceElement) {
	if t.full() {
		return
	}
	t.write(indent + caption)
	err, _ := x.(error)
	e := exceptionIn(err)
	switch {
	case e != nil && t.seen[e] > 0:
		t.write([...]string{1: "<cycle> ", 2: "<above> "}[t.seen[e]] + e.Error() + "\n")
		return
	case err != nil:
		t.write(limited(err.Error(), t.limit) + "\n")
	default:
		t.write(printed(x, printShort) + "\n")
	}
	if e == nil {
		return
	}
	t.seen[e] = 1
	defer func() { t.seen[e] = 2 }()
	t.frames(e.StackTrace, indent+"\t", enclosing)
	for _, s := range e.Suppressed {
		t.throwable(s, indent+"\t", "Suppressed: ", e.StackTrace)
	}
	if e.Cause != nil {
		t.throwable(e.Cause, indent, "Caused by: ", e.StackTrace)
	}
}

func (t *tracer) frames(frames []StackTraceElement, indent string, enclosing []StackTraceElement) {
	n, m := len(frames), len(enclosing)
	for n > 0 && m > 0 && frames[n-1] == enclosing[m-1] {
		n, m = n-1, m-1
	}
	for i := 0; i < n && !t.full(); i++ {
		t.write(indent + "at " + limited(frames[i].String(), printShort) + "\n")
	}
	if n < len(frames) {
		t.write(fmt.Sprintf("%s... %d more\n", indent, len(frames)-n))
	}
}

// text is what was printed, without the end of its last line.
func (t *tracer) text() string { return strings.TrimSuffix(t.printer.text(), "\n") }
