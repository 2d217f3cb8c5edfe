package bolt

import (
	"strings"

	"github.com/onrampmesh/onramp"
)

// What an error in the body of a response means for its call.

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
