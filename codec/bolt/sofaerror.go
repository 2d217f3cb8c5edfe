package bolt

import (
	"strings"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

// Errors of codec 1. Java answers in it whatever the codec of the request was, and a
// status tells less than the object in the body. The class of that object decides what
// it is, because Node sends an RpcServerException in frames that say SofaResponse.

// failure is what the body of a response says went wrong. The zero failure says
// nothing.
type failure struct {
	// framework: the call did not end by the handler's own exception.
	framework bool
	// thrown: there is an object, which is an exception but for odd peers.
	thrown bool
	text   string
	// object is the exception as the user's stream reads it, or nil.
	object any
}

// succeeded is what Java's and Node's responses begin with that are no error: isError
// is false and errorMsg null.
const succeeded = "O\xbe" + nameResponse + "\x94\x07isError\x08errorMsg\x0bappResponse\x0dresponsePropso\x90FN"

// classTag begins an object whose class was not seen before, as that of the first
// exception in a body is.
const classTag = 'O'

// failed reports whether the body of a response of status 0 holds an error that its
// header does not tell, as those of old peers.
func (b *Body) failed(body []byte) bool {
	if len(body) > len(succeeded) && string(body[:len(succeeded)]) == succeeded && body[len(succeeded)] != classTag {
		return false
	}
	c := b.scanners.begin(body)
	defer b.scanners.end(c)
	class, fields, ok, err := c.object()
	if !ok || err != nil || string(class) != nameResponse {
		return false // Decode says what is wrong
	}
	for _, name := range fields {
		var bad bool
		switch string(name) {
		case "isError":
			bad, err = c.yes()
		case "appResponse":
			bad, err = c.exception()
		default:
			err = c.Skip()
		}
		if bad || err != nil {
			return bad
		}
	}
	return false
}

// exception reads over a value and reports whether it is an exception.
func (c *scan) exception() (bool, error) {
	_, fields, ok, err := c.object()
	if !ok || err != nil {
		return false, err
	}
	for range fields {
		if err := c.Skip(); err != nil {
			return throwable(fields), err
		}
	}
	return throwable(fields), nil
}

// throwable reports whether an object with these fields is a Throwable of Java's.
func throwable(fields [][]byte) bool {
	message, trace := false, false
	for _, name := range fields {
		message = message || string(name) == "detailMessage"
		trace = trace || string(name) == "stackTrace"
	}
	return message && trace
}

// failure reads the body of a response that is an error: its text by a scan, and its
// exception by the user's stream, which has his types.
func (b *Body) failure(body []byte) failure {
	c := b.scanners.begin(body)
	f, err := c.failure()
	b.scanners.end(c)
	if err != nil {
		return failure{}
	}
	f.text = strings.Map(printable, strings.ToValidUTF8(clip(f.text), "."))
	if f.thrown && b.hessian != nil {
		f.object = b.hessian.thrown(body)
	}
	return f
}

// failure reads a SofaResponse, an exception or a string.
func (c *scan) failure() (f failure, err error) {
	if c.Next() == hessian2.KindString {
		text, err := c.Text()
		return failure{text: short(text)}, err
	}
	class, fields, ok, err := c.object()
	switch {
	case !ok || err != nil:
	case string(class) == nameResponse:
		return c.response(fields)
	default:
		f.framework, f.thrown = string(class) == nameServerException, true
		f.text, err = c.thrown(class, fields, 0)
	}
	return f, err
}

// response reads the fields of a SofaResponse. Its errorMsg counts before the text of
// its exception.
func (c *scan) response(fields [][]byte) (f failure, err error) {
	var message, own string
	for _, name := range fields {
		switch string(name) {
		case "isError":
			f.framework, err = c.yes()
		case "errorMsg":
			var b []byte
			b, err = c.text()
			message = short(b)
		case "appResponse":
			own, f.thrown, err = c.answer()
		default:
			err = c.Skip()
		}
		if err != nil {
			return f, err
		}
	}
	if f.text = message; message == "" {
		f.text = own
	}
	return f, nil
}

// answer reads an appResponse that is an error: an exception or a string.
func (c *scan) answer() (text string, thrown bool, err error) {
	if c.Next() == hessian2.KindString {
		b, err := c.Text()
		return short(b), false, err
	}
	class, fields, ok, err := c.object()
	if !ok || err != nil {
		return "", false, err
	}
	text, err = c.thrown(class, fields, 0)
	return text, true, err
}

// maxCauses bounds the causes that a text names.
const maxCauses = 4

// thrown reads the fields of an exception and returns its text with those of its
// causes. An exception without a cause refers to itself, which is no object here.
func (c *scan) thrown(class []byte, fields [][]byte, depth int) (string, error) {
	text, cause := "", ""
	own := string(class[:min(len(class), maxQuote)])
	for _, name := range fields {
		var err error
		switch string(name) {
		case "detailMessage":
			var b []byte
			b, err = c.text()
			text = short(b)
		case "cause":
			cause, err = c.cause(depth)
		default:
			err = c.Skip()
		}
		if err != nil {
			return "", err
		}
	}
	switch {
	case text == "":
		text = own
	case own != nameServerException:
		text = own + ": " + text
	}
	if cause != "" {
		text += ", caused by " + cause
	}
	return text, nil
}

func (c *scan) cause(depth int) (string, error) {
	if depth == maxCauses {
		return "", c.Skip()
	}
	class, fields, ok, err := c.object()
	if !ok || err != nil {
		return "", err
	}
	return c.thrown(class, fields, depth+1)
}
