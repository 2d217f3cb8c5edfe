package bolt

import (
	"strings"

	"github.com/onrampmesh/onramp"
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
	message, more := false, false
	for _, name := range fields {
		switch string(name) {
		case "detailMessage":
			message = true
		case "stackTrace", "cause":
			more = true
		}
	}
	return message && more
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
	f.text = strings.Map(printable, strings.ToValidUTF8(clip(f.text, maxText), "."))
	if f.thrown && b.hessian != nil {
		f.object = b.hessian.thrown(body)
	}
	return f
}

// failure reads a SofaResponse, an exception or a string.
func (c *scan) failure() (f failure, err error) {
	if c.Next() == hessian2.KindString {
		text, err := c.Text()
		return failure{text: string(text)}, err
	}
	class, fields, ok, err := c.object()
	if !ok || err != nil {
		return f, err
	}
	if string(class) != nameResponse {
		f.framework, f.thrown = string(class) == nameServerException, true
		f.text, err = c.thrown(class, fields, 0)
		return f, err
	}
	var message, own string
	for _, name := range fields {
		switch string(name) {
		case "isError":
			f.framework, err = c.yes()
		case "errorMsg":
			var text []byte
			text, err = c.text()
			message = string(text)
		case "appResponse":
			own, f.thrown, err = c.answer()
		default:
			err = c.Skip()
		}
		if err != nil {
			return f, err
		}
	}
	if f.text = message; f.text == "" {
		f.text = own
	}
	return f, nil
}

// answer reads an appResponse that is an error: an exception or a string.
func (c *scan) answer() (text string, thrown bool, err error) {
	if c.Next() == hessian2.KindString {
		b, err := c.Text()
		return string(b), false, err
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
			text = clip(string(b[:min(len(b), maxText)]), maxText)
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

// thrown decodes the exception in a body that has one; nil when the stream refuses it.
func (h *hessian) thrown(body []byte) any {
	d := h.Decoder(body)
	class, fields, err := d.BeginObject()
	if err != nil || string(class) != nameResponse {
		d.Close()
		return h.whole(body)
	}
	defer d.Close()
	for _, name := range fields {
		if string(name) != "appResponse" {
			if d.Skip() != nil {
				return nil
			}
			continue
		}
		var v any
		if d.Value(&v) != nil {
			return nil
		}
		return v
	}
	return nil
}

// whole decodes a body of one value.
func (h *hessian) whole(body []byte) any {
	var v any
	if h.Decode(body, &v) != nil {
		return nil
	}
	return v
}

// Codes that Java's server puts in front of the text when it has not called the
// method: it has no such service, no such method, or is stopped. Another server may
// have it.
const (
	codeNoService = "RPC-020100010"
	codeNoMethod  = "RPC-020100011"
	codeStopped   = "RPC-019990009"
)

// frameworkOutcome says what an error of Java's framework means for a call to service.
// The name of the service is in the first two texts: another one is that of a call which
// the server made itself.
func frameworkOutcome(text, service string) (onramp.Code, onramp.Origin) {
	switch {
	case strings.HasPrefix(text, codeNoService), strings.HasPrefix(text, codeNoMethod):
		if strings.Contains(text, "["+service+":") {
			return onramp.Unimplemented, onramp.Refused
		}
	case strings.HasPrefix(text, codeStopped):
		return onramp.Unavailable, onramp.Refused
	}
	return onramp.Internal, onramp.Remote
}

// peerError is the text of a failure, with the peer's exception behind it.
type peerError struct {
	text   string
	object error
}

func (e *peerError) Error() string { return e.text }
func (e *peerError) Unwrap() error { return e.object }
