package dubbo

import (
	"errors"
	"fmt"
	"strings"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// openStatus returns the error of a response whose status is not OK: its body is a text.
func (b *Body) openStatus(f *codec.Frame, r *onramp.Request) error {
	e := &onramp.Error{}
	e.Code, e.Origin = outcomeOf(f.Status)
	text := ""
	if f.Serializer == Hessian {
		var a received
		text = b.refusal(f.Content, &a)
		if a.code != onramp.OK {
			e.Code = a.code
		}
		e.RetryAfter = a.retryAfter
	}
	switch {
	case b.DrainSignal(f):
		e.Code = onramp.Unavailable
	case notServed(f.Status, text):
		e.Code, e.Origin = onramp.Unimplemented, onramp.Refused
	}
	e.Err = cause(f, text, r)
	return e
}

// refusal returns the text of a status, "" when there is none that can be read, and
// reads what an onramp says behind it.
func (b *Body) refusal(src []byte, a *received) string {
	s := b.scan(src)
	defer b.done(s)
	text, err := s.Text()
	if err != nil {
		return ""
	}
	words := string(text[:min(len(text), 8*maxText)])
	var h onramp.Header
	if a.attachments(s, src, &h, ofResponse) != nil {
		*a = received{}
	}
	return words
}

// notServed reports whether a server of Java says by a status that is used for other
// reasons too that it has no such service or method. The call did not run then.
func notServed(status uint16, text string) bool {
	line, _, _ := strings.Cut(text, "\n")
	switch status {
	case statusBadRequest: // Dubbo 3.3 gives no reason; it has none of parameterTypes=null
		return strings.Contains(line, "Service not found:") ||
			strings.HasPrefix(line, "Fail to decode request due to: RpcInvocation [") && strings.Contains(line, "parameterTypes=null")
	case statusServiceError:
		return strings.Contains(line, "Not found exported service") || strings.Contains(line, "RpcException: No such method ") ||
			strings.HasPrefix(line, "org.apache.dubbo.rpc.RpcException: ") && strings.Contains(text, "NoSuchMethodException")
	}
	return false
}

// cause returns why, in the peer's words where there are any.
func cause(f *codec.Frame, text string, r *onramp.Request) error {
	if line := firstLine(text); line != "" {
		return fmt.Errorf("dubbo: %s (status %d): %s", statusName(f.Status), f.Status, line)
	}
	if f.Serializer != Hessian && len(f.Content) > 0 {
		return fmt.Errorf("dubbo: %s (status %d): its cause is the response's body, in %s", statusName(f.Status), f.Status, described(f.Serializer))
	}
	if r.Body.Encoding != 0 && r.Body.Encoding != Hessian {
		return fmt.Errorf("dubbo: %s (status %d) for a request of %s", statusName(f.Status), f.Status, described(uint8(r.Body.Encoding)))
	}
	return errors.New("dubbo: " + statusName(f.Status) + fmt.Sprintf(" (status %d)", f.Status))
}
